// opcode: what a frame is for, in the four bits that say so.
// RFC 6455 5.2, 11.8.
#pragma once

#include <cstdint>

namespace coracle::ws {

enum class opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

/// Whether frames of this kind may stand between those of a message: close, ping, pong and what is reserved for later.
constexpr bool is_control(opcode what) noexcept { return (static_cast<std::uint8_t>(what) & 8U) != 0; }

/// Whether RFC 6455 gives it a meaning. A frame without one fails the connection.
constexpr bool is_known(opcode what) noexcept {
    auto bits = static_cast<std::uint8_t>(what);
    return bits <= 2 || (bits >= 8 && bits <= 10);
}

/// What a message is made of.
enum class data_kind : std::uint8_t {
    text = 1,    ///< UTF-8
    binary = 2,  ///< any bytes
};

constexpr opcode opcode_of(data_kind kind) noexcept { return static_cast<opcode>(kind); }

}  // namespace coracle::ws
