// test_client: calls an app with no socket: the whole server, over a stream in memory, on a loop of its own.
// The manners are those of Starlette's TestClient and of httpx.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/tasks.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/report.hpp>
#include <coracle/http/cookie_jar.hpp>
#include <coracle/http/url.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/loop/timed_out.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/workshop.hpp>
#include <coracle/testing/test_line.hpp>
#include <coracle/testing/test_request.hpp>
#include <coracle/testing/test_response.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <optional>
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

/// See test_client. A template only so that who includes it and does not use it pays nothing.
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
        std::vector<test_response> answers(requests.size());
        run(gather_into(std::move(requests), answers));
        return answers;
    }
    /// The same as a task, for your own coroutines in run().
    task<test_response> send(test_request asked) {
        check_open();
        bool follow = asked.with.follow_redirects.value_or(how_.follow_redirects);
        return follow_redirects(prepare(std::move(asked), base_, how_.headers), follow);
    }

    /// Runs a task of yours on the loop of the app, while handlers run beside it: `client.run(queue.send(job))`.
    template <class T>
    T run(task<T> work) {
        check_open();
        if (async::scheduler::current_or_null())
            throw std::logic_error(
                "coracle: a test_client cannot be called inside a running loop; co_await client.send(...) there");
        return run_on_loop(std::move(work));
    }
    /// Lets time pass, and what the app does in it happen.
    void wait(std::chrono::nanoseconds time) { run(pass(time)); }

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
        if (!std::exchange(open_, false)) return;
        for (test_line& each : lines_) each.close();
        if (virtual_)
            virtual_->run_whole(leave());
        else
            loop::run_on(real_->reactor, leave(), [] {}, [this] { loop::end_background(real_->reactor); });
        if (log_taken_) app_->exchange_error_log(std::move(log_));
    }

