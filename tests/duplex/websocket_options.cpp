#include <coracle/duplex/websocket_options.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("the defaults are uvicorn's: 16 MiB, 32 messages, 20 seconds and 20 more") {
    websocket_options usual;
    CHECK(usual.limits.message_bytes == 16 * 1024 * 1024);
    CHECK(usual.max_unread_messages == 32);
    CHECK(usual.ping_interval == 20s);
    CHECK(usual.ping_timeout == 20s);
    CHECK(usual.slow_peer == when_slow::wait);
}
