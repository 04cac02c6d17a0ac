#include <coracle/loop/run.hpp>
#include <coracle/net/any_stream.hpp>
#include <coracle/net/memory_stream.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace coracle;

TEST_CASE("an any_stream does what the stream does that it holds") {
    bool done = run([]() -> task<bool> {
        auto [one, other] = net::memory_stream::pair();
        net::any_stream here(std::move(one));
        net::any_stream there(std::move(other));
        CHECK(here.socket() == nullptr);
        auto sent = co_await here.write("head ", "body");
        CHECK(sent.has_value());
        auto came = co_await there.read();
        REQUIRE(came.has_value());
        CHECK(*came == "head body");
        char room[4];
        auto quick = there.try_write("answer");
        CHECK(*quick == 6);
        auto some = co_await here.read(std::span<char>(room));
        REQUIRE(some.has_value());
        CHECK(std::string_view(room, *some) == "answ");
        CHECK(!here.hung_up());
        there.close();
        CHECK(here.hung_up());
        auto broken = co_await here.write("x");
        CHECK(broken.error() == std::errc::broken_pipe);
        co_return true;
    }());
    CHECK(done);
}

TEST_CASE("an any_stream tells a watcher of what happens while nobody waits") {
    struct ear final : loop::edge_watcher {
        int heard = 0;
        void on_edge() noexcept override { ++heard; }
    };
    auto [one, other] = net::memory_stream::pair();
    net::any_stream here(std::move(one));
    ear listening;
    CHECK(here.tell(&listening));
    other.push("unasked");
    CHECK(listening.heard == 1);
    here.tell(nullptr);
}

TEST_CASE("an any_stream reads at once where the stream that it holds can, and says where it cannot") {
    auto [one, other] = net::memory_stream::pair();
    net::any_stream here(std::move(one));
    CHECK(here.reads_at_once());
    char room[4];
    CHECK(!here.try_read(room));
    other.push("hello");
    auto some = here.try_read(room);
    REQUIRE(some.has_value());
    CHECK(**some == 4);
    CHECK(std::string_view(room, 4) == "hell");

    struct slow {
        net::memory_stream inner;
        task<result<std::string_view>> read() { co_return co_await inner.read(); }
        task<result<std::size_t>> read(std::span<char> into) { co_return co_await inner.read(into); }
        task<result<void>> write(std::string_view a, std::string_view b = {}) { co_return co_await inner.write(a, b); }
        result<std::size_t> try_write(std::string_view bytes) { return inner.try_write(bytes); }
        void shutdown_read() noexcept { inner.shutdown_read(); }
        result<void> shutdown_write() { return inner.shutdown_write(); }
        void close() noexcept { inner.close(); }
        bool hung_up() const noexcept { return inner.hung_up(); }
        const net::address& peer() const { return inner.peer(); }
    };
    net::any_stream only_waiting(slow{std::move(other)});
    CHECK(!only_waiting.reads_at_once());
    auto cannot = only_waiting.try_read(room);
    REQUIRE(cannot.has_value());
    CHECK(cannot->error() == std::errc::operation_not_supported);
}

TEST_CASE("an empty any_stream is closed and harmless") {
    net::any_stream none;
    CHECK(!none);
    CHECK(none.hung_up());
    CHECK(!none.tell(nullptr));
    CHECK(!none.reads_at_once());
    none.close();
}
