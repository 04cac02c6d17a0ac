#include <coracle/server/access_log.hpp>

#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <server/talk.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

std::string content(std::FILE* file) {
    std::rewind(file);
    std::string text(16384, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    return text;
}

/// A file that is gone afterwards.
struct paper {
    std::FILE* file = std::tmpfile();
    paper() = default;
    paper(const paper&) = delete;
    ~paper() { std::fclose(file); }
    std::string text() const { return content(file); }
};

struct visit {
    visit(std::string_view method, std::string_view target, int status) {
        asked.method_text = method;
        asked.target.text = target;
        asked.client = {"127.0.0.1", 60084};
        one.status = status;
        one.bytes = 7;
    }
    request asked;
    request_record one{asked};
};

/// What the log says of a conversation, in virtual time.
std::string log_of(app& app, std::vector<talk::step> steps, bool leaves = true, const log_format* how = nullptr) {
    paper here;
    server::settings settings;
    settings.access_log = true;
    settings.access_log_to = here.file;
    settings.log_format = how;
    (void)talk::play(app, std::move(steps), leaves, settings);
    return here.text();
}

}  // namespace

TEST_CASE("lines of one turn are written together after it") {
    paper here;
    auto all = [&]() -> task<> {
        server::access_log log(here.file);
        log.line(visit("GET", "/docs?x=1", 200).one);
        log.line(visit("PUT", "/a", 404).one);
        CHECK(here.text().empty());
        co_await sleep(0ns);
        co_await sleep(0ns);
        CHECK(here.text() ==
              "INFO:     127.0.0.1:60084 - \"GET /docs?x=1 HTTP/1.1\" 200 OK 0.00ms 7B\n"
              "INFO:     127.0.0.1:60084 - \"PUT /a HTTP/1.1\" 404 Not Found 0.00ms 7B\n");
    };
    run(all());
}

TEST_CASE("what is collected is written at the latest when the log goes, and at once where no loop is") {
    paper here;
    auto all = [&]() -> task<> {
        server::access_log log(here.file);
        log.line(visit("GET", "/", 204).one);
        co_return;
    };
    run(all());
    std::string once = "INFO:     127.0.0.1:60084 - \"GET / HTTP/1.1\" 204 No Content 0.00ms 7B\n";
    CHECK(here.text() == once);
    server::access_log log(here.file);
    log.line(visit("GET", "/", 204).one);
    CHECK(here.text() == once + once);
}

TEST_CASE("a format of one's own may write what it likes, or nothing") {
    static constexpr log_format own{[](const request_record& one, std::string& line, bool) {
                                        if (one.asked.target.text == "/healthz") return;
                                        line += std::to_string(one.status);
                                    },
                                    nullptr};
    paper here;
    auto all = [&]() -> task<> {
        server::access_log log(here.file, &own);
        log.line(visit("GET", "/healthz", 200).one);
        log.line(visit("GET", "/", 418).one);
        co_return;
    };
    run(all());
    CHECK(here.text() == "418\n");
}

TEST_CASE("W10: bytes that steer a terminal or forge a line are written as numbers") {
    paper here;
    auto all = [&]() -> task<> {
        server::access_log log(here.file);
        log.line(visit("G\x1b[31mT", "/a\"b\\x0a\r\nINFO: forged\x7f\xff", 400).one);
        co_return;
    };
    run(all());
    CHECK(
        here.text() ==
        "INFO:     127.0.0.1:60084 - \"G\\x1b[31mT /a\\x22b\\x5cx0a\\x0d\\x0aINFO: forged\\x7f\\xff HTTP/1.1\" 400 Bad "
        "Request 0.00ms 7B\n");
}

TEST_CASE("a request is told when its answer has ended, with its time and its bytes") {
    app app;
    app.get("/slow", []() -> task<std::string> {
        co_await sleep(250ms);
        co_return std::string(100, 'x');
    });
    std::string get = "GET /slow HTTP/1.1\r\nhost: test\r\n\r\n";
    talk::outcome heard = talk::play(app, {get}, true);
    std::string line = log_of(app, {get});
    CHECK(line.ends_with("\"GET /slow HTTP/1.1\" 200 OK 250ms " + std::to_string(heard.heard.size()) + "B\n"));
}

TEST_CASE("pipelined requests have their own bytes") {
    app app;
    app.get("/{n}", on_loop([](int n) { return std::string(static_cast<std::size_t>(n), 'x'); }));
    std::string one = "GET /10 HTTP/1.1\r\nhost: test\r\n\r\n";
    std::string two = "GET /500 HTTP/1.1\r\nhost: test\r\n\r\n";
    std::size_t first = talk::hear(app, {one}).size();
    std::size_t second = talk::hear(app, {two}).size();
    std::string lines = log_of(app, {one + two + one});
    CHECK(lines.find(" " + std::to_string(first) + "B\n") != lines.npos);
    CHECK(lines.find(" " + std::to_string(second) + "B\n") != lines.npos);
}

TEST_CASE("what cannot be understood is told, too, with as much of it as is known") {
    app app;
    CHECK(log_of(app, {"GARBAGE\r\n\r\n"}).find(" HTTP/1.1\" 400 Bad Request ") != std::string::npos);
    std::string late = log_of(app, {"GET /x HTTP/1.1\r\nho"}, false);
    CHECK(late.find("\" 408 Request Timeout ") != late.npos);
}

TEST_CASE("a client that leaves without having asked is not told of") {
    app app;
    CHECK(log_of(app, {}) == "");
}

