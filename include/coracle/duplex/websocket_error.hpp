// websocket_error, websocket_closed: how a WebSocket ends by an exception, and what tells that it has ended.
// RFC 6455 7.4.
#pragma once

#include <coracle/websocket/close_code.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

namespace ws {
/// in: a number that somebody chose. error: std::invalid_argument when a close frame cannot have it.
inline close_code sendable_code(int number) {
    auto code = static_cast<close_code>(static_cast<std::uint16_t>(number));
    if (number < 0 || number > 0xFFFF || !may_be_sent(code))
        throw std::invalid_argument("coracle: a WebSocket cannot be closed with " + std::to_string(number) +
                                    "; codes are 1000 to 1003, 1007 to 1014, and 3000 to 4999 for your own");
    return code;
}
}  // namespace ws

/// Thrown by a handler it closes its WebSocket: `throw websocket_error(4001, "no such room");`. Before accept() the
/// answer is 403. error: std::invalid_argument for a code that a close frame cannot have.
class websocket_error : public std::runtime_error {
public:
    explicit websocket_error(int code, const std::string& reason = {})
        : std::runtime_error(reason), code_(static_cast<int>(ws::number(ws::sendable_code(code)))) {}
    int code() const noexcept { return code_; }
    std::string_view reason() const noexcept { return what(); }

private:
    int code_;
};

/// Thrown by who sends on a WebSocket that has ended. A handler that lets it pass has ended as it should.
class websocket_closed : public std::runtime_error {
public:
    websocket_closed(int code, std::string reason)
        : std::runtime_error("coracle: the WebSocket is closed, with code " + std::to_string(code) +
                             (reason.empty() ? std::string() : ": " + reason)),
          code_(code),
          reason_(std::move(reason)) {}
    /// What websocket::close_code() says: 1006 when the connection was cut, 1005 when the peer gave none.
    int code() const noexcept { return code_; }
    const std::string& reason() const noexcept { return reason_; }

private:
    int code_;
    std::string reason_;
};

}  // namespace coracle
