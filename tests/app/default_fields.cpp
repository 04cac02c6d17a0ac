#include <coracle/app/default_fields.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace coracle;

TEST_CASE("fields of every answer stand as they will in a head, in their order") {
    CHECK(default_fields().wire().empty());
    CHECK(default_fields{{"X-Frame-Options", "DENY"}, {"x-a", "1"}, {"x-a", "2"}}.wire() ==
          "x-frame-options: DENY\r\nx-a: 1\r\nx-a: 2\r\n");
}

TEST_CASE("W1, W5: what cannot be sent, or is coracle's own to write, does not get in") {
    default_fields some;
    CHECK_THROWS_AS(some.add("x-a", "1\r\nset-cookie: b"), std::invalid_argument);
    CHECK_THROWS_AS(some.add("x a", "1"), std::invalid_argument);
    CHECK_THROWS_AS(some.add("", "1"), std::invalid_argument);
    CHECK_THROWS_AS(some.add("content-length", "1"), std::invalid_argument);
    CHECK(some.wire().empty());
}
