#include <coracle/app/server_limits.hpp>

#include <doctest/doctest.h>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("the limits are those that the README and the threats promise") {
    server_limits limits;
    CHECK(limits.max_head_bytes == 16 * 1024);
    CHECK(limits.max_fields == 100);
    CHECK(limits.max_target_bytes == 8 * 1024);
    CHECK(limits.max_body_bytes == 10 * 1024 * 1024);
    CHECK(limits.header_timeout == 10s);
    CHECK(limits.keep_alive == 5s);
    CHECK(limits.request_timeout == 0s);
    CHECK(limits.min_body_rate == 16 * 1024);
    CHECK(limits.min_write_rate == 16 * 1024);
    CHECK(limits.max_message_bytes == 16 * 1024 * 1024);
    CHECK(limits.max_unread_messages == 32);
    CHECK(limits.ping_interval == 20s);
    CHECK(limits.ping_timeout == 20s);
}

TEST_CASE("those about one message are the parser's") {
    server_limits limits{.max_head_bytes = 1, .max_fields = 2, .max_target_bytes = 3, .max_body_bytes = 4};
    http::limits bounds = limits_of_message(limits);
    CHECK(bounds.head_bytes == 1);
    CHECK(bounds.fields == 2);
    CHECK(bounds.target_bytes == 3);
    CHECK(bounds.body_bytes == 4);
    CHECK(bounds.chunk_line_bytes == http::default_limits.chunk_line_bytes);
}
