#include <doctest/doctest.h>

#include <coracle/http/form_limits.hpp>

#include <string>

using namespace coracle;

TEST_CASE("a form has a thousand fields at most, and empty ones do not count") {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "a=1&&";
    CHECK(http::form_refusal(text).empty());
    CHECK(http::form_refusal(text + "b") == "Too many fields. Maximum number of fields is 1000.");
    CHECK(http::form_refusal("").empty());
    CHECK(http::form_refusal("&&&").empty());
}

TEST_CASE("a field has a mebibyte, of name and value together, as they stand on the wire") {
    std::string value(1024 * 1024 - 1, 'x');
    CHECK(http::form_refusal("a=" + value).empty());
    CHECK(http::form_refusal("b=1&a=x" + value) == "Field exceeded maximum size of 1024KB.");
    CHECK(http::form_refusal("x" + value).empty());
    CHECK(http::form_refusal("xx" + value) == "Field exceeded maximum size of 1024KB.");
    CHECK(http::form_refusal("a==" + value) == "Field exceeded maximum size of 1024KB.");
}

TEST_CASE("D9: a form may have other limits, and says them") {
    http::form_limits limits{.max_fields = 2, .max_part_size = 10};
    CHECK(http::form_refusal("a=1&&b=2", limits).empty());
    CHECK(http::form_refusal("a=1&b&c=3", limits) == "Too many fields. Maximum number of fields is 2.");
    CHECK(http::form_refusal("a=123456789", limits).empty());
    CHECK(http::form_refusal("a=1234567890", limits) == "Field exceeded maximum size of 10 bytes.");
    CHECK(http::form_refusal("a", {.max_fields = 0}) == "Too many fields. Maximum number of fields is 0.");
    CHECK(limits != http::form_limits{});
}

TEST_CASE("what is wrong first is told") {
    std::string many;
    for (int i = 0; i < 1001; ++i) many += "a&";
    std::string large(1024 * 1024 + 1, 'x');
    CHECK(http::form_refusal(many + large).starts_with("Too many"));
    CHECK(http::form_refusal(large + "&" + many).starts_with("Field"));
}
