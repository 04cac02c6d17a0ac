#include <coracle/http/authority.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http = coracle::http;

namespace {
std::string parts(std::string_view text) {
    auto found = http::parse_authority(text);
    if (!found) return "none";
    return std::string(found->host) + "|" + (found->port ? std::to_string(*found->port) : "");
}
}  // namespace

TEST_CASE("an authority is a host with or without a port") {
    CHECK(parts("example.com") == "example.com|");
    CHECK(parts("example.com:8000") == "example.com|8000");
    CHECK(parts("127.0.0.1:0") == "127.0.0.1|0");
    CHECK(parts("a:65535") == "a|65535");
    CHECK(parts("a:00080") == "a|80");
    CHECK(parts("a:") == "a|");
    CHECK(parts("[::1]") == "[::1]|");
    CHECK(parts("[2001:DB8::ffff:1.2.3.4]:80") == "[2001:DB8::ffff:1.2.3.4]|80");
    CHECK(parts("a%20b") == "a%20b|");
    CHECK(parts("x-_~!$&'()*+,;=.y") == "x-_~!$&'()*+,;=.y|");
}

TEST_CASE("F16: whatever else it is, it is no authority") {
    for (auto text :
         {"",       ":",     ":80", "a b",  "a\tb", "a/",   "/",      "u@a",      "a@",       "a?",
          "a#",     "a\\",   "a:b", "a:8o", "a:+1", "a:-1", "a:1:1",  "a:65536",  "a:000080", "a:99999999999999999999",
          "[",      "]",     "[]",  "[1]",  "[::1", "::1",  "[::1]a", "[::1]]",   "[[::1]]",  "[::1%25eth0]",
          "[v1.a]", "[::g]", "%",   "a%",   "a%4",  "a%zz", "a%4:80", "\xC3\xA4", "a\x7F",    "<",
          "{a}"})
        CHECK_MESSAGE(parts(text) == "none", text);
    CHECK(parts(std::string_view("a\0b", 3)) == "none");
}

TEST_CASE("of all 256 bytes, the host characters are those of RFC 3986") {
    int good = 0;
    for (int byte = 0; byte < 256; ++byte) {
        const char text[] = {'a', static_cast<char>(byte), 'a'};
        good += http::parse_authority({text, 3}).has_value();
    }
    CHECK(good == 26 * 2 + 10 + 4 + 11);  // letters, digits, -._~, sub-delims
}
