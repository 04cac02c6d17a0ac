#include <coracle/duplex/websocket_message.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace coracle;

TEST_CASE("a message holds a copy of its bytes, and moves with them") {
    std::string bytes(5000, 'x');
    websocket_message one(ws::data_kind::text, bytes);
    bytes.clear();
    websocket_message other(std::move(one));
    CHECK(other.text() == std::string(5000, 'x'));
    CHECK(one.size() == 0);
    one = std::move(other);
    CHECK(one.size() == 5000);
}

TEST_CASE("a binary message is not taken for text") {
    websocket_message binary(ws::data_kind::binary, "\xFF");
    CHECK(binary.bytes() == "\xFF");
    CHECK_THROWS_AS(binary.text(), websocket_error);
}

TEST_CASE("JSON of either kind is read into any type") {
    CHECK(websocket_message(ws::data_kind::binary, "[1,2]").json<std::vector<int>>()[1] == 2);
    try {
        websocket_message(ws::data_kind::text, "[1,\"two\"]").json<std::vector<int>>();
        FAIL("two is no int");
    } catch (const websocket_error& error) {
        CHECK(error.code() == 1007);
        CHECK(std::string(error.what()).starts_with("message.1: "));
    }
    CHECK_THROWS_AS(websocket_message(ws::data_kind::text, "").json<int>(), websocket_error);
}
