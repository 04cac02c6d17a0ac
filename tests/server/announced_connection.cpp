#include <coracle/server/announced_connection.hpp>

#include "loopback.hpp"

#include <coracle/async/task_group.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/server/behind_proxy.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace in_announced_connection {

void fill(app& app) {
    app.get("/", [](request& req) -> task<std::string> {
        std::string out(req.scheme);
        out.append(" ").append(req.client.address).append(":").append(std::to_string(req.client.port));
        co_return out;
    });
    app.post("/echo", [](request& req) -> task<std::string> {
        std::string text = co_await req.body.text();
        co_return text;
    });
}
const std::string get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const std::string line = "PROXY TCP4 203.0.113.9 127.0.0.1 56324 443\r\n";
const std::string binary = std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C", 16) +
                           std::string("\xCB\0\x71\x0A\x7F\0\0\x01\x11\x5C\x01\xBB", 12);

// What the servers here report is expected, and once in the life of a program.
struct quiet {
    quiet() : before(set_reporter([](std::string_view, const std::source_location&) noexcept {})) {}
    quiet(const quiet&) = delete;
    ~quiet() { set_reporter(before); }
    reporter before;
};

proxy_options announced(proxy_networks trusted = {"127.0.0.1"}) {
    return {.trusted = std::move(trusted), .protocol = true};
}

}  // namespace in_announced_connection
using namespace in_announced_connection;

TEST_CASE("the PROXY protocol says who the client is, in both versions, with requests right behind it") {
    app app;
    fill(app);
    loopback::running server(app, {.proxy = announced()});
    loopback::client one(server.port());
    one.send(line + get + get);
    CHECK(one.receive().body == "http 203.0.113.9:56324");
    CHECK(one.receive().body == "http 203.0.113.9:56324");
    loopback::client two(server.port());
    two.send(binary + get);
    CHECK(two.receive().body == "http 203.0.113.10:4444");
    CHECK(two.post("/echo", std::string(300'000, 'x')).body.size() == 300'000);
    CHECK(two.ask(get).body == "http 203.0.113.10:4444");
}

TEST_CASE("the PROXY protocol byte by byte: not one of the client's bytes is taken for it") {
    app app;
    fill(app);
    loopback::running server(app, {.proxy = announced()});
    for (const std::string& header : {line, binary}) {
        loopback::client client(server.port());
        for (char c : header) {
            client.send(std::string_view(&c, 1));
            std::this_thread::yield();
        }
        client.send(get);
        CHECK(client.receive().body.starts_with("http 203.0.113."));
    }
}

TEST_CASE("a proxy that speaks for itself is the client, and one that ends TLS says https") {
    app app;
    fill(app);
    loopback::running server(app, {.proxy = announced()});
    loopback::client unknown(server.port());
    unknown.send("PROXY UNKNOWN\r\n" + get);
    CHECK(unknown.receive().body.starts_with("http 127.0.0.1:"));
    loopback::client local(server.port());
    local.send(std::string("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16) + get);
    CHECK(local.receive().body.starts_with("http 127.0.0.1:"));
    loopback::client tls(server.port());
    std::string with_tls = binary + std::string("\x20\0\x05\x01\0\0\0\0", 8);
    with_tls[15] = '\x14';
    tls.send(with_tls + get + get);
    CHECK(tls.receive().body == "https 203.0.113.10:4444");
    CHECK(tls.receive().body == "https 203.0.113.10:4444");
}

TEST_CASE("D19: without a header there is no answer, and from strangers not even with one") {
    quiet here;
    app app;
    fill(app);
    {
        loopback::running server(app, {.proxy = announced()});
        for (const std::string& first :
             {get, std::string("PROXY TCP4 1.2.3.4\r\n"), std::string("PROXY UNKNOWN\n") + get, std::string(4096, '\r'),
              std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\xFF\xFF", 16)}) {
            CAPTURE(first);
            loopback::client client(server.port());
            client.send(first);
            CHECK(client.closed());
        }
        loopback::client half(server.port());
        half.send("PROXY TCP4 203.0.113.9");
        half.half_close();
        CHECK(half.closed());
        loopback::client nothing(server.port());
        nothing.half_close();
        CHECK(nothing.closed());
    }
    loopback::running strict(app, {.proxy = announced({"10.0.0.0/8"})});
    loopback::client stranger(strict.port());
    CHECK(stranger.closed());
}

TEST_CASE("D19: fields count behind the PROXY protocol if who it names is trusted, too") {
    app app;
    fill(app);
    loopback::running server(app, {.proxy = announced({"127.0.0.1", "10.0.0.0/8"})});
    std::string with_field = "GET / HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 198.51.100.7\r\n\r\n";
    loopback::client outer(server.port());
    outer.send(line + with_field);
    CHECK(outer.receive().body == "http 203.0.113.9:56324");
    loopback::client inner(server.port());
    inner.send("PROXY TCP4 10.0.0.5 127.0.0.1 1 2\r\n" + with_field);
    CHECK(inner.receive().body == "http 198.51.100.7:0");
}

TEST_CASE("D7: a header that does not come costs its time and no more, and the end of the server ends the wait") {
    quiet here;
    app app;
    fill(app);
    app.freeze();
    loop::thread_pool pool;
    server::settings how;
    how.access_log = false;
    how.limits.header_timeout = 50ms;
    how.proxy = announced();
    server::worker slow(app, how, pool);
    auto opened = slow.open(*net::address::parse("127.0.0.1:0"), false);
    REQUIRE(opened);
    std::thread thread([&] { slow.serve([] {}); });
    loopback::client silent(opened->port());
    silent.send("PROXY TCP4 ");
    CHECK(silent.closed());
    slow.stop();
    thread.join();

    loopback::running server(app, {.proxy = announced()});
    loopback::client waiting(server.port());
    waiting.send("PROXY ");
    loopback::client answered(server.port());
    answered.send(line + get);  // when this has its answer, the other one is known too
    CHECK(answered.receive().status == 200);
    auto begin = std::chrono::steady_clock::now();
    server.stop();
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
    CHECK(waiting.closed());
}

TEST_CASE("D19: a connection that has not said who it is takes its place among those there may be") {
    app app;
    fill(app);
    app.freeze();
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    server::settings how;
    how.access_log = false;
    how.proxy = announced();
    server::workshop shop(app, how, on);
    auto all = [&]() -> task<> {
        auto door = net::listener::open(*net::address::parse("127.0.0.1:0"));
        loopback::client client(door->where().port());
        auto come = co_await door->accept();
        task_group served;
        served.spawn(server::announced_connection(std::move(*come), shop));
        co_await sleep(1ms);
        CHECK(shop.admission.connections() == 1);
        client.send(line + get);
        while (shop.counts.requests_ended.get() == 0) co_await sleep(1ms);
        CHECK(shop.admission.connections() == 1);
        CHECK(client.receive().body == "http 203.0.113.9:56324");
        client.half_close();
        co_await served.join();
        CHECK(shop.admission.connections() == 0);
    };
    loop::run_on(on, all());
}
