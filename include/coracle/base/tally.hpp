// tally: a number that one thread counts up and every thread may read. No lock, no instruction that waits for others.
#pragma once

#include <atomic>
#include <cstdint>

namespace coracle {

/// in: add() on one thread, or on one after another. cost: that of a plain number.
class tally {
public:
    void add(std::uint64_t more = 1) noexcept {
        count_.store(count_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
    /// From any thread: not less than what was read there before.
    std::uint64_t get() const noexcept { return count_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> count_{0};
};

}  // namespace coracle
