// server_limits: how much a client may send, take and wait, and how many there may be. The one place for it: each with
// its unit, its reason, and the answer to what goes beyond it.
#pragma once

#include <coracle/http/limits.hpp>
#include <coracle/websocket/limits.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace coracle {

/// `app.run({.limits = {.max_body_bytes = 50'000'000, .header_timeout = 5s}});`
/// error: std::logic_error for a number that means nothing, when the server is made.
struct server_limits {
    /// Request line and header fields together, in bytes. Browsers stay below 8 KiB even with cookies. 431.
    std::size_t max_head_bytes = http::default_limits.head_bytes;
    /// Header fields of a request; lookups are linear in it. 431.
    std::size_t max_fields = http::default_limits.fields;
    /// The request target in bytes; RFC 9112 3 asks for 8000 at least. 414.
    std::size_t max_target_bytes = http::default_limits.target_bytes;
    /// A request body in bytes. For one route: `route_options::max_body_bytes`. 413.
    std::uint64_t max_body_bytes = http::default_limits.body_bytes;

    /// From the first byte of a head to its last, and from a connection to its first byte. No byte extends it: one a
    /// second would hold a connection for hours. 408.
    std::chrono::milliseconds header_timeout{10'000};
    /// Between two requests of a connection; then it is closed. Uvicorn's default.
    std::chrono::milliseconds keep_alive{5'000};
    /// For a handler, until its answer begins, the reading of the body included; then it is cancelled at its wait. 0:
    /// no bound. For one route: `route_options::timeout`. 504.
    std::chrono::milliseconds request_timeout{0};

    /// Bytes a second that a client sends of a body that is waited for; 0: no bound. 16 KiB is a poor connection.
    /// 408.
    std::uint32_t min_body_rate = 16 * 1024;
    /// Bytes a second that a client takes of an answer, also of one that is streamed; 0: no bound. Then it is cut off.
    std::uint32_t min_write_rate = 16 * 1024;
    /// How long a client may fall behind these rates, and so how long it may stall: time for a tunnel or a lift.
    std::chrono::milliseconds stall_timeout{10'000};

    /// Connections at a time; 0: as many as there are descriptors. When there are as many, those that wait between
    /// requests make room, the longest waiting first, and who comes then waits to be accepted.
    std::size_t max_connections = 0;
    /// Requests at a time whose handlers wait; 0: no bound. Handlers that never wait, as on_loop(), are answered
    /// always: a health check among them. Uvicorn's limit_concurrency, without idle connections. 503 with Retry-After.
    std::size_t max_in_flight = 0;
    /// What Retry-After says, rounded up to seconds.
    std::chrono::milliseconds retry_after{1'000};
    /// Requests of one connection, so that with several workers clients are spread anew; 0: no bound.
    std::uint32_t max_requests_per_connection = 0;
    /// Requests until the server stops as for SIGTERM, for a supervisor to start it anew; 0: no bound. Each of several
    /// workers counts its share.
    std::uint64_t max_requests = 0;
    /// As many more at most, by chance, so that several servers do not stop at once.
    std::uint64_t max_requests_jitter = 0;

    // Of WebSockets, where the websocket_options of their route say nothing else.

    /// A message in bytes, its fragments together. 1009.
    std::uint64_t max_message_bytes = ws::default_limits.message_bytes;
    /// Messages that have come and were not received yet; beyond it the peer is read no further.
    std::size_t max_unread_messages = 32;
    /// A peer that is quiet for so long is pinged; 0: never.
    std::chrono::milliseconds ping_interval{20'000};
    /// How long it may be quiet after that; 0: for ever. 1011.
    std::chrono::milliseconds ping_timeout{20'000};
};

/// Those of them that are about one message, for who reads it.
inline http::limits limits_of_message(const server_limits& from) noexcept {
    http::limits bounds;
    bounds.head_bytes = from.max_head_bytes;
    bounds.fields = from.max_fields;
    bounds.target_bytes = from.max_target_bytes;
    bounds.body_bytes = from.max_body_bytes;
    return bounds;
}

}  // namespace coracle
