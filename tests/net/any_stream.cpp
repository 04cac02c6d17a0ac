#include <coracle/loop/run.hpp>
#include <coracle/net/any_stream.hpp>
#include <coracle/net/memory_stream.hpp>

#include <doctest/doctest.h>

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

TEST_CASE("an empty any_stream is closed and harmless") {
    net::any_stream none;
    CHECK(!none);
    CHECK(none.hung_up());
    CHECK(!none.tell(nullptr));
    none.close();
}
