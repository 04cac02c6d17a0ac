#include <doctest/doctest.h>

#include <coracle/app/ttl_cache_options.hpp>

#include <chrono>

TEST_CASE("a cache of which nothing is said keeps a thousand items for an hour, and nothing that is stale or missing") {
    using namespace std::chrono_literals;
    coracle::ttl_cache_options<int, int> usual;
    CHECK(usual.max_size == 1000);
    CHECK(usual.ttl == 1h);
    CHECK(usual.stale == 0s);
    CHECK(usual.negative_ttl == 0s);
    CHECK_FALSE(usual.load);
    CHECK_FALSE(usual.weigh);
    CHECK(usual.parts == 1);
}
