#include <coracle/http/body_length.hpp>

#include <doctest/doctest.h>

namespace http = coracle::http;
using kind = http::body_length::kind;

TEST_CASE("F17: where a body ends is said by its framing and never by the method") {
    for (std::size_t i = 0; i <= http::known_methods; ++i) {
        http::request_head head;
        head.method = static_cast<http::method>(i);
        CHECK(http::body_length_of(head) == http::body_length{kind::none, 0});
        head.content_length = 0;
        CHECK(http::body_length_of(head) == http::body_length{kind::none, 0});
        head.content_length = 7;
        CHECK(http::body_length_of(head) == http::body_length{kind::fixed, 7});
        head.content_length.reset();
        head.chunked = true;
        CHECK(http::body_length_of(head) == http::body_length{kind::chunked, 0});
    }
}
