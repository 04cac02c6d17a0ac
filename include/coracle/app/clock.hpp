// clock: the time as the loop has it that runs here, which in tests may be virtual; elsewhere the system's.
#pragma once

#include <coracle/async/scheduler.hpp>

#include <chrono>
#include <cstdint>

namespace coracle {

/// For lengths of time: never set, never jumps.
inline std::chrono::nanoseconds steady_time() noexcept {
    if (async::scheduler* here = async::scheduler::current_or_null())
        return std::chrono::nanoseconds(here->steady_nanoseconds());
    return std::chrono::steady_clock::now().time_since_epoch();
}

/// The time of day, for dates that others read: may jump.
inline std::chrono::sys_time<std::chrono::milliseconds> wall_time() noexcept {
    if (async::scheduler* here = async::scheduler::current_or_null())
        return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(here->unix_milliseconds()));
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}
inline std::int64_t unix_seconds() noexcept {
    return std::chrono::floor<std::chrono::seconds>(wall_time()).time_since_epoch().count();
}

}  // namespace coracle
