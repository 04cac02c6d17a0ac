#include <doctest/doctest.h>

#include <coracle/app/set_cookie.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a cookie without options has Starlette's defaults: path / and SameSite=lax") {
    CHECK(set_cookie_value("session", "abc") == "session=abc; Path=/; SameSite=lax");
    CHECK(set_cookie_value("empty", "") == "empty=; Path=/; SameSite=lax");
}

TEST_CASE("every attribute is written") {
    cookie_options options{.max_age = 14 * 24h,
                           .expires = std::chrono::sys_seconds(784111777s),
                           .path = "/a",
                           .domain = "example.com",
                           .secure = true,
                           .http_only = true,
                           .same_site = same_site::none,
                           .partitioned = true};
    CHECK(set_cookie_value("s", "v", options) ==
          "s=v; Domain=example.com; Expires=Sun, 06 Nov 1994 08:49:37 GMT; HttpOnly; Max-Age=1209600; Partitioned; "
          "Path=/a; SameSite=none; Secure");
    CHECK(set_cookie_value("s", "v", {.same_site = same_site::strict}) == "s=v; Path=/; SameSite=strict");
}

TEST_CASE("W3: no byte of a name, value, path or domain can start another attribute or field") {
    for (int byte = 0; byte < 256; ++byte) {
        std::string text = std::string("a") + static_cast<char>(byte) + "b";
        std::string path = "/" + text;
        CAPTURE(byte);
        auto safe = [](auto make) {
            try {
                std::string out = make();
                for (char c : out)
                    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) return false;
                std::size_t attributes = 0;
                for (char c : out) attributes += c == ';';
                return attributes <= 3;
            } catch (const std::invalid_argument&) {
                return true;
            }
        };
        CHECK(safe([&] { return set_cookie_value(text, "v"); }));
        CHECK(safe([&] { return set_cookie_value("n", text); }));
        CHECK(safe([&] { return set_cookie_value("n", "v", {.path = path}); }));
        CHECK(safe([&] { return set_cookie_value("n", "v", {.domain = text}); }));
    }
    CHECK_THROWS_AS(set_cookie_value("n", "v; Domain=evil.com"), std::invalid_argument);
    CHECK_THROWS_AS(set_cookie_value("n", "v", {.path = "/; Domain=evil.com"}), std::invalid_argument);
    CHECK_THROWS_AS(set_cookie_value("n", "v", {.domain = "a.com; Secure"}), std::invalid_argument);
    CHECK_THROWS_AS(set_cookie_value("n", "v\r\nset-cookie: x=y"), std::invalid_argument);
    CHECK_THROWS_AS(set_cookie_value("", "v"), std::invalid_argument);
    CHECK_THROWS_AS(set_cookie_value("n", "v", {.path = "relative"}), std::invalid_argument);
}

TEST_CASE("what browsers would drop is refused with the reason") {
    CHECK_THROWS_WITH_AS(set_cookie_value("n", "v", {.same_site = same_site::none}), doctest::Contains("secure"),
                         std::invalid_argument);
    CHECK_THROWS_AS(set_cookie_value("n", "v", {.partitioned = true}), std::invalid_argument);
    CHECK_THROWS_AS(set_cookie_value("__Secure-n", "v"), std::invalid_argument);
    CHECK_THROWS_AS(set_cookie_value("__Host-n", "v", {.domain = "a.com", .secure = true}), std::invalid_argument);
    CHECK_NOTHROW(set_cookie_value("__Host-n", "v", {.secure = true}));
}
