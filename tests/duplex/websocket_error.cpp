#include <coracle/duplex/websocket_error.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("a handler's error has a code that a close frame can have") {
    websocket_error error(4001, "no such room");
    CHECK(error.code() == 4001);
    CHECK(error.reason() == "no such room");
    for (int code : {0, -1, 999, 1004, 1005, 1006, 1015, 2999, 5000, 70'000})
        CHECK_THROWS_AS(websocket_error{code}, std::invalid_argument);
}

TEST_CASE("who sends on a closed WebSocket is told why it is closed") {
    websocket_closed closed(1006, "");
    CHECK(closed.code() == 1006);
    CHECK(std::string(closed.what()) == "coracle: the WebSocket is closed, with code 1006");
    CHECK(std::string(websocket_closed(1000, "bye").what()) == "coracle: the WebSocket is closed, with code 1000: bye");
}
