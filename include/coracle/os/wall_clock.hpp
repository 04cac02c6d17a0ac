// The time of day, for dates that people and other machines read. Deadlines use os::clock.
// POSIX clock_gettime(2).
#pragma once

#include <time.h>

#include <cstdint>

namespace coracle::os {

/// Milliseconds since 1970-01-01T00:00:00Z, as the system believes; may jump either way.
inline std::int64_t unix_milliseconds() noexcept {
    struct timespec at{};
    ::clock_gettime(CLOCK_REALTIME, &at);
    return static_cast<std::int64_t>(at.tv_sec) * 1000 + at.tv_nsec / 1'000'000;
}

/// Whole seconds since 1970-01-01T00:00:00Z.
inline std::int64_t unix_seconds() noexcept {
    struct timespec at{};
    ::clock_gettime(CLOCK_REALTIME, &at);
    return static_cast<std::int64_t>(at.tv_sec);
}

}  // namespace coracle::os