private:
    struct real_loop {
        loop::thread_pool pool{};
        loop::reactor reactor{pool};
    };
    static constexpr int most_redirects = 20;

    basic_test_client(coracle::app* borrowed, std::unique_ptr<coracle::app> owned, test_client_options how,
                      std::unique_ptr<virtual_loop> time)
        : how_(std::move(how)),
          base_(http::url::parse(how_.base_url)),
          owned_(std::move(owned)),
          app_(owned_ ? owned_.get() : borrowed),
          virtual_(std::move(time)),
          real_(virtual_ ? nullptr : std::make_unique<real_loop>()) {
        if (base_.scheme.empty() || base_.authority.empty())
            throw std::logic_error("coracle: the base_url of a test_client is like http://testserver, not '" +
                                   how_.base_url + "'");
        app_->freeze();
        shop_.emplace(*app_, settings_of(how_), reactor());
        if (how_.raise_server_exceptions) {
            log_ = app_->exchange_error_log([this](const std::exception_ptr& what, const coracle::request& asked) {
                line_facts* here = line_served_here.get();
                if (here) here->failures.push_back(what);
                if (log_) log_(what, asked);
            });
            log_taken_ = true;
        }
        open_ = true;
    }
    static server::settings settings_of(const test_client_options&) {
        server::settings how;
        how.access_log = false;
        return how;
    }
    loop::reactor& reactor() noexcept { return virtual_ ? virtual_->reactor() : real_->reactor; }
    template <class T>
    T run_on_loop(task<T> work) {
        return virtual_ ? virtual_->run(std::move(work)) : loop::run_on(real_->reactor, std::move(work));
    }
    void check_open() const {
        if (!open_) throw std::logic_error("coracle: this test_client is closed");
    }
    std::int64_t now() { return reactor().unix_milliseconds() / 1000; }

    // Connections.

    test_line& take_line() {
        for (auto at = lines_.begin(); at != lines_.end();) {
            if (at->busy) {
                ++at;
            } else if (at->is_open()) {
                at->busy = true;
                return *at;
            } else {
                at->close();
                at = at->server->done() ? lines_.erase(at) : std::next(at);
            }
        }
        auto ends = net::memory_stream::pair();
        test_line& made = lines_.emplace_back(std::move(ends.first));
        ServedStream served(std::move(ends.second), named_address(how_.client_host, how_.client_port), made.facts);
        made.server.emplace(spawn(serve(std::move(served), made.facts)));
        made.busy = true;
        return made;
    }
    task<> serve(ServedStream stream, line_facts& facts) {
        line_served_here.set(&facts);
        co_await server::connection(std::move(stream), *shop_);
    }
    /// A line that was taken goes back, or is closed when it cannot be used again.
    struct lease {
        test_line& line;
        explicit lease(test_line& of) noexcept : line(of) {}
        lease(const lease&) = delete;
        ~lease() {
            if (!line.answer.keeps_alive()) line.close();
            line.busy = false;
        }
    };

    // Requests.

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
            if (history.size() > most_redirects)
                throw std::runtime_error("coracle: more than 20 redirects, the last one to " + next.url.text());
        }
    }

    task<test_response> exchange(const outgoing_request& asked) {
        if (virtual_ || how_.timeout.count() <= 0) {
            test_response answer = co_await exchange_at_leisure(asked);
            co_return answer;
        }
        std::string late;
        try {
            test_response answer = co_await timeout(how_.timeout, exchange_at_leisure(asked));
            co_return answer;
        } catch (const timed_out&) {
            late = to_text(tasks());
        }
        throw std::runtime_error("coracle: no answer to " + asked.method + ' ' + asked.url.text() +
                                 " within the timeout of the test_client; these wait:\n" + late);
    }

    task<test_response> exchange_at_leisure(const outgoing_request& asked) {
        lease taken(take_line());
        test_line& line = taken.line;
        auto begun = reactor().now();
        begin(line, asked, !asked.pieces.empty());
        if (asked.pieces.empty()) {
            line.send(asked.body);
        } else {
            for (const std::string& piece : asked.pieces) {
                line.send_chunk(piece);
                co_await let_server_read();
            }
            line.send_last_chunk();
        }
        co_await line.listen(test_line::part::all);
        test_response answer = answer_of(line, asked);
        answer.body = line.answer.take_body();
        answer.elapsed = reactor().now() - begun;
        co_await rest(line);
        co_return answer;
    }
    void begin(test_line& line, const outgoing_request& asked, bool chunked) {
        line.facts.failures.clear();
        line.answer.start(asked.method == "HEAD");
        line.send(asked.head(cookies.header(asked.url, now()), chunked));
    }
    test_response answer_of(test_line& line, const outgoing_request& asked) {
        test_response made;
        made.status = line.answer.status();
        made.headers = line.answer.headers();
        made.url = asked.url.text();
        for (std::string_view field : made.headers.get_all("set-cookie")) {
            cookies.store(field, asked.url, now());
            made.cookies.store(field, asked.url, now());
        }
        return made;
    }
    /// Until the server has done all that it does after the answer.
    task<> rest(test_line& line) {
        co_await line.facts.at_rest.wait();
        if (!line.facts.failures.empty()) std::rethrow_exception(line.facts.failures.front());
    }
    task<> let_server_read() {
        for (int i = 0; i < 3; ++i) co_await yield_now();
    }
    task<> gather_into(std::vector<test_request> requests, std::vector<test_response>& answers) {
        std::vector<task<test_response>> all;
        for (test_request& each : requests) all.push_back(send(std::move(each)));
        answers = co_await gather(std::move(all));
    }
    task<> pass(std::chrono::nanoseconds time) { co_await sleep(time); }

    /// What handles requests has the time it needs to see that its client left, then it is cancelled.
    task<> leave() {
        for (int i = 0; i < 10; ++i) co_await yield_now();
        for (test_line& each : lines_) {
            each.server->cancel();
            try {
                co_await *each.server;
            } catch (const cancelled&) {
            }
        }
        lines_.clear();
    }

    test_client_options how_;
    http::url base_;
    std::unique_ptr<coracle::app> owned_;
    coracle::app* app_;
    std::list<test_line> lines_;
    std::optional<server::workshop> shop_;
    std::unique_ptr<virtual_loop> virtual_;  // the loop goes before what its jobs use
    std::unique_ptr<real_loop> real_;
    function<void(const std::exception_ptr&, const coracle::request&)> log_;
    bool log_taken_ = false;
    bool open_ = false;
};

}  // namespace testing

/// `test_client client{make_app()}; CHECK(client.get("/users/9").status == 404);` The app runs as it would in a server:
/// middleware, lifespan, background tasks, bodies in pieces, keep-alive; only the socket is missing, and the threads,
/// except for plain functions, which run on the thread pool. Belongs to one thread.
using test_client = testing::basic_test_client<testing::served_stream>;

}  // namespace coracle
