// time_tally: lengths of time, counted by one thread into sizes, and read by every thread. See tally.
#pragma once

#include <coracle/base/tally.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace coracle {

template <std::size_t Bounds>
class time_tally {
public:
    /// in: the bounds in seconds, rising, always the same.
    void count(const std::array<double, Bounds>& seconds, std::chrono::nanoseconds took) noexcept {
        double length = std::chrono::duration<double>(took).count();
        std::size_t at = 0;
        while (at < Bounds && length > seconds[at]) ++at;
        counts_[at].add();
        nanoseconds_.add(static_cast<std::uint64_t>(took.count() < 0 ? 0 : took.count()));
    }
    /// How many were at most as long as bound `at` and longer than the one before; at == Bounds: longer than all.
    std::uint64_t operator[](std::size_t at) const noexcept { return counts_[at].get(); }
    double seconds() const noexcept { return static_cast<double>(nanoseconds_.get()) / 1e9; }

private:
    std::array<tally, Bounds + 1> counts_;
    tally nanoseconds_;
};

}  // namespace coracle
