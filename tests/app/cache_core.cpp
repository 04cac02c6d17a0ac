#include <doctest/doctest.h>

#include <coracle/app/cache_core.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {
using options = ttl_cache_options<int, int>;
std::string refused(options given) {
    try {
        cache_core<int, int> made(std::move(given));
    } catch (const std::logic_error& error) {
        return error.what();
    }
    return {};
}
}  // namespace

TEST_CASE("options that contradict one another are refused with what would be right") {
    CHECK(refused({}).empty());
    CHECK(refused({.max_size = 0}).empty());
    CHECK(refused({.ttl = 0s}).find(".ttl is above 0") != std::string::npos);
    CHECK(refused({.stale = -1s}).find("not negative") != std::string::npos);
    CHECK(refused({.stale = 1s}).find(".stale needs .load") != std::string::npos);
    CHECK(refused({.stale = 1s, .load = [] { return 1; }}).empty());
    CHECK(refused({.negative_ttl = 1s}).find("std::optional") != std::string::npos);
    CHECK(refused({.parts = 0}).find(".parts is 1 to 256") != std::string::npos);
    cache_core<int, std::optional<int>> fine({.negative_ttl = 1s});
}

TEST_CASE("the parts share max_size among them, and a key is always in the same part") {
    cache_core<int, int> made({.max_size = 10, .parts = 4});
    int parts = 0;
    made.for_each_part([&](auto&) { ++parts; });
    CHECK(parts == 4);
    for (int i = 0; i < 1000; ++i) made.put(i, i, 1h);
    CHECK(made.size() == 10);
    CHECK(&made.find_place(17).in == &made.find_place(17).in);
    std::size_t seen = 0;
    for (int i = 0; i < 1000; ++i) seen += made.look(i, [](int) {}) ? 1 : 0;
    CHECK(seen == 10);
}

TEST_CASE("two caches have two secrets: who knows what collides in one knows nothing of the other") {
    cache_core<std::string, int> one({});
    cache_core<std::string, int> other({});
    CHECK(one.find_place("key").hash == one.find_place(std::string("key")).hash);
    CHECK(one.find_place("key").hash != other.find_place("key").hash);
}
