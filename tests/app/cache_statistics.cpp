#include <doctest/doctest.h>

#include <coracle/app/cache_statistics.hpp>

TEST_CASE("the statistics of the parts of a cache add up") {
    coracle::cache_statistics sum{1, 2, 3, 4, 5, 6, 7, 8};
    sum += coracle::cache_statistics{10, 20, 30, 40, 50, 60, 70, 80};
    CHECK(sum.hits == 11);
    CHECK(sum.stale_hits == 22);
    CHECK(sum.misses == 33);
    CHECK(sum.loads == 44);
    CHECK(sum.load_errors == 55);
    CHECK(sum.evictions == 66);
    CHECK(sum.expirations == 77);
    CHECK(sum.waiting == 88);
}
