#include <coracle/server/websocket_terms.hpp>

#include <coracle/server/websocket_route.hpp>
#include <coracle/testing/test_client.hpp>

#include <server/loopback.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a server with its usual limits has no word in the options of WebSockets") {
    CHECK_FALSE(server::websocket_terms::any({}));
    CHECK_FALSE(server::websocket_terms::any({.max_body_bytes = 1}));
    CHECK(server::websocket_terms::any({.max_message_bytes = 1}));
    CHECK(server::websocket_terms::any({.max_unread_messages = 1}));
    CHECK(server::websocket_terms::any({.ping_interval = 1s}));
    CHECK(server::websocket_terms::any({.ping_timeout = 1s}));
}

TEST_CASE("what a route says counts before what the server says, and each route is asked once") {
    server::websocket_terms terms;
    server_limits server{.max_message_bytes = 9, .max_unread_messages = 8, .ping_interval = 7s, .ping_timeout = 6s};
    auto plain = std::make_shared<const websocket_options>();
    auto own = std::make_shared<const websocket_options>(
        websocket_options{.limits = {.message_bytes = 5}, .max_unread_bytes = 4, .ping_timeout = 0s});
    auto here = terms.of(plain, server);
    CHECK(here->limits.message_bytes == 9);
    CHECK(here->max_unread_messages == 8);
    CHECK(here->ping_interval == 7s);
    CHECK(here->ping_timeout == 6s);
    CHECK(terms.of(plain, server) == here);
    auto there = terms.of(own, server);
    CHECK(there->limits.message_bytes == 5);
    CHECK(there->max_unread_bytes == 4);
    CHECK(there->ping_interval == 7s);
    CHECK(there->ping_timeout == 0s);
}

inline namespace in_websocket_terms {

std::string asks_for_upgrade(std::string_view path) {
    return "GET " + std::string(path) +
           " HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
           "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

TEST_CASE("--ws-max-size and --ws-ping-interval are for every route that says nothing else") {
    app app;
    auto echo = [](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) co_await ws.send(*message);
    };
    app.websocket("/ws", echo);
    app.websocket("/large", {.socket = {.limits = {.message_bytes = 100}}}, echo);
    run_options options;
    options.limits.max_message_bytes = 4;
    options.limits.ping_interval = 1ms;
    loopback::running server(app, options);
    const std::string small("\x81\x84\0\0\0\0four", 10), large("\x81\x85\0\0\0\0fifth", 11);
    for (int time = 0; time < 2; ++time) {
        loopback::client one(server.port());
        one.send(asks_for_upgrade("/ws"));
        CHECK(one.receive().status == 101);
        CHECK(one.read(2) == std::string("\x89\0", 2));  // a ping
        one.send(large);
        std::string rest = one.drain();
        CHECK(rest.find("\x03\xF1the message is too big") != rest.npos);
    }
    loopback::client other(server.port());
    other.send(asks_for_upgrade("/large") + large + small);
    CHECK(other.receive().status == 101);
    other.half_close();
    std::string rest = other.drain();
    CHECK(rest.find("\x81\x05"
                    "fifth") != rest.npos);
}

}  // namespace in_websocket_terms
