// loop_counts: what one loop of a server has done so far, for whoever wants to know: metrics, on any thread.
#pragma once

#include <coracle/base/tally.hpp>
#include <coracle/duplex/websocket_counts.hpp>
#include <coracle/http/refusal.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace coracle::server {

/// The loop counts, everybody reads. cost: an addition each.
struct loop_counts {
    tally connections_opened;
    tally connections_closed;
    tally requests_begun;  ///< their heads were there, or could not be understood
    tally requests_ended;  ///< were answered, or broke off
    tally bytes_received;
    tally bytes_sent;
    std::array<tally, http::refusals> refused;  ///< requests, by reason
    tally turned_away;                          ///< requests, because too many were under way
    tally cut;                                  ///< connections whose clients took too long to take their answers
    duplex::websocket_counts websockets;

    void refuse(http::refusal why) noexcept { refused[static_cast<std::size_t>(why)].add(); }
    /// Are being answered. From another thread: a little of this moment, a little of the next.
    static std::uint64_t between(const tally& begun, const tally& ended) noexcept {
        std::uint64_t done = ended.get();  // first, so that the difference is not negative
        return begun.get() - done;
    }
};

}  // namespace coracle::server
