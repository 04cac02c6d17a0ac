#include <coracle/client/loop_pools.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/loop/run.hpp>

#include <doctest/doctest.h>

using namespace coracle;

TEST_CASE("clients that say the same about connections share a pool, and others do not") {
    run([]() -> task<> {
        client::loop_pools pools;
        http_client_options usual;
        usual.base_url = "http://example.com";
        http_client_options same;
        same.timeout = std::chrono::seconds(1);
        http_client_options fewer;
        fewer.limits.connections = 2;
        auto& first = pools.of(usual);
        CHECK(&pools.of(same) == &first);
        auto line = first.try_acquire("http", "example.com");
        CHECK(&pools.of(fewer) != &first);
        CHECK(pools.size() == 2);
        line.give_back(false);
        http_client_options local;
        local.unix_socket = "/run/app.sock";
        (void)pools.of(local);
        CHECK(pools.size() == 1);  // the others hold nothing any more
        co_return;
    }());
}

TEST_CASE("a pool stays for who has given up his place in its line, and has not gone yet") {
    run([]() -> task<> {
        client::loop_pools pools;
        http_client_options one;
        one.limits.connections = 1;
        auto& pool = pools.of(one);
        auto line = pool.try_acquire("http", "example.com");
        auto wait = [&]() -> task<> { auto never = co_await pool.acquire("http", "example.com"); };
        auto waits = spawn(wait());
        co_await yield_now();
        CHECK(pool.waiting() == 1);
        waits.cancel();
        line.give_back(false);
        (void)pools.of(http_client_options());  // looks for pools that nobody needs
        try {
            co_await waits;
        } catch (const cancelled&) {
        }
        CHECK(pool.unused());
    }());
}
