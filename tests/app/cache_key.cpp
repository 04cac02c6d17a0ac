#include <doctest/doctest.h>

#include <coracle/app/cache_key.hpp>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using coracle::cache_hash;
using coracle::cache_key_view;
using coracle::siphash_key;

namespace in_cache_key {
enum class colour { red, green };
struct page {
    int tenant;
    std::string name;
    colour shade;
};
struct hashed {
    explicit hashed(int n) : number(n) {}
    int number;
};
}  // namespace in_cache_key
using namespace in_cache_key;
template <>
struct std::hash<in_cache_key::hashed> {
    std::size_t operator()(const in_cache_key::hashed& of) const { return static_cast<std::size_t>(of.number); }
};

TEST_CASE("a text is looked for by a view, a number by value, a large key by reference") {
    static_assert(std::is_same_v<cache_key_view<std::string>, std::string_view>);
    static_assert(std::is_same_v<cache_key_view<int>, int>);
    static_assert(std::is_same_v<cache_key_view<page>, const page&>);
}

TEST_CASE("a text and a view of it, and a literal, have one hash") {
    CHECK(cache_hash({1, 2}, std::string("abc")) == cache_hash({1, 2}, std::string_view("abc")));
    CHECK(cache_hash({1, 2}, "abc") == cache_hash({1, 2}, std::string_view("abc")));
}

TEST_CASE("another secret, or another key of whatever kind, is another hash") {
    const siphash_key secret{3, 4};
    std::set<std::uint64_t> all;
    for (int i = 0; i < 1000; ++i) all.insert(cache_hash(secret, i));
    for (int i = 0; i < 1000; ++i) all.insert(cache_hash(siphash_key{5, 4}, i));
    CHECK(all.size() == 2000);
    CHECK(cache_hash(secret, colour::red) != cache_hash(secret, colour::green));
    CHECK(cache_hash(secret, true) != cache_hash(secret, false));
    CHECK(cache_hash(secret, page{1, "a", colour::red}) == cache_hash(secret, page{1, "a", colour::red}));
    CHECK(cache_hash(secret, page{1, "a", colour::red}) != cache_hash(secret, page{2, "a", colour::red}));
    CHECK(cache_hash(secret, page{1, "a", colour::red}) != cache_hash(secret, page{1, "b", colour::red}));
    CHECK(cache_hash(secret, page{1, "a", colour::red}) != cache_hash(secret, page{1, "a", colour::green}));
    CHECK(cache_hash(secret, std::pair(1, std::string("x"))) != cache_hash(secret, std::pair(2, std::string("x"))));
    CHECK(cache_hash(secret, std::array{1, 2}) != cache_hash(secret, std::array{2, 1}));
    CHECK(cache_hash(secret, hashed(1)) != cache_hash(secret, hashed(2)));
}
