#include <coracle/client/connection_pool.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <utility>

using namespace coracle;
using phase = client::client_connection::phase;

TEST_CASE("a connection that takes too long is closed, which wakes whoever waits for it") {
    run(virtual_time, []() -> task<> {
        client::connection_pool pool{pool_limits()};
        auto line = pool.try_acquire("http", "example.com");
        auto [here, there] = net::memory_stream::pair();
        line->stream = net::any_stream(std::move(here));
        auto at = loop::now();
        line->begin(phase::reading, at, 3s, os::time_point::max());
        auto bytes = co_await line->stream.read();
        CHECK(!bytes);
        CHECK(line->late());
        CHECK(!line->late_in_all());
        CHECK(loop::now() - at == 3s);
        CHECK(there.hung_up());
    }());
}

TEST_CASE("an idle connection notices what comes, and that its peer has gone") {
    run(virtual_time, []() -> task<> {
        client::connection_pool pool{pool_limits()};
        for (int i = 0; i < 2; ++i) {
            bool leaves = i == 1;
            auto line = pool.try_acquire("http", "example.com");
            REQUIRE(line);
            auto [here, there] = net::memory_stream::pair();
            line->stream = net::any_stream(std::move(here));
            line.give_back(true);
            CHECK(pool.idle() == 1);
            auto again = pool.try_acquire("http", "example.com");
            CHECK(again->stream);
            again.give_back(true);
            if (leaves)
                there.close();
            else
                there.push("unasked");
            co_await sleep(1ms);
            CHECK(pool.open() == 0);
        }
    }());
}
