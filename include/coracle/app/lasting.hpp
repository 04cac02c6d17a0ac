// lasting<V>: a value and how long it is good for, as a loader of a ttl_cache may give it.
#pragma once

#include <chrono>
#include <utility>

namespace coracle {

/// `co_return lasting(std::move(token), token_life);` instead of the value alone: kept for so long, whatever the
/// cache's own time is. Nothing, or less, is not kept.
template <class V>
class lasting {
public:
    using value_type = V;
    lasting(V given, std::chrono::nanoseconds time) : value(std::move(given)), ttl(time) {}

    V value;
    std::chrono::nanoseconds ttl;
};

}  // namespace coracle
