#include <coracle/client/loop_pools.hpp>
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
