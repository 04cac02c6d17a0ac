// What clients that are slow, silent or too many cannot do to a server: a scenario across several nouns.
#include "loopback.hpp"
#include "talk.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

void fill(app& app) {
    app.get("/", on_loop([] { return std::string("root"); }));
    app.post("/echo", [](request& asked) -> task<std::string> {
        std::string text = co_await asked.body.text();
        co_return text;
    });
    app.post("/ignore", on_loop([] { return std::string("ignored"); }));
    app.post("/large", {.max_body_bytes = 20'000'000}, [](request& asked) -> task<std::size_t> {
        std::size_t size = 0;
        while (auto piece = co_await asked.body.read()) size += piece->size();
        co_return size;
    });
    app.post("/small", {.max_body_bytes = 5}, [](request& asked) -> task<std::string> {
        std::string text = co_await asked.body.text();
        co_return text;
    });
}

/// As talk::play(), but the client listens while it speaks: `took` is when the server closed.
talk::outcome play(std::vector<talk::step> steps, bool leaves = false, server::settings how = {}) {
    app app;
    fill(app);
    app.freeze();
    how.access_log = false;
    virtual_loop world(virtual_time.patience(20s));
    server::workshop shop(app, how, world.reactor());
    auto ends = net::memory_stream::pair(1 << 24);
    net::memory_stream& client = ends.first;
    talk::outcome result;
    bool open = true;
    auto speak = [&]() -> task<> {
        for (talk::step& each : steps) {
            co_await sleep(each.after);
            if (!open) co_return;
            client.push(std::move(each.bytes));
            for (int i = 0; i < 3; ++i) co_await sleep(0ns);
        }
        if (leaves) (void)client.shutdown_write().has_value();
    };
    auto listen = [&]() -> task<> {
        while (open) {
            auto bytes = co_await client.read();
            open = bytes && !bytes->empty();
            if (open) result.heard += *bytes;
        }
        result.took = world.elapsed();
        if (!leaves) (void)client.shutdown_write().has_value();
    };
    auto all = [&]() -> task<> {
        co_await gather(server::connection(std::move(ends.second), shop), speak(), listen());
    };
    world.run(all());
    CHECK(shop.admission.connections() == 0);
    CHECK(shop.admission.in_flight() == 0);
    return result;
}

std::vector<talk::step> drip(std::string head, std::chrono::nanoseconds pause, std::size_t bytes, std::size_t times) {
    std::vector<talk::step> steps{std::move(head)};
    for (std::size_t i = 0; i < times; ++i) steps.emplace_back(pause, std::string(bytes, 'x'));
    return steps;
}

}  // namespace

