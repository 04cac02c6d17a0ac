// websocket_client_options: all that can be said about the WebSockets that a program asks others for.
#pragma once

#include <coracle/client/http_client_options.hpp>
#include <coracle/duplex/websocket_options.hpp>

#include <string>
#include <vector>

namespace coracle {

/// `websocket_client chat{{.subprotocols = {"chat.v2", "chat.v1"}, .http = {.base_url = "ws://example.com"}}};`
struct websocket_client_options {
    /// What we would speak, the best first; the server chooses one, or none: websocket::subprotocol().
    std::vector<std::string> subprotocols{};
    /// The page that asks, as a browser would say it: "https://example.com". Programs have none.
    std::string origin{};
    /// Limits, queues, keep-alive, once it is open.
    websocket_options websocket{};
    /// How it is asked for: base_url, headers, timeouts until it is open, transport, credentials.
    http_client_options http{};
};

}  // namespace coracle
