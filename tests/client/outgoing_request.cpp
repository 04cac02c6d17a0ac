#include <coracle/client/outgoing_request.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace coracle;

TEST_CASE("a request knows whether it may be asked twice") {
    outgoing_request request;
    request.url = http::url::parse("http://example.com/a?b=1");
    CHECK(request.is_idempotent());
    CHECK(request.text() == "GET http://example.com/a?b=...");
    request.method = "POST";
    CHECK(!request.is_idempotent());
    request.method = "get";
    CHECK(!request.is_idempotent());
}

TEST_CASE("W2 a header of a request cannot end its line") {
    outgoing_request request;
    for (const char* value : {"a\r\nx: y", "a\nb", "a\rb", " a", "a "})
        CHECK_THROWS_AS(request.fields.set("x-id", value), std::invalid_argument);
    for (const char* name : {"x id", "x\r\ny", "", "x:"})
        CHECK_THROWS_AS(request.fields.set(name, "1"), std::invalid_argument);
    CHECK_THROWS_AS(request.fields.set("content-length", "1"), std::invalid_argument);
    CHECK(request.fields.empty());
}
