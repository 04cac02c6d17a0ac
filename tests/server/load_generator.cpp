// Scenarios of the load generator of bench/load.cpp: what it says of a server is what its clients would say. T40.
#include <bench/load_generator.hpp>

#include <coracle/app/app.hpp>
#include <coracle/app/generated_body.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/workshop.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

using namespace coracle;
using namespace std::chrono_literals;
using bench::latency_histogram;
using bench::load_plan;
using bench::load_result;

namespace {

const std::string ask = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

/// The answers of a server in virtual time. It takes `pace` for each, and stands still from `stall` on for a second.
struct subject {
    std::chrono::nanoseconds pace = 1ms;
    std::chrono::nanoseconds stall = 1h;
    server_limits limits{};
    bool listens = true;
    int dialed = 0;

    load_result measure(load_plan plan) {
        app served;
        virtual_loop world;
        served.get("/", [this, &world]() -> task<std::string> {
            auto now = world.elapsed();
            co_await sleep(now >= stall && now < stall + 1s ? stall + 1s - now : pace);
            co_return "here";
        });
        served.error_log([](const std::exception_ptr&, const request&) {});
        served.get("/cut", []() -> generator<std::string> {
            co_yield std::string("the first half");
            co_await sleep(1ms);
            throw std::runtime_error("no second one");
        });
        served.freeze();
        server::settings how;
        how.access_log = false;
        how.limits = limits;
        server::workshop shop(served, how, world.reactor());
        plan.request = plan.request.empty() ? ask : plan.request;
        load_result got;
        auto all = [&]() -> task<> {
            task_group connections;
            auto dial = [&]() -> task<result<net::memory_stream>> {
                ++dialed;
                if (!listens) co_return failure(std::make_error_code(std::errc::connection_refused));
                auto ends = net::memory_stream::pair();
                connections.spawn(server::connection(std::move(ends.second), shop));
                co_return std::move(ends.first);
            };
            bench::load_generator<net::memory_stream> load(std::move(plan), dial);
            got = co_await load.run();
            co_await connections.join();
        };
        world.run(all());
        return got;
    }
};

}  // namespace

TEST_CASE("T40: a server that stands still for a second is seen by all who would have asked meanwhile") {
    subject server{.stall = 4s};
    load_result got = server.measure({.connections = 16, .rate = 1000, .duration = 10s});
    CHECK(got.errors() == 0);
    CHECK(got.answered == 10'000);
    CHECK(got.latency.count() == 10'000);
    CHECK(got.latency.percentile(50) < 1010us);
    // A tenth of all was due within that second, evenly.
    CHECK(got.latency.percentile(95) > 450ms);
    CHECK(got.latency.percentile(95) < 600ms);
    CHECK(got.latency.percentile(99) > 890ms);
    CHECK(got.latency.percentile(99) < 950ms);
    CHECK(got.latency.max() == 1s);
    // Who counts from when a connection was free has sixteen slow ones among ten thousand.
    CHECK(got.exchange.percentile(99) < 1010us);
    CHECK(got.exchange.max() == 1s);
}

TEST_CASE("T40: a closed loop asks the less the slower it is answered, and says so by its count only") {
    subject server{.pace = 10ms, .stall = 500ms};
    load_result got = server.measure({.connections = 16, .duration = 3s});
    CHECK(got.errors() == 0);
    CHECK(got.answered == 16 * 201);
    CHECK(got.took == 3s);
    CHECK(got.per_second() == doctest::Approx(16 * 67));
    CHECK(got.latency.percentile(99) < 11ms);
    CHECK(got.latency.max() == 1s);
}

TEST_CASE("T40: a server that is too slow for the rate is not spared what it cannot take") {
    subject server{.pace = 100ms};
    // It takes 40 a second of 100.
    load_result got = server.measure({.connections = 4, .rate = 100, .duration = 10s});
    CHECK(got.answered == 400);
    CHECK(got.unsent == 600);
    CHECK(got.errors() == 600);
    CHECK(got.latency.count() == 1000);
    CHECK(got.latency.percentile(50) > 2900ms);
    CHECK(got.latency.max() > 5900ms);
    CHECK(got.exchange.max() == 100ms);
}

TEST_CASE("T40: who is not answered in time is counted, with the time that he waited") {
    subject server{.pace = 1h};
    load_result got = server.measure({.connections = 1000, .rate = 100, .duration = 1s, .patience = 2s});
    CHECK(got.late == 100);
    CHECK(got.answered == 0);
    CHECK(got.latency.count() == 100);
    CHECK(got.latency.percentile(1) == 2s);
}

TEST_CASE("T40: errors are told apart") {
    subject nobody{.listens = false};
    CHECK(nobody.measure({.connections = 4, .rate = 10, .duration = 1s}).unconnected == 10);
    subject closed{.listens = false};
    CHECK(closed.measure({.connections = 1, .duration = 1s}).unconnected == 100);
    subject other;
    load_result missing = other.measure({.request = "GET /no HTTP/1.1\r\nhost: x\r\n\r\n", .rate = 10, .duration = 1s});
    CHECK(missing.refused == 10);
    CHECK(missing.answered == 10);
    load_result cut = other.measure({.request = "GET /cut HTTP/1.1\r\nhost: x\r\n\r\n", .rate = 10, .duration = 1s});
    CHECK(cut.broken == 10);
    CHECK(cut.answered == 0);
}

TEST_CASE("T40: a connection that the server ends between two requests is no error") {
    subject server;
    server.limits.max_requests_per_connection = 3;
    load_result got = server.measure({.connections = 1, .rate = 10, .duration = 3s});
    CHECK(got.errors() == 0);
    CHECK(got.answered == 30);
    CHECK(server.dialed == 10);
    subject impatient;
    impatient.limits.keep_alive = 1s;
    got = impatient.measure({.connections = 1, .rate = 0.5, .duration = 10s});
    CHECK(got.errors() == 0);
    CHECK(got.answered == 5);
    CHECK(impatient.dialed == 5);
}

TEST_CASE("a histogram of latencies is right to one part in 128, whatever it holds") {
    latency_histogram none;
    CHECK(none.percentile(99) == 0ns);
    CHECK(none.max() == 0ns);
    latency_histogram small;
    for (int i = 1; i <= 200; ++i) small.record(std::chrono::nanoseconds(i));
    for (int i = 1; i <= 200; ++i) CHECK(small.percentile(i / 2.0) == std::chrono::nanoseconds(i));
    CHECK(small.percentile(0) == 1ns);
    latency_histogram large;
    for (int i = 1; i <= 100'000; ++i) large.record(std::chrono::microseconds(i));
    for (double part : {0.1, 1.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
        auto exact = std::chrono::nanoseconds(static_cast<std::int64_t>(part * 1e6));
        CHECK(large.percentile(part) >= exact);
        CHECK(large.percentile(part) <= exact + exact / 128);
    }
    CHECK(large.percentile(100) == 100ms);
    latency_histogram odd;
    odd.record(-5ns);
    odd.record(std::chrono::nanoseconds::max());
    CHECK(odd.percentile(50) == 0ns);
    CHECK(odd.percentile(51) == std::chrono::nanoseconds::max());
}
