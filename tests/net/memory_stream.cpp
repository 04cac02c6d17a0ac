// What only the stream in memory can do; the contract of streams is in byte_stream.cpp.
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/memory_stream.hpp>

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <system_error>
#include <utility>

using namespace coracle;

TEST_CASE("each chunk is a read of its own, and a limit cuts it") {
    auto test = []() -> task<> {
        auto [near, far] = net::memory_stream::pair();
        near.push("GET / HT");
        near.push("TP/1.1\r\n");
        auto first = co_await far.read();
        CHECK(*first == "GET / HT");
        far.limit_reads(3);
        std::string rest;
        int reads = 0;
        near.close();
        for (;;) {
            auto bytes = co_await far.read();
            REQUIRE(bytes);
            if (bytes->empty()) break;
            CHECK(bytes->size() <= 3);
            rest += *bytes;
            ++reads;
        }
        CHECK(rest == "TP/1.1\r\n");
        CHECK(reads == 3);
    };
    run(test());
}

TEST_CASE("a view that was read stays until the next read, whatever is sent meanwhile") {
    auto test = []() -> task<> {
        auto [near, far] = net::memory_stream::pair();
        near.push("first");
        auto view = co_await far.read();
        for (int i = 0; i < 100; ++i) near.push("more");
        CHECK(*view == "first");
    };
    run(test());
}

TEST_CASE("a writer waits when the line is full and goes on when it is read") {
    auto test = []() -> task<> {
        auto [near, far] = net::memory_stream::pair(4);
        bool done = false;
        auto writing = [&, &from = near]() -> task<> {
            auto written = co_await from.write("0123", "456789");
            CHECK(written);
            done = true;
        };
        auto reading = [&, &to = far]() -> task<> {
            co_await sleep(0s);
            CHECK_FALSE(done);
            std::string all;
            while (all.size() < 10) {
                auto bytes = co_await to.read();
                REQUIRE(bytes);
                CHECK(bytes->size() <= 4);
                all += *bytes;
            }
            CHECK(all == "0123456789");
        };
        co_await gather(writing(), reading());
        CHECK(done);
    };
    run(test());
}

TEST_CASE("errors come when the script says so: reads after what had arrived, writes at once, waiting or not") {
    auto test = []() -> task<> {
        auto reset = std::make_error_code(std::errc::connection_reset);
        auto [near, far] = net::memory_stream::pair();
        near.push("before");
        far.fail_reads(reset);
        CHECK(far.hung_up());
        auto bytes = co_await far.read();
        REQUIRE(bytes);
        CHECK(*bytes == "before");
        bytes = co_await far.read();
        REQUIRE_FALSE(bytes);
        CHECK(bytes.error() == reset);
        near.fail_writes(reset);
        auto written = co_await near.write("x");
        REQUIRE_FALSE(written);
        CHECK(written.error() == reset);

        auto waiting = [reset, &from = near]() -> task<> {
            auto late = co_await from.read();
            REQUIRE_FALSE(late);
            CHECK(late.error() == reset);
        };
        auto failing = [reset, &from = near]() -> task<> {
            co_await sleep(0s);
            from.fail_reads(reset);
        };
        co_await gather(waiting(), failing());
    };
    run(test());
}

TEST_CASE("the far end can be played without a coroutine") {
    auto [near, far] = net::memory_stream::pair();
    auto echo = [&to = far]() -> task<> {
        for (;;) {
            auto bytes = co_await to.read();
            REQUIRE(bytes);
            if (bytes->empty()) break;
            std::string reply(*bytes);
            auto written = co_await to.write("you said ", reply);
            REQUIRE(written);
        }
        to.close();
    };
    near.push("hello");
    CHECK(near.take_all().empty());
    CHECK(near.shutdown_write());
    run(echo());
    CHECK_FALSE(near.at_end());
    CHECK(near.take_all() == "you said hello");
    CHECK(near.at_end());
}

TEST_CASE("a line has no address until it is given one") {
    auto [near, far] = net::memory_stream::pair();
    CHECK(near.peer() == net::address());
    near.set_peer(*net::address::parse("192.0.2.1:1234"));
    CHECK(near.peer().text() == "192.0.2.1:1234");
    CHECK(far.peer() == net::address());
}

TEST_CASE("a stream may go while its other end waits") {
    auto test = []() -> task<> {
        auto pair = net::memory_stream::pair();
        auto far = std::make_unique<net::memory_stream>(std::move(pair.second));
        auto reading = [&from = pair.first]() -> task<> {
            auto bytes = co_await from.read();
            REQUIRE(bytes);
            CHECK(bytes->empty());
        };
        auto leaving = [&far]() -> task<> {
            co_await sleep(0s);
            far.reset();
        };
        co_await gather(reading(), leaving());
        auto written = co_await pair.first.write("x");
        REQUIRE_FALSE(written);
        CHECK(written.error() == std::errc::broken_pipe);
    };
    run(test());
}

namespace {

/// Counts what it is told.
struct counted_edges final : loop::edge_watcher {
    int count = 0;
    void on_edge() noexcept override { ++count; }
};

}  // namespace

TEST_CASE("a watcher is told of bytes, of room, of the end and of the close of a stream, until nobody is to be told") {
    auto test = []() -> task<> {
        auto [near, far] = net::memory_stream::pair(4);
        counted_edges told;
        far.tell(&told);
        near.push("ab");
        CHECK(told.count == 1);
        CHECK(*far.try_write("abcdef") == 4);
        CHECK(near.take_all() == "abcd");
        CHECK(told.count == 2);
        CHECK(near.shutdown_write());
        CHECK(told.count == 3);
        CHECK(far.hung_up());
        CHECK(*far.try_write({}) == 0);
        near.close();
        CHECK(told.count > 3);
        CHECK_FALSE(far.try_write({}));
        int before = told.count;
        far.tell(nullptr);
        near.push("x");
        CHECK(told.count == before);
        co_return;
    };
    run(test());
}
