// Invariant: whatever several clients send, in whatever pieces, at whatever times, over whatever lines, the server
// never crashes, every answer is well-formed and in its order, a patient client gets each of its answers whole, nothing
// that was begun is left behind, and a stop comes to its end.
// The bytes are a script: each pair an act and its measure. The world is in memory and in virtual time.
// Hundreds of scripts a second: what takes an answer byte by byte is short, what is long goes in pieces, and a script
// has an end. 90,000 bytes over a line that holds one would be 90,000 turns of the loop, and say no more than 2,000.
#include <coracle/app/app.hpp>
#include <coracle/app/background_tasks.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/mounted_app.hpp>
#include <coracle/app/outgoing_body.hpp>
#include <coracle/app/request_observer.hpp>
#include <coracle/async/context_local.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/http/response_reader.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/server/behind_proxy.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/workshop.hpp>
#include <coracle/testing/memory_network.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {
using namespace coracle;
using namespace std::chrono_literals;

void demand(bool condition, const char* what) {
    if (condition) return;
    std::fprintf(stderr, "the server broke its word: %s\n", what);
    std::abort();
}

// What the server says of the requests of one connection, and what the client heard.
struct client {
    struct record {
        bool head = false;
        bool whole = false;
    };
    std::vector<record> records;
    std::optional<testing::network_stream> line;
    std::string heard;
    event reads;
    bool patient = true;  // reads at once, and leaves last
};

const context_local<client*>& served() {
    static const context_local<client*> here{nullptr};
    return here;
}
struct witness final : request_observer {
    void answered(const request_record& one) noexcept override {
        if (client* of = served().get()) of->records.push_back({one.asked.method == http::method::head, one.whole});
    }
};

struct pieces final : outgoing_body {
    explicit pieces(int n, bool sized, bool fails) : left(n), fails_at_end(fails) {
        if (sized) whole = static_cast<std::uint64_t>(n) * text.size();
    }
    std::optional<std::uint64_t> size() const noexcept override { return whole; }
    task<std::optional<piece>> next() override {
        co_await sleep(7ms);
        if (left-- == 0) {
            if (fails_at_end) throw std::runtime_error("in the middle");
            co_return std::nullopt;
        }
        piece one;
        one.bytes = text;
        co_return one;
    }
    int left;
    bool fails_at_end;
    std::optional<std::uint64_t> whole;
    const std::string text = std::string(300, 'p');
};

struct note {
    std::string text;
    int number = 0;
};

task<int> nap(int n) {
    co_await sleep(std::chrono::milliseconds(n));
    co_return n;
}
task<> rest() { co_await sleep(40ms); }

int largest = 100'000;  // of the answers of /big
int opened = 0;
generator<int> get_handle() {
    co_await sleep(1ms);  // a client that leaves meanwhile leaves nothing behind that would have to be cleaned up
    ++opened;
    co_yield 5;
    co_await sleep(1ms);
    --opened;
}

