// websocket_route_options: what a route of a WebSocket may be told besides its pattern and its handler.
// RFC 6455 1.9 (subprotocols), 10.2 (Origin).
#pragma once

#include <coracle/app/required_dependency.hpp>
#include <coracle/duplex/websocket_options.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace coracle {

/// `app.websocket("/chat/{room}", {.allow_origins = {"https://example.com"}}, chat);`
struct websocket_route_options {
    std::string name{};                               ///< for url_for()
    std::vector<required_dependency> dependencies{};  ///< called before the handler: `{require<insider>}`
    /// Pages that may open it, as `https://example.com`, besides those of this server; `*`: all. Empty: all, but where
    /// cookies or credentials come along, which browsers send for any page, only those of this server (D17). Who is no
    /// page, and sends no Origin, always may. 403.
    std::vector<std::string> allow_origins{};
    /// Those it speaks, the best first: the first that the client offers is agreed on when the handler names none.
    std::vector<std::string> subprotocols{};
    /// For the handler to answer the handshake; then 504. 0: as the server has it.
    std::chrono::milliseconds timeout{0};
    /// How much it takes, how long it waits: `.socket = {.ping_interval = 5s}`. What has its default here is as the
    /// server has it (server_limits).
    websocket_options socket{};
};

}  // namespace coracle
