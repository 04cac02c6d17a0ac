// pace: how far a client may fall behind a rate: a budget of time that waiting for it uses up and its bytes refill.
// Slowloris, slow bodies, slow reads: a bound on each single wait would let one byte at its end hold a connection.
#pragma once

#include <coracle/os/poller.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace coracle::server {

/// It never holds more than it began with, so bytes that came fast are no credit for a long silence later.
class pace {
public:
    using nanoseconds = std::chrono::nanoseconds;

    pace() noexcept = default;
    /// in: bytes a second, 0 for any; how far the client may fall behind, and so how long it may be silent.
    pace(std::uint32_t rate, nanoseconds most) noexcept : left_(most), most_(most), rate_(rate) {}

    /// A wait begins. Gives how long it may last.
    nanoseconds waits(os::time_point now) noexcept {
        since_ = now;
        return left_;
    }
    /// So many bytes have come or gone since it began.
    void moved(os::time_point now, std::uint64_t bytes) noexcept {
        if (now == since_ && left_ == most_) return;
        nanoseconds waited = now - since_;
        since_ = now;
        left_ = std::max(left_ - waited, nanoseconds(0));
        left_ += std::min(worth(bytes), most_ - left_);
    }

private:
    nanoseconds worth(std::uint64_t bytes) const noexcept {
        constexpr std::uint64_t second = 1'000'000'000;
        if (bytes == 0) return nanoseconds(0);
        if (rate_ == 0 || bytes > UINT64_MAX / second) return most_;
        return nanoseconds(static_cast<std::int64_t>(std::min(bytes * second / rate_, std::uint64_t{INT64_MAX})));
    }

    nanoseconds left_{};
    nanoseconds most_{};
    os::time_point since_{};
    std::uint32_t rate_ = 0;
};

}  // namespace coracle::server
