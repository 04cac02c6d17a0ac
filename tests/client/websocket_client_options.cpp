#include <coracle/client/websocket_client_options.hpp>

#include <doctest/doctest.h>

TEST_CASE("websocket_client_options: nothing is offered, and no page asks, unless it is said") {
    coracle::websocket_client_options options{.subprotocols = {"chat"}, .http = {.base_url = "ws://example.com"}};
    CHECK(options.subprotocols.size() == 1);
    CHECK(coracle::websocket_client_options().subprotocols.empty());
    CHECK(coracle::websocket_client_options().origin.empty());
}
