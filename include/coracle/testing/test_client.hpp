// test_client: calls an app with no socket: the whole server, over a stream in memory, on a loop of its own.
// The manners are those of Starlette's TestClient and of httpx.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/tasks.hpp>
#include <coracle/base/report.hpp>
#include <coracle/http/cookie_jar.hpp>
#include <coracle/http/url.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timed_out.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/testing/test_line.hpp>
#include <coracle/testing/test_request.hpp>
#include <coracle/testing/test_response.hpp>
#include <coracle/testing/test_stage.hpp>
#include <coracle/testing/test_stream.hpp>
#include <coracle/testing/test_upload.hpp>
#include <coracle/testing/test_websocket.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// How a test_client behaves: `test_client client{make_app(), {.raise_server_exceptions = false}};`
struct test_client_options {
    std::string base_url = "http://testserver";
    std::vector<test_pair> headers{};  ///< of every request
    bool follow_redirects = true;
    /// An exception that no handler caught comes out of the call; else it is the answer 500, as for real clients.
    bool raise_server_exceptions = true;
    std::string client_host = "testclient";  ///< `request::client`
    std::uint16_t client_port = 50000;
    /// After which a call gives up, and says who waits; 0: never. Without virtual time only.
    std::chrono::nanoseconds timeout = std::chrono::seconds(60);
};

namespace testing {

/// See test_client.
template <class ServedStream>
class basic_test_client {
public:
    /// The app starts: what is wrong with its routes, or its lifespan, is thrown here. keeps: the app, or a reference.
    explicit basic_test_client(coracle::app&& served, test_client_options how = {})
        : basic_test_client(nullptr, std::make_unique<coracle::app>(std::move(served)), std::move(how), nullptr) {}
    explicit basic_test_client(coracle::app& served, test_client_options how = {})
        : basic_test_client(&served, nullptr, std::move(how), nullptr) {}
    /// Sleeps and timeouts take no real time, and `elapsed` is exact: `test_client client{make_app(), virtual_time};`
    basic_test_client(coracle::app&& served, virtual_clock time, test_client_options how = {})
        : basic_test_client(nullptr, std::make_unique<coracle::app>(std::move(served)), std::move(how),
                            std::make_unique<virtual_loop>(time)) {}
    basic_test_client(coracle::app& served, virtual_clock time, test_client_options how = {})
        : basic_test_client(&served, nullptr, std::move(how), std::make_unique<virtual_loop>(time)) {}
    basic_test_client(const basic_test_client&) = delete;
    basic_test_client& operator=(const basic_test_client&) = delete;
    ~basic_test_client() {
        try {
            close();
        } catch (const std::exception& why) {
            report(std::string("a test_client could not end its app in good order; call close() to catch it: ") +
                   why.what());
        }
    }

    // Calls. Each gives the answer when its last byte is there and what the app does after it is done.
    // error: std::runtime_error when there is no answer; what a handler threw; testing::deadlock in virtual time.

    test_response get(std::string_view url, test_options with = {}) { return request("GET", url, std::move(with)); }
    test_response post(std::string_view url, test_options with = {}) { return request("POST", url, std::move(with)); }
    test_response put(std::string_view url, test_options with = {}) { return request("PUT", url, std::move(with)); }
    test_response patch(std::string_view url, test_options with = {}) { return request("PATCH", url, std::move(with)); }
    test_response del(std::string_view url, test_options with = {}) { return request("DELETE", url, std::move(with)); }
    test_response head(std::string_view url, test_options with = {}) { return request("HEAD", url, std::move(with)); }
    test_response options(std::string_view url, test_options with = {}) {
        return request("OPTIONS", url, std::move(with));
    }
    test_response request(std::string_view method, std::string_view url, test_options with = {}) {
        return run(send({std::string(method), std::string(url), std::move(with)}));
    }
    /// All at once, each on a connection of its own. The answers in the order of the requests.
    std::vector<test_response> send_all(std::vector<test_request> requests) {
        return run(send_each(std::move(requests)));
    }
    /// The same as a task, for your own coroutines in run().
    task<test_response> send(test_request asked) {
        check_open();
        bool follow = asked.with.follow_redirects.value_or(how_.follow_redirects);
        return follow_redirects(prepare(std::move(asked), base_, how_.headers), follow);
    }

