#include <coracle/http/response_head.hpp>

#include <doctest/doctest.h>

namespace http = coracle::http;

TEST_CASE("the least that a handler says is 200, and the least that a connection demands is nothing") {
    constexpr http::response_head head;
    CHECK(head.status == 200);
    CHECK(head.content_type.empty());
    CHECK(head.fields == nullptr);
    constexpr http::response_terms terms;
    CHECK(terms.connection == http::persistence::implied);
    CHECK_FALSE(terms.head_only);
    CHECK(terms.chunks);
    CHECK(http::response_head{.status = 404, .content_type = "text/plain"}.status == 404);
}
