#include <coracle/http/limits.hpp>

#include <doctest/doctest.h>

namespace http = coracle::http;

TEST_CASE("the defaults keep what their reasons promise") {
    constexpr http::limits bounds;
    static_assert(bounds.target_bytes >= 8000);  // RFC 9112 3
    static_assert(bounds.target_bytes < bounds.head_bytes);
    static_assert(bounds.method_bytes < bounds.target_bytes);
    static_assert(bounds.method_bytes >= 17);  // UPDATEREDIRECTREF
    static_assert(bounds.chunk_line_bytes >= 16 + 2);
    static_assert(bounds.chunk_extension_bytes >= bounds.chunk_line_bytes);
    static_assert(bounds.drain_bytes < bounds.body_bytes);
    CHECK(http::default_limits.head_bytes == 16384);
    CHECK(http::default_limits.fields == 100);
    CHECK(http::default_limits.body_bytes == 10 * 1024 * 1024);
}
