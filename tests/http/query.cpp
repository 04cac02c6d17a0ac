#include <coracle/http/query.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace http = coracle::http;

namespace {
std::string pairs_of(std::string_view text, std::size_t most = 1000) {
    std::string out;
    http::query_reader pairs(text, most);
    while (pairs.next()) (((out += '[') += pairs.name()) += '|').append(pairs.value()) += ']';
    if (pairs.too_many()) out += "too many";
    return out;
}
}  // namespace

// The answers are those of CPython 3.11: parse_qsl(text, keep_blank_values=True).
TEST_CASE("a query is read as Python reads it") {
    CHECK(pairs_of("") == "");
    CHECK(pairs_of("a=b") == "[a|b]");
    CHECK(pairs_of("a=b&c=d") == "[a|b][c|d]");
    CHECK(pairs_of("a=1&a=2") == "[a|1][a|2]");
    CHECK(pairs_of("a=") == "[a|]");
    CHECK(pairs_of("a") == "[a|]");
    CHECK(pairs_of("=b") == "[|b]");
    CHECK(pairs_of("=") == "[|]");
    CHECK(pairs_of("&") == "");
    CHECK(pairs_of("&&a=b&&") == "[a|b]");
    CHECK(pairs_of("a=b=c") == "[a|b=c]");
    CHECK(pairs_of("a;b=c") == "[a;b|c]");
    CHECK(pairs_of("a+b=c+d") == "[a b|c d]");
    CHECK(pairs_of("a%26b=c%3Dd%25") == "[a&b|c=d%]");
    CHECK(pairs_of("a=%") == "[a|%]");
    CHECK(pairs_of("a=%4&b=%zz") == "[a|%4][b|%zz]");
    CHECK(pairs_of("a=%e4") == "[a|\xEF\xBF\xBD]");
    CHECK(pairs_of("a?b=/c?d") == "[a?b|/c?d]");
}

TEST_CASE("the number of pairs is bounded, and empty ones do not count") {
    CHECK(pairs_of("a&b&c", 3) == "[a|][b|][c|]");
    CHECK(pairs_of("a&b&c&d", 3) == "[a|][b|][c|]too many");
    CHECK(pairs_of("&&a&&b&&", 2) == "[a|][b|]");
    CHECK(pairs_of("a", 0) == "too many");
    CHECK(pairs_of("", 0) == "");
}

TEST_CASE("the last value of a name counts") {
    CHECK(http::query_value("a=1&b=2&a=3", "a") == "3");
    CHECK(http::query_value("a=1&b", "b") == "");
    CHECK_FALSE(http::query_value("a=1", "A").has_value());
    CHECK(http::query_value("%61=x+y", "a") == "x y");
}
