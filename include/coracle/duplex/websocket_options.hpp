// websocket_options: how much a WebSocket takes, how long it waits, and what becomes of a peer that is too slow.
#pragma once

#include <coracle/async/broadcast.hpp>
#include <coracle/websocket/limits.hpp>

#include <chrono>
#include <cstddef>

namespace coracle {

/// `{.limits = {.message_bytes = 64 * 1024}, .slow_peer = when_slow::drop_oldest}`. The defaults are those of uvicorn
/// and of Python's websockets.
struct websocket_options {
    /// Of what arrives: the bytes of a message, its fragments. 1009, 1008.
    ws::limits limits{};
    /// Messages that have come and were not received yet; beyond it, or the bytes, the peer is read no further.
    std::size_t max_unread_messages = 32;
    std::size_t max_unread_bytes = 1024 * 1024;
    /// Messages that wait to be sent, and their bytes; one message alone may be larger.
    std::size_t max_unsent_messages = 1024;
    std::size_t max_unsent_bytes = 1024 * 1024;
    /// What happens beyond that: send() waits, the oldest or the new message is dropped, or the WebSocket is closed.
    when_slow slow_peer = when_slow::wait;
    /// The code for when_slow::close: 1008, or 1013 where the peer is to come again.
    int slow_peer_code = 1008;
    /// A peer that is quiet for so long is pinged; 0: never.
    std::chrono::milliseconds ping_interval{20'000};
    /// How long it may be quiet after that; then 1011. 0: for ever.
    std::chrono::milliseconds ping_timeout{20'000};
    /// How long the peer may take to answer a close; then it is cut off.
    std::chrono::milliseconds close_timeout{10'000};
    /// Messages are received in pieces as they arrive, for those that need not be whole in memory: see
    /// websocket_message::last(). A piece of text may end within a character.
    bool pieces = false;
};

}  // namespace coracle
