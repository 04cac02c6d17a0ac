// Scenarios of a server that stops, under load and at its ease: what it has taken on it answers, and wholly.
#include "load.hpp"
#include "talk.hpp"

#include <coracle/app/app.hpp>
#include <coracle/async/generator.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/server.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

using load::insist;
using load::load_count;

/// A server, `clients` of them, and a stop when so many answers have come. in: how it is told to stop.
template <class Stop>
load_count stop_under_load(run_options how, int clients, int answers, Stop stop) {
    app served;
    served.get("/work", []() -> task<std::string> {
        co_await sleep(1ms);
        co_return load::body;
    });
    how.port = 0;
    how.access_log = how.banner = false;
    server::server here(served, how);
    here.start();
    std::atomic<bool> ended = false;
    std::thread serving([&] {
        here.serve();
        ended = true;
    });
    load_count count;
    auto load = [&]() -> task<> {
        task_group all;
        for (int i = 0; i < clients; ++i) all.spawn(insist(here.where(), count));
        while (count.answered < answers) co_await sleep(1ms);
        stop(here);
        co_await all.join();
    };
    run(load());
    serving.join();
    CHECK(ended);
    return count;
}

}  // namespace

TEST_CASE("kill -TERM under the load of 64 connections loses no request, twenty times") {
    for (int round = 0; round < 20; ++round) {
        load_count got =
            stop_under_load({}, 64, 100 + round * 23, [](server::server&) { ::kill(::getpid(), SIGTERM); });
        CHECK_MESSAGE(got.lost == 0, got.how);
        CHECK(got.answered > 64);
        CHECK(got.refused == 64);
    }
}

TEST_CASE("three workers stop under load and lose no request, on ports of their own and at one door") {
    for (int round = 0; round < 5; ++round) {
        run_options how{.workers = 3, .signals = false};
        if (round % 2 != 0) how.host = "unix:/tmp/coracle_graceful_" + std::to_string(::getpid());
        load_count got = stop_under_load(how, 64, 100 + round * 23, [](server::server& it) { it.stop(); });
        CHECK_MESSAGE(got.lost == 0, got.how);
        CHECK(got.answered > 64);
    }
}

namespace {

/// One connection in virtual time, whose server stops after `stop_after`. Gives what the client heard, and when the
/// server had closed.
talk::outcome play_until_stop(app& served, std::vector<talk::step> steps, std::chrono::nanoseconds stop_after) {
    served.freeze();
    virtual_loop world(virtual_time.patience(20s));
    server::settings how;
    how.access_log = false;
    server::workshop shop(served, how, world.reactor());
    auto ends = net::memory_stream::pair();
    talk::outcome result;
    auto speak = [&]() -> task<> {
        for (talk::step& each : steps) {
            co_await sleep(each.after);
            ends.first.push(std::move(each.bytes));
        }
    };
    auto listen = [&]() -> task<> {
        bool open = true;
        while (open) {
            auto bytes = co_await ends.first.read();
            open = bytes && !bytes->empty();
            if (open) result.heard += *bytes;
        }
        result.took = world.elapsed();
        ends.first.close();
    };
    auto stop = [&]() -> task<> {
        co_await sleep(stop_after);
        shop.stop();
    };
    auto all = [&]() -> task<> {
        co_await gather(server::connection(std::move(ends.second), shop), speak(), listen(), stop());
    };
    world.run(all());
    return result;
}
app one_route() {
    app served;
    served.get("/{n}", on_loop([](int n) { return n; }));
    return served;
}
std::size_t count(std::string_view what, std::string_view in) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = in.find(what, at)) != in.npos; at += what.size()) ++n;
    return n;
}
const std::string get_1 = "GET /1 HTTP/1.1\r\nhost: x\r\n\r\n";
const std::string get_2 = "GET /2 HTTP/1.1\r\nhost: x\r\n\r\n";

}  // namespace

TEST_CASE("a connection that was quiet for long is closed at once by a stop") {
    app served = one_route();
    talk::outcome got = play_until_stop(served, {get_1}, 2s);
    CHECK(got.heard.ends_with("\r\n\r\n1"));
    CHECK(got.heard.find("connection:") == got.heard.npos);
    CHECK(got.took == 2s);
    CHECK(play_until_stop(served, {}, 2s).took == 2s);
}

TEST_CASE("a connection that was used a moment before a stop has a last chance, which is a moment") {
    app served = one_route();
    CHECK(play_until_stop(served, {get_1}, 10ms).took == 250ms);
    CHECK(play_until_stop(served, {}, 10ms).took == 250ms);
    talk::outcome got = play_until_stop(served, {get_1, {200ms, get_2}}, 10ms);
    CHECK(count("HTTP/1.1 200 OK", got.heard) == 2);
    CHECK(count("connection: close", got.heard) == 1);
    CHECK(got.heard.ends_with("\r\n\r\n2"));
    CHECK(got.took == 200ms);
}

TEST_CASE("a request whose first bytes had come before a stop is answered when the rest of it comes") {
    app served = one_route();
    talk::outcome got = play_until_stop(served, {"GET /1 HT", {3s, "TP/1.1\r\nhost: x\r\n\r\n"}}, 10ms);
    CHECK(count("HTTP/1.1 200 OK", got.heard) == 1);
    CHECK(count("connection: close", got.heard) == 1);
    CHECK(got.took == 3s);
}

TEST_CASE("a streamed answer whose head has not said that it is the last is not, if the next request comes at once") {
    app served;
    served.get("/stream", []() -> generator<std::string> {
        co_yield "a";
        co_await sleep(1s);
        co_yield "b";
    });
    served.get("/{n}", on_loop([](int n) { return n; }));
    std::string stream = "GET /stream HTTP/1.1\r\nhost: x\r\n\r\n";
    talk::outcome got = play_until_stop(served, {stream, {1100ms, get_1}}, 500ms);
    CHECK(count("HTTP/1.1 200 OK", got.heard) == 2);
    CHECK(count("connection: close", got.heard) == 1);
    CHECK(got.heard.ends_with("\r\n\r\n1"));
    CHECK(got.took == 1100ms);
    CHECK(play_until_stop(served, {stream}, 500ms).took == 1250ms);
}

TEST_CASE("requests that had come behind one under way are answered too, and the last says that it is") {
    app served;
    served.get("/slow", []() -> task<std::string> {
        co_await sleep(1s);
        co_return "slow";
    });
    served.get("/{n}", on_loop([](int n) { return n; }));
    talk::outcome got = play_until_stop(served, {"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n" + get_1 + get_2}, 10ms);
    CHECK(count("HTTP/1.1 200 OK", got.heard) == 3);
    CHECK(count("connection: close", got.heard) == 1);
    CHECK(got.heard.find("connection: close") > got.heard.find("\r\n\r\n1"));
    CHECK(got.took == 1s);
}
