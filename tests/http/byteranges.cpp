#include <coracle/http/byteranges.hpp>

#include <doctest/doctest.h>

using namespace coracle;

namespace {

TEST_CASE("several ranges are parts with heads of their own, as the RFC's example") {
    CHECK(http::byteranges_type("THIS_STRING_SEPARATES") == "multipart/byteranges; boundary=THIS_STRING_SEPARATES");
    CHECK(http::byteranges_part_head(true, "B", "application/pdf", {500, 500}, 8000) ==
          "--B\r\ncontent-type: application/pdf\r\ncontent-range: bytes 500-999/8000\r\n\r\n");
    CHECK(http::byteranges_part_head(false, "B", "", {7000, 1000}, 8000) ==
          "\r\n--B\r\ncontent-range: bytes 7000-7999/8000\r\n\r\n");
    CHECK(http::byteranges_end("B") == "\r\n--B--\r\n");
    CHECK(http::content_range_of_none(1234) == "bytes */1234");
}

}  // namespace
