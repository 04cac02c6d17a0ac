// ttl_cache_options<K, V>: how much a ttl_cache keeps, and for how long.
#pragma once

#include <coracle/app/cache_loader.hpp>
#include <coracle/base/function.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>

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

    /// error: std::logic_error for what contradicts itself.
    [[gnu::cold]] void check() const {
        if (ttl.count() <= 0)
            throw std::logic_error(
                "coracle: ttl_cache: .ttl is above 0; std::chrono::nanoseconds::max() keeps what is used for ever");
        if (stale.count() < 0 || negative_ttl.count() < 0)
            throw std::logic_error("coracle: ttl_cache: .stale and .negative_ttl are not negative");
        if (stale.count() > 0 && !load)
            throw std::logic_error(
                "coracle: ttl_cache: .stale needs .load, to renew a value when the request is over that asked for it");
        if (negative_ttl.count() > 0 && !requires(const V& value) { value.has_value(); })
            throw std::logic_error(
                "coracle: ttl_cache: .negative_ttl is how long a std::optional without a value is kept; make the "
                "values of this cache std::optional");
        if (parts == 0 || parts > 256) throw std::logic_error("coracle: ttl_cache: .parts is 1 to 256");
        if (parts > 1 && parts > max_size)
            throw std::logic_error(
                "coracle: ttl_cache: .parts is more than .max_size, and a part without room would never keep its keys");
    }
};

}  // namespace coracle
