#include <doctest/doctest.h>

#include <coracle/http/content_type.hpp>

using namespace coracle::http;

TEST_CASE("a Content-Type is a media type and parameters") {
    content_type form("Multipart/Form-Data ; boundary=\"a b\"");
    CHECK(form.media_type() == "Multipart/Form-Data");
    CHECK(form.is("multipart/form-data"));
    CHECK_FALSE(form.is("multipart/form"));
    CHECK(form.parameter("BOUNDARY").value == "a b");
    CHECK(content_type("").media_type() == "");
    CHECK_FALSE(content_type("").is("text/plain"));
    CHECK(content_type(" text/plain").is("text/plain"));
}
