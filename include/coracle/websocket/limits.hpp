// limits: how much a WebSocket peer may send before its connection is closed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace coracle::ws {

/// Bounds on what arrives.
struct limits {
    /// One message in bytes, all its fragments together, after decompression. 1009.
    std::uint64_t message_bytes = 16 * 1024 * 1024;
    /// Frames that one message may be cut into; enough for the largest message in pieces of 64 bytes. 1008.
    std::uint32_t message_frames = 256 * 1024;
    /// Answers to pings that wait to be sent, in bytes. Beyond it, only the newest ping is answered.
    std::uint32_t answer_bytes = 1024;
};

/// What applies where nothing else was said.
inline constexpr limits default_limits{};

}  // namespace coracle::ws
