#include <coracle/json/url.hpp>

#include <doctest/doctest.h>

#include <coracle/json/decode.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/write.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {
struct parts {
    std::string_view text, scheme, user, password, host;
    std::optional<unsigned> port;
    std::string_view path, query, fragment;
};
std::string type_of_problem(std::string_view text) {
    text_problem why;
    return http_url::from_text(text, why) ? "" : std::string(why.type);
}
}  // namespace

TEST_CASE("the parts of a URL") {
    const parts rows[] = {
        {"https://u:p@example.com:8443/a/b?c=d#e", "https", "u", "p", "example.com", 8443, "/a/b", "c=d", "e"},
        {"http://example.com", "http", "", "", "example.com", {}, "/", "", ""},
        {"http://[::1]:8000/?#", "http", "", "", "[::1]", 8000, "/", "", ""},
        {"http://[::1]/", "http", "", "", "[::1]", {}, "/", "", ""},
        {"http://u@h/@:x", "http", "u", "", "h", {}, "/@:x", "", ""},
        {"mailto:a@b.c?subject=x", "mailto", "", "", "", {}, "a@b.c", "subject=x", ""},
        {"foo:/.//x", "foo", "", "", "", {}, "/.//x", "", ""},
        {"http://h/a#b?c", "http", "", "", "h", {}, "/a", "", "b?c"},
    };
    for (const parts& each : rows) {
        CAPTURE(each.text);
        any_url one(each.text);
        CHECK(one.scheme() == each.scheme);
        CHECK(one.user() == each.user);
        CHECK(one.password() == each.password);
        CHECK(one.host() == each.host);
        CHECK(one.port() == each.port);
        CHECK(one.path() == each.path);
        CHECK(one.query() == each.query);
        CHECK(one.fragment() == each.fragment);
    }
    any_url none;
    CHECK(none.empty());
    CHECK(none.scheme() == "");
    CHECK(none.host() == "");
    CHECK(none.path() == "");
    CHECK(none.port() == std::nullopt);
}

TEST_CASE("only the schemes that were named are taken, and no more bytes than a URL has") {
    CHECK(type_of_problem("https://a") == "");
    CHECK(type_of_problem("ftp://a") == "url_scheme");
    CHECK(type_of_problem("x") == "url_parsing");
    CHECK(type_of_problem("http://a/\xFF") == "url_parsing");
    CHECK(type_of_problem("http://a/" + std::string(2074, 'x')) == "");
    CHECK(type_of_problem("http://a/" + std::string(2075, 'x')) == "url_too_long");
    CHECK(any_url::parse("foo:" + std::string(65'532, 'x')));
    CHECK(!any_url::parse("foo:" + std::string(65'533, 'x')));
    CHECK_THROWS_WITH_AS(http_url("x"), doctest::Contains("relative URL without a base"), std::invalid_argument);
    CHECK(websocket_url("ws://a").text() == "ws://a/");
    CHECK(http_url("http://A") == http_url("http://a/"));
}

TEST_CASE("in JSON it is a string, in OpenAPI a uri") {
    std::vector<validation_issue> issues;
    auto one = read_json_text<http_url>(R"("HTTP:\/\/A")", issues);
    REQUIRE(one);
    CHECK(to_json_text(*one) == R"("http://a/")");
    schema_components named;
    CHECK(schema_of<http_url>(named).dump() == R"({"type":"string","format":"uri","minLength":1,"maxLength":2083})");
    CHECK(schema_of<any_url>(named).dump() == R"({"type":"string","format":"uri","minLength":1})");
}
