// cache_hash, cache_key_view: how a ttl_cache looks for a key, so that nobody can choose keys that collide.
#pragma once

#include <coracle/base/siphash.hpp>
#include <coracle/json/reflect.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace coracle {

/// What a key of type K is looked for with: a std::string by any text, without a copy; small ones by value.
template <class K>
using cache_key_view =
    std::conditional_t<std::is_same_v<K, std::string>, std::string_view,
                       std::conditional_t<std::is_trivially_copyable_v<K> && sizeof(K) <= 16, K, const K&>>;

namespace detail {

template <class K>
void add_key(table_hash& hash, const K& key) {
    if constexpr (std::is_convertible_v<const K&, std::string_view>) {
        hash.add(std::string_view(key));
    } else if constexpr (std::is_enum_v<K>) {
        hash.add(static_cast<std::uint64_t>(key));
    } else if constexpr (std::is_integral_v<K>) {
        hash.add(static_cast<std::uint64_t>(key));
    } else if constexpr (requires { std::tuple_size<K>::value; }) {
        std::apply([&](const auto&... part) { (add_key(hash, part), ...); }, key);
    } else if constexpr (requires { std::hash<K>{}(key); }) {
        hash.add(static_cast<std::uint64_t>(std::hash<K>{}(key)));
    } else {
        static_assert(reflect::aggregate<K>,
                      "coracle: a key of a ttl_cache is a number, a text, an enum, a pair or tuple or struct of these, "
                      "or has a std::hash");
        std::apply([&](const auto&... member) { (add_key(hash, member), ...); }, reflect::tie(key));
    }
}

}  // namespace detail

/// The hash of a key, or of what it is looked for with. A std::hash of your own is mixed with the secret, but whoever
/// chooses keys that collide in it has them collide here.
template <class K>
std::uint64_t cache_hash(siphash_key secret, const K& key) {
    table_hash hash(secret);
    detail::add_key(hash, key);
    return hash.finish();
}

}  // namespace coracle
