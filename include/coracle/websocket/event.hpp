// event: what arrived on a WebSocket, as a session tells it.
#pragma once

#include <coracle/websocket/close_code.hpp>
#include <coracle/websocket/opcode.hpp>

#include <cstdint>
#include <string_view>

namespace coracle::ws {

/// How messages are given.
enum class delivery : std::uint8_t {
    whole,   ///< each at once: where it lies, if all of it arrived together, else put together in one buffer
    pieces,  ///< what has arrived of it; a piece of text may end within a character
};

/// How far the connection is.
enum class phase : std::uint8_t {
    open,
    closing,  ///< we sent a close frame and wait for the peer's: its messages are read past
    closed,   ///< both sides have sent one, or the peer's bytes made no sense: send answers(), close the connection
};

/// One thing that happened. `while (event what = session.next(arrived)) ...`
/// keeps: `data` looks into the bytes that arrived or into the session, until its next call.
struct event {
    enum class kind : std::uint8_t {
        nothing,  ///< all that arrived is taken; more bytes are wanted
        message,  ///< a whole message, or with delivery::pieces a piece of one
        ping,     ///< answered already; `data` is what it carried
        pong,
        close,   ///< the peer closes, `code` and `data` say why; nothing else comes. What next answers is the last
        failed,  ///< the peer broke the protocol or a limit: `code` and `data` say how, and stand in the close frame
    };
    kind what = kind::nothing;
    data_kind type = data_kind::binary;  ///< of a message
    bool first = true;                   ///< the piece begins its message
    bool last = true;                    ///< the piece ends its message
    close_code code = close_code::none;
    std::string_view data{};

    explicit operator bool() const noexcept { return what != kind::nothing; }
    /// Whether nothing comes behind it.
    bool ends() const noexcept { return what == kind::close || what == kind::failed; }
};

}  // namespace coracle::ws
