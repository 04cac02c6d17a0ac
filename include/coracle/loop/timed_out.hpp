// timed_out: what timeout() throws. asyncio.TimeoutError.
#pragma once

#include <coracle/loop/time_span.hpp>

#include <chrono>
#include <stdexcept>

namespace coracle {

/// Something took too long, and was cancelled. Its text says how long it had: "timed out after 5s".
class timed_out : public std::runtime_error {
public:
    explicit timed_out(std::chrono::nanoseconds after)
        : std::runtime_error("timed out after " + loop::to_text(after)), after_(after) {}

    /// How long it had.
    std::chrono::nanoseconds after() const noexcept { return after_; }

private:
    std::chrono::nanoseconds after_;
};

}  // namespace coracle
