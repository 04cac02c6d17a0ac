// websocket_parameter: how a handler, and what it depends on, take the WebSocket of its route.
#pragma once

#include <coracle/app/parameter.hpp>
#include <coracle/app/request.hpp>

#include <stdexcept>

namespace coracle {

class websocket;

/// Where the server puts it. `asked.state<websocket_place>()`.
struct websocket_place {
    websocket* here = nullptr;
};

/// `[](websocket& ws, std::string room, depends<current_user> me) -> task<> { ... }`, of app.websocket().
template <>
struct parameter<websocket&> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
    /// error: std::logic_error in another route.
    static websocket& of(request& asked) {
        websocket* here = asked.state<websocket_place>().here;
        if (!here)
            throw std::logic_error(
                "coracle: websocket& is a parameter of routes that app.websocket() makes, and this "
                "is another one");
        return *here;
    }
};

}  // namespace coracle
