#include <coracle/server/worker.hpp>

#include "loopback.hpp"

#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>

using namespace coracle;

TEST_CASE("a worker that is stopped before it serves ends at once") {
    app served;
    served.freeze();
    loop::thread_pool pool(1);
    server::worker one(served, {}, pool);
    auto where = one.open(*net::address::of("127.0.0.1", 0), false);
    REQUIRE(where);
    CHECK(where->port() != 0);
    one.stop();
    one.serve([] {});
}

TEST_CASE("each turn of the loop is told") {
    app served;
    served.freeze();
    loop::thread_pool pool(1);
    server::worker one(served, {}, pool);
    REQUIRE(one.open(*net::address::of("127.0.0.1", 0), false));
    int turns = 0;
    one.serve([&] {
        if (++turns == 3) one.stop();
        one.reactor().wake();
    });
    CHECK(turns >= 3);
}

TEST_CASE("what handlers spawned has the grace time to end after stop, and is cancelled then") {
    app served;
    served.freeze();
    loop::thread_pool pool(1);
    server::settings how;
    how.graceful_timeout = 50ms;
    server::worker one(served, how, pool);
    REQUIRE(one.open(*net::address::of("127.0.0.1", 0), false));
    std::string log;
    auto ends_in_time = [&]() -> task<> {
        co_await sleep(5ms);
        log += "ended ";
    };
    auto never_ends = [&]() -> task<> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            log += "cancelled";
            throw;
        }
    };
    one.reactor().post([&] {
        spawn(never_ends());
        spawn(ends_in_time());
    });
    one.stop();
    one.serve([] {});
    CHECK(log == "ended cancelled");
}

TEST_CASE("what runs on a worker finds its stop notice, and hears it when the worker stops") {
    app served;
    std::atomic<bool> waits = false;
    served.get("/", [&waits](stop_notice& stopping) -> task<std::string> {
        waits = !stopping.given();
        co_await stopping.wait();
        co_return "the last words";
    });
    served.freeze();
    loop::thread_pool pool(1);
    server::worker one(served, {.access_log = false}, pool);
    auto where = one.open(*net::address::of("127.0.0.1", 0), false);
    REQUIRE(where);
    std::thread client([&] {
        loopback::client asks(where->port());
        asks.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        while (!waits) std::this_thread::yield();
        one.stop();
        loopback::reply got = asks.receive();
        CHECK(got.body == "the last words");
        CHECK(asks.closed());
    });
    one.serve([] {});
    client.join();
}

TEST_CASE("who comes by two doors at once to a full house is let in by both, when two have nothing to do") {
    app served;
    served.get("/", on_loop([] { return "in"; }));
    served.freeze();
    loop::thread_pool pool(1);
    server::settings how;
    how.access_log = false;
    how.limits.max_connections = 2;
    how.limits.keep_alive = 1h;
    server::worker one(served, how, pool);
    auto front = one.open(*net::address::of("127.0.0.1", 0), false);
    auto back = one.open(*net::address::of("127.0.0.1", 0), false);
    REQUIRE(front);
    REQUIRE(back);
    std::atomic<bool> held = false, come = false;
    std::thread clients([&] {
        loopback::client a(front->port()), b(back->port());
        CHECK(a.get("/").body == "in");
        CHECK(b.get("/").body == "in");
        one.reactor().post([&] {
            held = true;
            while (!come) std::this_thread::yield();
        });
        while (!held) std::this_thread::yield();
        loopback::client c(front->port()), d(back->port());
        c.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        d.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        come = true;
        CHECK(c.receive().body == "in");
        CHECK(d.receive().body == "in");
        CHECK(a.closed());
        CHECK(b.closed());
        one.stop();
    });
    one.serve([] {});
    clients.join();
}
