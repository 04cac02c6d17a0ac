#include <coracle/net/name_cache.hpp>
#include <coracle/os/poller.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {
os::time_point at(std::chrono::nanoseconds when) { return os::time_point(1h) + when; }
}  // namespace

TEST_CASE("an answer is found until its time, and not at it") {
    net::name_cache<int> cache;
    CHECK(cache.find("a", at(0s)) == nullptr);
    cache.store("a", 1, at(10s));
    REQUIRE(cache.find("a", at(9s)));
    CHECK(*cache.find("a", at(9s)) == 1);
    CHECK(cache.find("b", at(9s)) == nullptr);
    CHECK(cache.find("a", at(10s)) == nullptr);
    CHECK(cache.size() == 0);
}

TEST_CASE("a newer answer takes the place of the older one") {
    net::name_cache<int> cache;
    cache.store("a", 1, at(1s));
    cache.store("a", 2, at(5s));
    CHECK(cache.size() == 1);
    REQUIRE(cache.find("a", at(3s)));
    CHECK(*cache.find("a", at(3s)) == 2);
}

TEST_CASE("a full cache forgets what was not asked for the longest") {
    net::name_cache<int> cache(3);
    for (int i = 0; i < 3; ++i) cache.store(std::to_string(i), i, at(1h));
    CHECK(cache.find("0", at(0s)));
    cache.store("3", 3, at(1h));
    CHECK(cache.size() == 3);
    CHECK(cache.find("0", at(0s)));
    CHECK_FALSE(cache.find("1", at(0s)));
    CHECK(cache.find("2", at(0s)));
    for (int i = 0; i < 10'000; ++i) cache.store("name " + std::to_string(i), i, at(1h));
    CHECK(cache.size() == 3);
    cache.clear();
    CHECK(cache.size() == 0);
}

TEST_CASE("a cache without room keeps nothing") {
    net::name_cache<int> cache(0);
    cache.store("a", 1, at(1h));
    CHECK(cache.size() == 0);
    CHECK_FALSE(cache.find("a", at(0s)));
}
