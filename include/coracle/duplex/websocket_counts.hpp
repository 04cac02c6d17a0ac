// websocket_counts: what the WebSockets of one loop have done so far, for metrics on any thread.
#pragma once

#include <coracle/base/tally.hpp>

#include <array>
#include <cstddef>

namespace coracle::duplex {

/// The loop counts, everybody reads. cost: an addition each.
struct websocket_counts {
    tally opened;
    tally closed;
    tally messages_received;
    tally messages_sent;
    /// The closed ones by code: 1000 to 1015, and behind them those of libraries and applications.
    std::array<tally, 17> codes;

    static std::size_t place_of(int code) noexcept {
        return code >= 1000 && code <= 1015 ? static_cast<std::size_t>(code - 1000) : 16;
    }
};

}  // namespace coracle::duplex
