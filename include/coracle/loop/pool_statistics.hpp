// pool_statistics: how busy a thread pool is, and how long calls wait for a thread.
#pragma once

#include <coracle/async/blocking_call.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace coracle::loop {

/// One lane at one moment.
struct lane_statistics {
    std::size_t limit = 0;               ///< so many calls run at the same time, and no more
    std::size_t queued = 0;              ///< wait for a thread
    std::size_t running = 0;             ///< have one
    std::uint64_t completed = 0;         ///< have ended; those that were retracted have not begun
    std::chrono::nanoseconds waited{};   ///< how long those that have begun were queued, all together
    std::chrono::nanoseconds longest{};  ///< how long the unluckiest of them was

    /// What a call has waited on average.
    std::chrono::nanoseconds mean_wait() const noexcept {
        std::uint64_t begun = completed + running;
        return begun == 0 ? std::chrono::nanoseconds{} : waited / static_cast<std::int64_t>(begun);
    }
};

/// A pool at one moment.
struct pool_statistics {
    lane_statistics lanes[async::lanes];
    std::size_t threads = 0;  ///< there are now
    std::size_t idle = 0;     ///< of these, wait for calls

    const lane_statistics& operator[](lane which) const noexcept { return lanes[static_cast<std::size_t>(which)]; }
};

}  // namespace coracle::loop