TEST_CASE("D7: a byte at the end of each wait does not hold a body: there is a rate to keep") {
    std::string head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
    auto slow = play(drip(head, 9s, 1, 10));
    CHECK(slow.heard.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    CHECK(slow.heard.find("connection: close") != std::string::npos);
    CHECK(slow.took < 11s);
    // Half of the rate: as far behind as is allowed after twice that time.
    head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 90112\r\n\r\n";
    auto half = play(drip(head, 1s, 8 * 1024, 11));
    CHECK(half.heard.find("HTTP/1.1 200") != std::string::npos);
    head = "POST /large HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\n\r\n";
    half = play(drip(head, 1s, 8 * 1024, 100));
    CHECK(half.heard.starts_with("HTTP/1.1 408 "));
    CHECK(half.took >= 19s);
    CHECK(half.took < 25s);
}

TEST_CASE("D7: a body that keeps the rate may take longer than any wait") {
    std::string head = "POST /large HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\n";
    auto steady = play(drip(head, 1s, 20'000, 100));
    CHECK(steady.heard.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(steady.heard.ends_with("2000000"));
}

TEST_CASE("D7: bytes that came fast are no credit for a silence, and the rate may be any") {
    std::string head =
        "POST /large HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\n" + std::string(1'000'000, 'x');
    auto silent = play({head});
    CHECK(silent.heard.starts_with("HTTP/1.1 408 "));
    CHECK(silent.took < 11s);
    server::settings any;
    any.limits.min_body_rate = 0;
    auto slow = play(drip("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n", 9s, 1, 10), false, any);
    CHECK(slow.heard.starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("D7: the rest of a body that nobody wants does not hold the connection either") {
    auto slow = play(drip("POST /ignore HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n", 9s, 1, 10));
    CHECK(slow.heard.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(slow.took < 11s);
}

TEST_CASE("D7: a connection that says nothing is closed, however it says it") {
    CHECK(play({}).took == 10s);
    std::vector<talk::step> line_ends;
    for (int i = 0; i < 20; ++i) line_ends.emplace_back(900ms, "\r\n");
    auto bored = play(std::move(line_ends));
    CHECK(bored.took < 11s);
    CHECK(play({"GET / HTTP/1.1\r\nhost: x\r\n\r\n", {4s, "GET / HTTP/1.1\r\nhost: x\r\n\r\n"}}).took == 9s);
}

TEST_CASE("D7: one that takes a byte of its answer now and then is cut off") {
    app app;
    app.get("/large", on_loop([] { return std::string(1 << 20, 'x'); }));
    app.freeze();
    for (std::string_view path : {"/large"}) {
        CAPTURE(path);
        virtual_loop world(virtual_time.patience(20s));
        server::settings how;
        how.access_log = false;
        server::workshop shop(app, how, world.reactor());
        auto ends = net::memory_stream::pair(64 * 1024);
        ends.first.push("GET " + std::string(path) + " HTTP/1.1\r\nhost: x\r\n\r\n");
        std::size_t got = 0;
        auto listen = [&]() -> task<> {
            char room[100];
            bool open = true;
            while (open) {
                co_await sleep(1s);
                auto count = co_await ends.first.read(std::span(room));
                open = count && *count > 0;
                if (open) got += *count;
                open = open && got < 20'000;
            }
            ends.first.close();
        };
        auto both = [&]() -> task<> { co_await gather(server::connection(std::move(ends.second), shop), listen()); };
        world.run(both());
        CHECK(world.elapsed() >= 10s);
        CHECK(got < 2500 + 64 * 1024);
        CHECK(shop.admission.connections() == 0);
    }
}

TEST_CASE("D4: a route's own bound of its body goes before the server's, and is known before a byte was read") {
    std::string expect = "\r\nexpect: 100-continue\r\n\r\n";
    auto refused = play({"POST /small HTTP/1.1\r\nhost: x\r\ncontent-length: 6" + expect}, true);
    CHECK(refused.heard.starts_with("HTTP/1.1 413 "));
    CHECK(refused.heard.find("100 Continue") == std::string::npos);
    auto taken = play({"POST /small HTTP/1.1\r\nhost: x\r\ncontent-length: 5" + expect, "12345"}, true);
    CHECK(taken.heard.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    auto chunked =
        play({"POST /small HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n"}, true);
    CHECK(chunked.heard.starts_with("HTTP/1.1 413 "));
    std::string large(15'000'000, 'x');
    auto more = play({"POST /large HTTP/1.1\r\nhost: x\r\ncontent-length: 15000000\r\n\r\n" + large}, true);
    CHECK(more.heard.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(more.heard.ends_with("15000000"));
    more = play({"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 15000000" + expect}, true);
    CHECK(more.heard.starts_with("HTTP/1.1 413 "));
}

TEST_CASE("the limits that a program gives are those that hold") {
    server::settings how;
    how.limits.max_head_bytes = 300;
    how.limits.max_fields = 8;
    how.limits.max_target_bytes = 20;
    how.limits.max_body_bytes = 3;
    how.limits.header_timeout = 2s;
    how.limits.keep_alive = 1s;
    auto start = [&](std::string text) { return play({std::move(text)}, true, how).heard.substr(0, 12); };
    std::string get = "GET / HTTP/1.1\r\nhost: x\r\n";
    CHECK(start(get + "x: " + std::string(300, 'x') + "\r\n\r\n") == "HTTP/1.1 431");
    std::string nine;
    for (char c : std::string_view("abcdefghi")) nine += std::string(1, c) + ": 1\r\n";
    CHECK(start(get + nine + "\r\n") == "HTTP/1.1 431");
    CHECK(start("GET /" + std::string(30, 'x') + " HTTP/1.1\r\nhost: x\r\n\r\n") == "HTTP/1.1 414");
    CHECK(start("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nabcd") == "HTTP/1.1 413");
    CHECK(play({}, false, how).took == 2s);
    CHECK(play({get + "\r\n"}, false, how).took == 1s);
}

TEST_CASE("more connections than there may be wait to be accepted, and idle ones make room for them") {
    app app;
    fill(app);
    app.get("/wait", []() -> task<std::string> {
        co_await sleep(50ms);
        co_return "waited";
    });
    loopback::running server(app, {.limits = {.keep_alive = 1h, .max_connections = 2}});
    loopback::client first(server.port());
    loopback::client second(server.port());
    first.send("GET /wait HTTP/1.1\r\nhost: x\r\n\r\n");
    second.send("GET /wait HTTP/1.1\r\nhost: x\r\n\r\n");
    loopback::client third(server.port());
    CHECK(third.get("/").body == "root");  // when one of them has its answer, and is hung up
    CHECK(first.receive().body == "waited");
    CHECK(second.receive().body == "waited");
    bool first_closed = first.closed();
    CHECK(first_closed);
    CHECK(second.get("/").body == "root");
    // A full server stops all the same.
    loopback::client fourth(server.port());
    fourth.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    server.stop();
}

TEST_CASE("a server stops by itself after the requests that it may answer") {
    app app;
    fill(app);
    server::server server(
        app, {.port = 0, .access_log = false, .banner = false, .signals = false, .limits = {.max_requests = 3}});
    server.start();
    std::thread serving([&] { server.serve(); });
    for (int i = 0; i < 3; ++i) CHECK(loopback::get(server.port(), "/").body == "root");
    serving.join();
}

TEST_CASE("T18: many clients that wait at once are answered at once, on one loop and without a thread of their own") {
    app app;
    app.get("/wait", []() -> task<std::string> {
        co_await sleep(200ms);
        co_return "waited";
    });
    loopback::running server(app, {.threads = 1});
    auto begin = std::chrono::steady_clock::now();
    std::vector<loopback::client> clients;
    for (int i = 0; i < 500; ++i) {
        clients.emplace_back(server.port());
        clients.back().send("GET /wait HTTP/1.1\r\nhost: x\r\n\r\n");
    }
    int answered = 0;
    for (auto& each : clients) answered += each.receive().body == "waited";
    CHECK(answered == 500);
    CHECK(std::chrono::steady_clock::now() - begin < 20s);  // one after the other they would take 100
}

TEST_CASE("D7: slow heads, slow bodies and slow readers leave the answers of others as quick as they were") {
    app app;
    fill(app);
    app.get("/large", on_loop([] { return std::string(3 << 20, 'x'); }));
    loopback::running server(app);
    auto median = [&] {
        loopback::client client(server.port());
        std::vector<std::chrono::nanoseconds> took;
        for (int i = 0; i < 200; ++i) {
            auto begin = std::chrono::steady_clock::now();
            REQUIRE(client.get("/").body == "root");
            took.push_back(std::chrono::steady_clock::now() - begin);
        }
        std::sort(took.begin(), took.end());
        return took[100];
    };
    auto alone = median();
    for (std::string_view text :
         {std::string_view("GET / HTTP/1.1\r\nhost:"),
          std::string_view("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nabc"),
          std::string_view("GET /large HTTP/1.1\r\nhost: x\r\n\r\n")}) {
        CAPTURE(text);
        std::vector<loopback::client> slow;
        for (int i = 0; i < 60; ++i) {
            slow.emplace_back(server.port());
            slow.back().send(text);
        }
        auto beside = median();
        CHECK(beside < 10 * alone + 5ms);
    }
}

namespace {
/// A client that has acknowledged what it got before, and nothing since.
struct acknowledged_stream : net::memory_stream {
    explicit acknowledged_stream(net::memory_stream of) : memory_stream(std::move(of)) {}
    std::optional<std::uint64_t> acknowledged() const noexcept { return 1'000'000; }
};
}  // namespace

TEST_CASE("D7: what a client took of earlier answers is no credit for one that it does not take") {
    app app;
    app.get("/large", on_loop([] { return std::string(1 << 20, 'x'); }));
    app.freeze();
    virtual_loop world(virtual_time.patience(20s));
    server::settings how;
    how.access_log = false;
    server::workshop shop(app, how, world.reactor());
    auto ends = net::memory_stream::pair(1024);
    ends.first.push("GET /large HTTP/1.1\r\nhost: x\r\n\r\n");
    auto all = [&]() -> task<> {
        acknowledged_stream stream(std::move(ends.second));
        co_await server::connection(std::move(stream), shop);
    };
    world.run(all());
    CHECK(world.elapsed() == 10s);
}

TEST_CASE("D7: news that wait for what their client sends have the time of a body, and are heard of behind it") {
    app app;
    app.post("/news", [](request& req) -> event_stream {
        const std::string& text = co_await req.body.text();
        co_await sleep(40s);
        co_yield sse_event(text);
    });
    app.error_log([](const std::exception_ptr&, const request&) {});
    server::settings how;
    std::string head = "POST /news HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n";
    talk::outcome stalled = talk::play(app, {head + "a"}, false, how);
    CHECK(stalled.heard.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(stalled.took == 10s);
    talk::outcome sent = talk::play(app, {head, {1s, "abcd"}, {50s, "GET / HTTP/1.0\r\n\r\n"}}, true, how);
    std::string pings = "8\r\n: ping\n\n\r\n";
    CHECK(sent.heard.find("\r\n\r\n" + pings + pings + "c\r\ndata: ") != sent.heard.npos);
}