    /// An answer that is read while the app makes it: `auto ticks = client.stream("GET", "/ticks"); ticks.read();`
    test_stream<basic_test_client> stream(std::string_view method, std::string_view url, test_options with = {}) {
        bool follow = with.follow_redirects.value_or(how_.follow_redirects);
        return {*this, prepare({std::string(method), std::string(url), std::move(with)}, base_, how_.headers), follow};
    }
    /// A body that is written while the app reads it: `auto file = client.upload("POST", "/files"); file.write("a");`
    /// Redirects are not followed.
    test_upload<basic_test_client> upload(std::string_view method, std::string_view url, test_options with = {}) {
        return {*this, prepare({std::string(method), std::string(url), std::move(with)}, base_, how_.headers)};
    }

    /// A WebSocket: `auto ws = client.websocket_connect("/ws"); ws.send("hello"); CHECK(ws.receive_text() == "...");`
    test_websocket<basic_test_client> websocket_connect(std::string_view url, test_options with = {},
                                                        std::vector<std::string> subprotocols = {}) {
        return {*this, prepare({"GET", std::string(url), std::move(with)}, base_, how_.headers), subprotocols};
    }

    /// Runs a task of yours on the loop of the app, while handlers run beside it: `client.run(queue.send(job))`.
    template <class T>
    T run(task<T> work) {
        check_open();
        if (async::scheduler::current_or_null())
            throw std::logic_error(
                "coracle: a test_client cannot be called inside a running loop; co_await client.send(...) there");
        return stage_->run(std::move(work));
    }
    /// Lets time pass, and what the app does in it happen.
    void wait(std::chrono::nanoseconds time) { run(pass(time)); }
    /// Since the client was made.
    std::chrono::nanoseconds elapsed() { return stage_->reactor().now() - begun_; }

    /// Shown with every request; changed by answers.
    http::cookie_jar cookies{};

    /// In the place of the dependency F comes `fake`, from the next request on.
    template <auto F, class Fake, class App = coracle::app>
    basic_test_client& override(Fake fake) {
        static_cast<App&>(*app_).template override<F>(std::move(fake));
        return *this;
    }

    coracle::app& app() noexcept { return *app_; }
    /// Ends connections, background work and the lifespan of the app; the destructor does it too. error: what fails in
    /// it.
    void close() {
        if (!stage_ || !open_) return;
        open_ = false;
        stage_->run_last(stage_->hang_up());
        stage_->run_last(app_->stop());
    }

private:
    template <class Client>
    friend class test_stream;
    template <class Client>
    friend class test_upload;
    template <class Client>
    friend class test_websocket;
    static constexpr std::size_t most_redirects = 20;

    basic_test_client(coracle::app* borrowed, std::unique_ptr<coracle::app> owned, test_client_options how,
                      std::unique_ptr<virtual_loop> time)
        : how_(std::move(how)),
          base_(http::url::parse(how_.base_url)),
          owned_(std::move(owned)),
          app_(owned_ ? owned_.get() : borrowed) {
        if (base_.scheme.empty() || base_.authority.empty())
            throw std::logic_error("coracle: the base_url of a test_client is like http://testserver, not '" +
                                   how_.base_url + "'");
        app_->freeze();
        stage_ = std::make_unique<test_stage<ServedStream>>(*app_, std::move(time),
                                                            named_address(how_.client_host, how_.client_port));
        if (how_.raise_server_exceptions) stage_->catch_failures();
        stage_->run(app_->start());
        begun_ = stage_->reactor().now();
        open_ = true;
    }
    void check_open() const {
        if (!open_) throw std::logic_error("coracle: this test_client is closed");
    }

