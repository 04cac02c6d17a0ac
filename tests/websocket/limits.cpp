#include <doctest/doctest.h>

#include <coracle/websocket/limits.hpp>

TEST_CASE("websocket limits: 16 MiB a message, and no message of that size needs more frames than allowed") {
    CHECK(coracle::ws::default_limits.message_bytes == 16U * 1024 * 1024);
    CHECK(coracle::ws::default_limits.message_frames * 64ULL >= coracle::ws::default_limits.message_bytes);
}
