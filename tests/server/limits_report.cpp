#include <coracle/server/limits_report.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

std::string complaint(const server_limits& limits) {
    try {
        server::check(limits);
    } catch (const std::logic_error& why) {
        return why.what();
    }
    return "";
}

}  // namespace

TEST_CASE("the banner's line names what is bounded and leaves out what is not") {
    CHECK(server::limits_text({}) == "head 16 KiB within 10s, body 10 MiB at 16 KiB/s, idle 5s");
    server_limits all{.max_head_bytes = 1000, .request_timeout = 1500ms, .min_body_rate = 0};
    all.max_connections = 9;
    all.max_in_flight = 8;
    all.max_requests_per_connection = 7;
    all.max_requests = 6;
    CHECK(server::limits_text(all) ==
          "head 1000 B within 10s, body 10 MiB, idle 5s, answer within 1500ms, 9 connections, 8 requests at a time, "
          "7 requests per connection, 6 requests in all");
    server_limits sockets{
        .max_message_bytes = 65536, .max_unread_messages = 8, .ping_interval = 5s, .ping_timeout = 0s};
    CHECK(server::limits_text(sockets) == server::limits_text({}) +
                                              ", WebSocket messages 64 KiB, WebSocket queue 8, WebSocket pings every "
                                              "5s, WebSocket pongs whenever they come");
    CHECK(server::limits_text({.ping_interval = 0s}).ends_with(", WebSocket pings never"));
    CHECK(server::bytes_text(0) == "0 B");
    CHECK(server::bytes_text(3u << 30) == "3 GiB");
}

TEST_CASE("limits that mean nothing are refused with a sentence, and those of no bound are not") {
    CHECK(complaint({}).empty());
    CHECK(complaint({.max_head_bytes = 0}) ==
          "coracle: limits.max_head_bytes must be at least 256, and is 0; no request fits into less");
    CHECK(complaint({.max_fields = 0}).find("limits.max_fields must be at least 8") != std::string::npos);
    CHECK(complaint({.max_target_bytes = 0}).find("limits.max_target_bytes") != std::string::npos);
    CHECK(complaint({.header_timeout = -5ms}) == "coracle: limits.header_timeout must be more than 0, and is -5ms");
    CHECK(complaint({.keep_alive = 0ms}) == "coracle: limits.keep_alive must be more than 0, and is 0s");
    CHECK(complaint({.request_timeout = -1s}) ==
          "coracle: limits.request_timeout must be 0, for no bound, or more, and is -1s");
    CHECK(complaint({.stall_timeout = 0s}).find("limits.stall_timeout must be more than 0") != std::string::npos);
    CHECK(complaint({.min_body_rate = 0, .min_write_rate = 0, .stall_timeout = 0s}).empty());
    CHECK(complaint({.max_body_bytes = 0}).empty());
    CHECK(complaint({.max_unread_messages = 0}) ==
          "coracle: limits.max_unread_messages must be at least 1, and is 0; none would ever be received");
    CHECK(complaint({.ping_interval = -1s}).find("limits.ping_interval must be 0, for no bound") != std::string::npos);
    CHECK(complaint({.ping_timeout = -1s}).find("limits.ping_timeout must be 0, for no bound") != std::string::npos);
    CHECK(complaint({.ping_interval = 0s, .ping_timeout = 0s}).empty());
}
