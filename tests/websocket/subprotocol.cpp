#include <doctest/doctest.h>

#include <coracle/websocket/subprotocol.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace ws = coracle::ws;

TEST_CASE("subprotocol: the first of ours that is offered, or the first offered that is ours") {
    constexpr std::string_view ours[] = {"chat.v2", "chat.v1"};
    CHECK(ws::choose_subprotocol("chat.v1, chat.v2", ours) == "chat.v2");
    CHECK(ws::choose_as_offered("chat.v1, chat.v2", ours) == "chat.v1");
    CHECK(ws::choose_subprotocol("soap,chat.v1", ours) == "chat.v1");
    CHECK(ws::choose_as_offered("soap,chat.v1", ours) == "chat.v1");
    for (std::string_view none : {"", "soap", "Chat.v1", "chat", "chat.v11"}) {
        CHECK(ws::choose_subprotocol(none, ours).empty());
        CHECK(ws::choose_as_offered(none, ours).empty());
    }
    CHECK(ws::choose_subprotocol("chat.v1", {}).empty());
}

TEST_CASE("subprotocol: a list is one of tokens, with commas that may have nothing between them") {
    for (std::string_view good : {"", "a", " a ,\tb", ",a,,b,"}) CHECK(ws::is_subprotocol_list(good));
    for (std::string_view bad : {",", " ", "a b", "a, b c", "a;b", "\"a\"", "a\x01"}) {
        CAPTURE(bad);
        CHECK(!ws::is_subprotocol_list(bad));
    }
}

TEST_CASE("subprotocol: a client takes only what it offered") {
    CHECK(ws::is_offered_subprotocol("chat.v1, chat.v2", "chat.v2"));
    CHECK(!ws::is_offered_subprotocol("chat.v1, chat.v2", "chat.v3"));
    CHECK(!ws::is_offered_subprotocol("chat.v1, chat.v2", "chat.v1, chat.v2"));
    CHECK(!ws::is_offered_subprotocol("", "x"));
    CHECK(!ws::is_offered_subprotocol("chat.v1", ""));
}

TEST_CASE("D17 subprotocol: a field of a hundred kilobytes of spaces and commas is read in linear time") {
    constexpr std::string_view ours[] = {"a", "b", "c"};
    const auto start = std::chrono::steady_clock::now();
    for (const char* part : {" ", ",", " ,", "\t", "x ", "x,"}) {
        std::string field;
        while (field.size() < 100'000) field += part;
        CHECK(ws::choose_subprotocol(field + "x", ours).empty());
        CHECK(ws::choose_as_offered(field + "x", ours).empty());
        (void)ws::is_subprotocol_list(field);
    }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}
