// ttl_cache_options<K, V>: how much a ttl_cache keeps, and for how long.
#pragma once

#include <coracle/app/cache_loader.hpp>
#include <coracle/base/function.hpp>

#include <chrono>
#include <cstddef>

namespace coracle {

template <class K, class V>
struct ttl_cache_options {
    std::size_t max_size = 1000;  ///< items, or what `weigh` says of them in all; a value that is more is never kept
    std::chrono::nanoseconds ttl = std::chrono::hours(1);  ///< from when it was put in
    std::chrono::nanoseconds stale{0};  ///< for so long after that it is still given, while `load` makes a new one
    std::chrono::nanoseconds negative_ttl{0};  ///< of a std::optional without a value; 0: it is not kept
    cache_loader<K, V> load{};  ///< of get(key), and of what is stale; refers to nothing that a request holds
    function<std::size_t(const K&, const V&)> weigh{};  ///< a value, when it is put in; without it each is 1
    std::size_t parts = 1;  ///< with a lock each, for many threads: each has its share of max_size, and its own order
};

}  // namespace coracle
