// latency_histogram: lengths of time, told apart to one part in 128, in memory that never grows.
// As HdrHistogram (Gil Tene): each power of two is divided into as many equal parts.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace coracle::bench {

/// 57 KiB, whatever is recorded.
class latency_histogram {
public:
    void record(std::chrono::nanoseconds took) noexcept {
        auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
        ++counts_[slot(value)];
        ++count_;
        max_ = std::max(max_, value);
    }
    std::uint64_t count() const noexcept { return count_; }
    std::chrono::nanoseconds max() const noexcept { return nanoseconds(max_); }

    /// What so many of a hundred did not exceed; told too long by one part in 128 at most, and never too short.
    std::chrono::nanoseconds percentile(double of_hundred) const noexcept {
        // 99.9 of a hundred is not exactly so much in binary, and must not be one more for it.
        auto rank = static_cast<std::uint64_t>(std::ceil(of_hundred * static_cast<double>(count_) / 100 - 1e-6));
        std::uint64_t seen = 0;
        for (std::size_t at = 0; at < counts_.size(); ++at) {
            seen += counts_[at];
            if (seen >= std::max<std::uint64_t>(rank, 1)) return nanoseconds(std::min(largest_in(at), max_));
        }
        return max();
    }

private:
    static constexpr int part_bits = 7;
    static constexpr std::uint64_t parts = std::uint64_t{1} << part_bits;

    /// The highest eight bits decide, and where they stand; what is below 256 has a slot of its own.
    static std::size_t slot(std::uint64_t value) noexcept {
        if (value < parts) return static_cast<std::size_t>(value);
        int shift = static_cast<int>(std::bit_width(value)) - part_bits - 1;
        return static_cast<std::size_t>((static_cast<std::uint64_t>(shift) << part_bits) + (value >> shift));
    }
    static std::uint64_t largest_in(std::size_t slot) noexcept {
        if (slot < 2 * parts) return slot;
        std::size_t shift = (slot >> part_bits) - 1;
        return ((slot - (shift << part_bits) + 1) << shift) - 1;
    }
    static std::chrono::nanoseconds nanoseconds(std::uint64_t value) noexcept {
        return std::chrono::nanoseconds(static_cast<std::int64_t>(value));
    }

    // Of 63 bits.
    std::array<std::uint64_t, (63 - part_bits + 1) * parts> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace coracle::bench
