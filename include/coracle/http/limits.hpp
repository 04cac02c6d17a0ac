// limits: how much of everything a peer may send. Each has a reason, and a status for what goes beyond it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace coracle::http {

/// Bounds on one message.
struct limits {
    /// Request line, fields and blank line together, in bytes; browsers stay below 8 KiB even with cookies. 431.
    std::size_t head_bytes = 16 * 1024;
    /// Field lines in a head; lookups are linear in it. 431.
    std::size_t fields = 100;
    /// Request target in bytes; RFC 9112 3 asks for 8000 at least. 414.
    std::size_t target_bytes = 8 * 1024;
    /// Method token in bytes; the longest registered one (UPDATEREDIRECTREF) has 17. 501.
    std::size_t method_bytes = 32;
    /// Body in bytes, after the transfer coding is undone. 413.
    std::uint64_t body_bytes = 10 * 1024 * 1024;
    /// One chunk-size line in bytes, extensions and CRLF included. 400.
    std::size_t chunk_line_bytes = 1024;
    /// All chunk extensions of a body in bytes; nobody uses them, so this is generous. 400.
    std::size_t chunk_extension_bytes = 4 * 1024;
    /// Bytes of chunked framing (size lines, CRLFs) allowed beyond one per byte of data. 400.
    std::size_t chunk_overhead_bytes = 16 * 1024;
    /// Trailer section in bytes, and its lines. 431.
    std::size_t trailer_bytes = 4 * 1024;
    std::size_t trailers = 32;
    /// How much of a body nobody asked for is read past to keep the connection, in bytes. Beyond it: close.
    std::uint64_t drain_bytes = 256 * 1024;
    /// Pairs in a query or an urlencoded form. 400.
    std::size_t query_pairs = 1000;
};

/// What applies where nothing else was said.
inline constexpr limits default_limits{};

}  // namespace coracle::http
