// cache_statistics: what a ttl_cache has done, and has under way.
#pragma once

#include <cstddef>
#include <cstdint>

namespace coracle {

/// Of one moment, which for a cache in several parts is several moments. All but `waiting` only grow.
struct cache_statistics {
    std::uint64_t hits = 0;         ///< found, stale ones too
    std::uint64_t stale_hits = 0;   ///< of these, given although their time had passed
    std::uint64_t misses = 0;       ///< not found, whether it was loaded for them or they joined a load under way
    std::uint64_t loads = 0;        ///< begun
    std::uint64_t load_errors = 0;  ///< of these, have failed; a load that was cancelled is none
    std::uint64_t evictions = 0;    ///< gone to make room
    std::uint64_t expirations = 0;  ///< gone because their time had passed
    std::size_t waiting = 0;        ///< for a load that another runs

    cache_statistics& operator+=(const cache_statistics& other) noexcept {
        hits += other.hits;
        stale_hits += other.stale_hits;
        misses += other.misses;
        loads += other.loads;
        load_errors += other.load_errors;
        evictions += other.evictions;
        expirations += other.expirations;
        waiting += other.waiting;
        return *this;
    }
};

}  // namespace coracle