TEST_CASE("a stream is told when it ends, with all its bytes, and one that breaks off is told so") {
    struct counting final : outgoing_body {
        explicit counting(int most, bool fails) : left(most), breaks(fails) {}
        task<std::optional<piece>> next() override {
            co_await sleep(10ms);
            if (left-- == 0) {
                if (breaks) throw std::runtime_error("the source is gone");
                co_return std::nullopt;
            }
            piece one;
            one.bytes = text;
            co_return one;
        }
        std::string text = std::string(1000, 'x');
        int left;
        bool breaks;
    };
    app app;
    app.get("/stream/{fails}", [](bool fails) -> task<response> {
        response made(200);
        made.stream = std::make_shared<counting>(5, fails);
        co_return made;
    });
    log::sink before = log::set_sink([](const log_message&) noexcept {});
    std::string whole = "GET /stream/false HTTP/1.1\r\nhost: test\r\n\r\n";
    std::string broken = "GET /stream/true HTTP/1.1\r\nhost: test\r\n\r\n";
    std::size_t bytes = talk::play(app, {whole}, false).heard.size();
    CHECK(bytes > 5000);
    CHECK(log_of(app, {whole}, false).ends_with("\" 200 OK 60.0ms " + std::to_string(bytes) + "B\n"));
    CHECK(log_of(app, {broken}, false).ends_with("B broken off\n"));
    log::set_sink(before);
}

TEST_CASE("a client that leaves before its answer is told as 499, and one whom the server leaves as 503") {
    app app;
    app.get("/long", []() -> task<std::string> {
        co_await sleep(1h);
        co_return "never";
    });
    app.freeze();
    for (bool leaves : {true, false}) {
        paper here;
        server::settings how;
        how.access_log_to = here.file;
        virtual_loop world(virtual_time);
        std::optional<server::workshop> shop;
        shop.emplace(app, how, world.reactor());
        auto ends = net::memory_stream::pair(1 << 20);
        net::memory_stream& client = ends.first;
        auto all = [&]() -> task<> {
            client.push("GET /long HTTP/1.1\r\nhost: test\r\n\r\n");
            auto served = spawn(server::connection(std::move(ends.second), *shop));
            co_await sleep(20ms);
            CHECK(shop->counts.requests_ended.get() == 0);
            if (leaves)
                client.close();
            else
                served.cancel();
            try {
                co_await served;
            } catch (const cancelled&) {
            }
            CHECK(shop->counts.requests_ended.get() == 1);
        };
        world.run(all());
        shop.reset();
        CAPTURE(here.text());
        CHECK(here.text().find(leaves ? "\" 499 Client Left " : "\" 503 Service Unavailable ") != std::string::npos);
        CHECK(here.text().ends_with("ms 0B broken off\n"));
    }
}

TEST_CASE("debug tells why a head was refused, once for each connection") {
    app app;
    static std::vector<std::string> said;
    said.clear();
    log::sink before = log::set_sink([](const log_message& one) noexcept { said.emplace_back(one.text); });
    log_level level = log::set_level(log_level::debug);
    (void)talk::hear(app, {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/9\r\n\r\n"});
    log::set_level(level);
    (void)talk::hear(app, {"GET / HTTP/1.1\r\n\r\n"});
    log::set_sink(before);
    REQUIRE(said.size() == 1);
    CHECK(said.front().ends_with(" was refused: missing_host, RFC 9112 3.2"));
}

TEST_CASE("W10: a request makes one line, however much is wrong with it") {
    app app;
    app.get("/items/{id}", [](int, request& req) -> task<std::string> {
        for (auto each : req.cookies()) (void)each;
        throw std::runtime_error("line one\nERROR:    line two");
        co_return "";
    });
    static int said;
    said = 0;
    log::sink before = log::set_sink([](const log_message&) noexcept { ++said; });
    log_level level = log::set_level(log_level::trace);
    std::string odd = "GET /items/x?a=%zz&b=%00&%ff HTTP/1.1\r\nhost: test\r\ntraceparent: junk\r\ntracestate: ,=,\r\n";
    for (int i = 0; i < 50; ++i) odd += "cookie: \x01junk; =; a==b; \"\r\nx-odd: \xff\xfe\r\n";
    std::string lines = log_of(app, {odd + "\r\n"});
    CHECK(said <= 1);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
    said = 0;
    lines = log_of(app, {"GET /items/7 HTTP/1.1\r\nhost: test\r\ncookie: =;;=;\xc3\x28\r\n\r\n"});
    CHECK(said == 1);  // the exception, once
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 1);
    log::set_sink(before);
    log::set_level(level);
}

TEST_CASE("W6, W10: what a handler throws is told once, on one line, and to the log only") {
    app app;
    app.get("/", []() -> task<std::string> {
        throw std::runtime_error("password hunter2\nERROR:    forged");
        co_return "";
    });
    static std::string line;
    log::sink before = log::set_sink([](const log_message& one) noexcept { log::write_plainly(one, line, false); });
    line.clear();
    std::string heard = talk::hear(app, {"GET /?\x7f HTTP/1.1\r\nhost: test\r\n\r\n"});
    heard += talk::hear(app, {"GET / HTTP/1.1\r\nhost: test\r\n\r\n"});
    log::set_sink(before);
    CHECK(line == "ERROR:    GET /: std::runtime_error: password hunter2\\x0aERROR:    forged");
    CHECK(heard.find("hunter2") == heard.npos);
    CHECK(heard.find("runtime_error") == heard.npos);
    CHECK(heard.find("500 Internal Server Error") != heard.npos);
}
