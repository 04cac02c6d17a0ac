#include <coracle/server/websocket_route_options.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a route of a WebSocket is told of pages, subprotocols, and how patient its socket is") {
    websocket_route_options usual;
    CHECK(usual.allow_origins.empty());
    websocket_route_options told{.name = "chat", .allow_origins = {"*"}, .socket = {.ping_interval = 5s}};
    CHECK(told.socket.ping_interval == 5s);
    CHECK(told.socket.ping_timeout == 20s);
}