    task<test_response> follow_redirects(outgoing_request next, bool follow) {
        std::vector<test_response> history;
        for (;;) {
            test_response answer = co_await exchange(next);
            std::string location(answer.headers["location"]);
            if (!follow || !redirect(next, answer.status, location)) {
                answer.history = std::move(history);
                co_return answer;
            }
            history.push_back(std::move(answer));
            check_redirects(history, next);
        }
    }
    static void check_redirects(const std::vector<test_response>& history, const outgoing_request& next) {
        if (history.size() > most_redirects)
            throw std::runtime_error("coracle: more than 20 redirects, the last one to " + next.url.text());
    }
    /// One request and its whole answer.
    task<test_response> exchange(const outgoing_request& asked) {
        line_lease taken(stage_->take_line());
        auto begun = stage_->reactor().now();
        co_await begin(taken.line, asked);
        co_await listen(taken.line, asked, test_line::part::all);
        test_response answer = answer_of(taken.line, asked);
        answer.body = taken.line.answer.take_body();
        answer.elapsed = stage_->reactor().now() - begun;
        co_await rest(taken.line);
        co_return answer;
    }
    task<test_response> open(line_lease& taken, const outgoing_request& asked) {
        co_await begin(taken.line, asked);
        co_await listen(taken.line, asked, test_line::part::head);
        co_return answer_of(taken.line, asked);
    }
    task<> begin(test_line& line, const outgoing_request& asked) {
        send_head(line, asked, !asked.pieces.empty());
        if (asked.pieces.empty()) {
            line.send(asked.body);
            co_return;
        }
        for (const std::string& piece : asked.pieces) {
            line.send_chunk(piece);
            co_await stage_->settle();
        }
        line.send_last_chunk();
    }
    void send_head(test_line& line, const outgoing_request& asked, bool chunked) {
        line.facts.failures.clear();
        line.answer.start(asked.method == "HEAD");
        line.send(asked.head(cookies.header(asked.url, stage_->unix_seconds()), chunked));
    }
    /// As test_line::listen(), but not for ever.
    task<> listen(test_line& line, const outgoing_request& asked, test_line::part until) {
        if (stage_->in_virtual_time() || how_.timeout.count() <= 0) {
            co_await line.listen(until);
            co_return;
        }
        std::string late;
        try {
            co_await timeout(how_.timeout, line.listen(until));
            co_return;
        } catch (const timed_out&) {
            late = to_text(tasks());
        }
        throw std::runtime_error("coracle: no answer to " + asked.method + ' ' + asked.url.text() +
                                 " within the timeout of the test_client; these wait:\n" + late);
    }
    test_response answer_of(test_line& line, const outgoing_request& asked) {
        test_response made;
        made.status = line.answer.status();
        made.headers = line.answer.headers();
        made.url = asked.url.text();
        for (std::string_view field : made.headers.get_all("set-cookie")) {
            cookies.store(field, asked.url, stage_->unix_seconds());
            made.cookies.store(field, asked.url, stage_->unix_seconds());
        }
        return made;
    }
    /// Until the server has done all that it does after the answer.
    task<> rest(test_line& line) {
        co_await stage_->rest(line);
        if (!line.facts.failures.empty()) std::rethrow_exception(line.facts.failures.front());
    }
    task<std::vector<test_response>> send_each(std::vector<test_request> requests) {
        std::vector<task<test_response>> all;
        for (test_request& each : requests) all.push_back(send(std::move(each)));
        std::vector<test_response> answers = co_await gather(std::move(all));
        co_return answers;
    }
    task<> pass(std::chrono::nanoseconds time) { co_await sleep(time); }

    test_client_options how_;
    http::url base_;
    std::unique_ptr<coracle::app> owned_;
    coracle::app* app_;
    std::unique_ptr<test_stage<ServedStream>> stage_;
    loop::reactor::time_point begun_{};
    bool open_ = false;
};

}  // namespace testing

/// `test_client client{make_app()}; CHECK(client.get("/users/9").status == 404);` The app runs as it would in a server:
/// middleware, lifespan, background tasks, bodies in pieces, keep-alive; only the socket is missing, and the threads,
/// except for plain functions, which run on the thread pool. Belongs to one thread.
using test_client = testing::basic_test_client<testing::served_stream>;

}  // namespace coracle