app& the_app() {
    static app* const made = [] {
        auto* one = new app;
        one->error_log([](const std::exception_ptr&, const request&) {});
        one->observe(
            {[](void*, server::workshop&) -> std::unique_ptr<request_observer> { return std::make_unique<witness>(); },
             nullptr});
        one->get("/", on_loop([] { return std::string("root"); }));
        one->get("/big/{n:int}",
                 on_loop([](int n) { return std::string(static_cast<std::size_t>(n % largest), 'b'); }));
        one->get("/wait/{ms:int}", {.name = "wait"}, [](request& asked, int ms) -> task<std::string> {
            std::string_view field = asked.headers["x-id"];
            co_await sleep(std::chrono::milliseconds(ms % 20'000));
            std::string out = asked.url_for("wait", ms);
            out.append(field).append(asked.client.address);
            co_return out;
        });
        one->post("/echo", [](request& asked) -> task<std::string> {
            std::string all = co_await asked.body.text();
            co_return all;
        });
        one->post("/pieces", [](request& asked) -> task<std::string> {
            std::string all;
            while (auto piece = co_await asked.body.read()) {
                co_await sleep(3ms);
                all += *piece;
                if (all.size() > 500) break;
            }
            co_return all;
        });
        one->post("/ignore", on_loop([] { return 1; }));
        one->post("/notes", [](note in) -> task<note> { co_return in; });
        one->get("/throw", []() -> task<int> {
            co_await sleep(1ms);
            throw std::runtime_error("oops");
            co_return 1;
        });
        one->get("/refuse", on_loop([]() -> int { throw http_error(418, "no"); }));
        one->get("/later", [](background_tasks& later) -> task<int> {
            later.add([]() -> task<> { co_await sleep(50ms); });
            later.add([]() -> task<> { throw std::runtime_error("later"); });
            co_return 1;
        });
        one->get("/depends", [](depends<get_handle> handle) -> task<int> { co_return *handle; });
        one->get("/gather", []() -> task<int> {
            auto [a, b] = co_await gather(timeout(5s, nap(3)), nap(4));
            co_return a + b;
        });
        one->get("/spawn", []() -> task<int> {
            spawn(rest());
            co_return 1;
        });
        one->get("/stream/{n:int}", [](int n) -> task<response> {
            response reply(200);
            reply.stream = std::make_shared<pieces>(n % 40, n % 2 == 0, n % 7 == 6);
            co_return reply;
        });
        app below;
        below.use([](request& asked, next next) -> task<response> {
            response reply = co_await next(asked);
            reply.headers.set("x-below", "1");
            co_return reply;
        });
        below.get("/x/", on_loop([] { return 2; }));
        one->mount("/below", std::move(below));
        one->freeze();
        return one;
    }();
    return *made;
}

constexpr std::string_view phrases[] = {
    "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /wait/30 HTTP/1.1\r\nhost: a\r\nx-id: 7\r\n\r\n",
    "GET /wait/9000 HTTP/1.1\r\nhost: a\r\n\r\n",
    "HEAD /big/3000 HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /big/90000 HTTP/1.1\r\nhost: a\r\n\r\n",
    "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello",
    "POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
    "POST /pieces HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 600\r\n\r\n",
    "POST /ignore HTTP/1.1\r\nhost: a\r\ncontent-length: 40\r\n\r\n0123456789",
    "POST /notes HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 23\r\n\r\n"
    "{\"text\":\"t\",\"number\":1}",
    "GET /throw HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /refuse HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
    "GET /later HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /depends HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /gather HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /spawn HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    "GET /stream/12 HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /stream/39 HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /stream/13 HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /stream/15 HTTP/1.0\r\n\r\n",
    "HEAD /stream/21 HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /below/x HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.9\r\nx-forwarded-host: b\r\n\r\n",
    "GET /r/below/x/ HTTP/1.1\r\nhost: a\r\nforwarded: for=\"[::1]:5\";proto=https\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
    "GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n",
    "\r\n",
    "x",
    "0123456789",
    "GET / HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n",
    "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 99999\r\n\r\n",
};

class script {
public:
    script(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
    bool over() const { return left_ == 0; }
    std::uint8_t next() {
        if (left_ == 0) return 0;
        --left_;
        return *data_++;
    }
    std::string_view take(std::size_t most) {
        std::string_view taken(reinterpret_cast<const char*>(data_), most < left_ ? most : left_);
        data_ += taken.size();
        left_ -= taken.size();
        return taken;
    }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

class theatre {
public:
    theatre(virtual_loop& world, script acts) : world_(world), acts_(acts) {
        int how = acts_.next();
        settings_.access_log = false;
        settings_.graceful_timeout = 3s;
        settings_.limits.header_timeout = 2s;
        settings_.limits.max_head_bytes = 1024;
        settings_.limits.min_write_rate = 1024;
        settings_.limits.max_body_bytes = 4096;
        if (how & 1) settings_.proxy = {.trusted = {"*"}, .forwarded = (how & 2) != 0, .host = true, .prefix = true};
        if (how & 4) settings_.root_path = "/r";
        if (how & 8) settings_.limits.request_timeout = 500ms;
        ends_patiently_ = (how & 16) != 0;
        narrow_ = (how & 32) != 0;
        largest = narrow_ ? 2'000 : 100'000;
    }

    task<> play() {
        network_.emplace(world_.reactor(), 1);
        shop_.emplace(the_app(), settings_, world_.reactor());
        auto door = network_->listen("server:80");
        task_group connections;
        auto let_in = spawn(accept_all(*door, connections));
        for (int left = most_acts; left > 0 && !acts_.over(); --left) co_await act();
        if (ends_patiently_) {
            network_->everywhere().heal();
            for (client& each : clients_) each.reads.set();
            co_await sleep(60s);
        }
        door->close();
        co_await let_in;
        shop_->stop();
        auto run_out = [&] {
            ran_out_ = true;
            connections.cancel();
            world_.reactor().background().jobs().cancel();
        };
        loop::deadline<decltype(run_out)> grace(world_.reactor(), run_out);
        grace.set(settings_.graceful_timeout);
        co_await connections.join();

        network_->everywhere().heal();
        for (client& each : clients_) each.reads.set();
        co_await sleep(1s);
        for (client& each : clients_)
            if (each.line) each.line->close();
        async::job_group& background = world_.reactor().background();
        while (background.running() > 0) co_await background;
        check();
        clients_.clear();
        shop_.reset();
    }

private:
    task<> act() {
        int deed = acts_.next();
        int measure = acts_.next();
        if (clients_.empty()) co_await come();
        auto at = clients_.begin();
        std::advance(at, deed / 32 % static_cast<int>(clients_.size()));
        client& who = *at;
        testing::network_path lines = network_->everywhere();
        switch (deed % 32) {
            case 0:
                if (clients_.size() < 4) co_await come();
                break;
            case 1:
                co_await sleep(std::chrono::milliseconds(measure));
                break;
            case 2:
                co_await sleep(std::chrono::milliseconds(measure * 100));
                break;
            case 3:
                who.patient = false;
                if (who.line) (void)who.line->shutdown_write().has_value();
                break;
            case 4:
                leave(who, measure % 2 == 0);
                break;
            case 5:
                who.patient = false;
                if (measure % 2)
                    who.reads.set();
                else
                    who.reads.clear();
                break;
            case 6:
                lines.ragged(measure % 2 == 0);
                break;
            case 7:
                lines.latency(std::chrono::milliseconds(measure % 100)).jitter(std::chrono::milliseconds(measure % 7));
                break;
            case 8:
                if (measure < 200) disturb();  // so slow a line is cut off
                lines.capacity(static_cast<std::size_t>(measure) * (narrow_ ? 1 : 64) + (narrow_ ? 1 : 64));
                break;
            case 9:
                disturb();
                if (measure % 4 == 0) lines.reset();
                if (measure % 4 == 1) lines.cut();
                if (measure % 4 == 2) lines.reset_after(static_cast<std::uint64_t>(measure) * 8);
                if (measure % 4 == 3) lines.heal();
                break;
            case 10:
                if (measure > 250) shop_->stop();
                break;
            case 11:
            case 12:
                say(who, acts_.take(static_cast<std::size_t>(measure) % 64));
                break;
            case 13:
            case 14:
                say(who, phrases[static_cast<std::size_t>(measure) % std::size(phrases)].substr(
                             0, static_cast<std::size_t>(acts_.next())));
                break;
            default:
                say(who, phrases[static_cast<std::size_t>(measure) % std::size(phrases)]);
                break;
        }
    }
    void disturb() {
        for (client& each : clients_) each.patient = false;
        disturbed_ = true;
    }
    void say(client& who, std::string_view text) {
        if (who.line) (void)who.line->try_write(text).has_value();
    }
    void leave(client& who, bool with_reset) {
        who.patient = false;
        if (!who.line) return;
        if (with_reset)
            who.line->abort();
        else
            who.line->close();
    }
    task<> come() {
        client& made = clients_.emplace_back();
        made.reads.set();
        made.patient = !disturbed_;
        auto line = co_await network_->connect("server:80", "client");
        if (!line) co_return;
        made.line.emplace(std::move(*line));
        spawn(listen(made));
        ++readers_;
    }
    task<> listen(client& who) {
        for (bool open = true; open;) {
            co_await who.reads.wait();
            auto bytes = co_await who.line->read();
            open = bytes && !bytes->empty();
            if (open) who.heard += *bytes;
        }
        --readers_;
    }
    task<> accept_all(testing::network_listener& door, task_group& connections) {
        for (;;) {
            auto next = co_await door.accept();
            if (!next) co_return;
            connections.spawn(serve(std::move(*next)));
        }
    }
    task<> serve(testing::network_stream line) {
        for (client& each : clients_)
            if (each.line && each.line->where() == line.peer()) served().set(&each);
        co_await server::connection(std::move(line), *shop_);
    }

    void check() {
        const server::loop_counts& counts = shop_->counts;
        demand(counts.requests_begun.get() == counts.requests_ended.get(), "a request was begun and never ended");
        demand(opened == 0, "a dependency was not cleaned up");
        demand(world_.elapsed() < 1h, "the end took for ever");
        for (client& each : clients_) check(each);
    }
    void check(const client& who) {
        std::string_view rest = who.heard;
        http::response_reader reader;
        std::size_t answers = 0;
        bool cut_short = false;
        while (!rest.empty()) {
            reader.start(answers < who.records.size() && who.records[answers].head);
            rest.remove_prefix(reader.feed(rest));
            if (!reader.complete()) {
                reader.end();
                cut_short = !reader.complete();
                if (cut_short && reader.failed()->find("the connection was closed") != 0) {
                    std::fprintf(stderr, "%s\n%s\n", std::string(*reader.failed()).c_str(), who.heard.c_str());
                    demand(false, "an answer is malformed");
                }
            }
            if (!cut_short) ++answers;
        }
        demand(answers <= who.records.size(), "there are more answers than requests");
        if (!who.patient || ran_out_) return;
        std::size_t whole = 0;
        while (whole < who.records.size() && who.records[whole].whole) ++whole;
        demand(answers >= whole, "an answer was lost");
    }

    static constexpr int most_acts = 200;

    virtual_loop& world_;
    script acts_;
    server::settings settings_;
    bool ends_patiently_ = false;
    bool narrow_ = false;  // lines may hold very little at a time, and no answer is large
    bool disturbed_ = false;
    bool ran_out_ = false;  // what was under way at the stop took too long
    std::size_t readers_ = 0;
    std::list<client> clients_;
    std::optional<server::workshop> shop_;
    std::optional<memory_network> network_;
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    opened = 0;
    virtual_loop world(virtual_time.seed(size > 0 ? data[0] : 0).patience(0s));
    theatre one(world, script(data, size));
    world.run(one.play());
    return 0;
}
