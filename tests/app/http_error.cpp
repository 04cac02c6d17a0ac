#include <doctest/doctest.h>

#include <coracle/app/http_error.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

using namespace coracle;

TEST_CASE("the detail of an http_error is the reason phrase unless another is given") {
    CHECK(http_error(404).detail() == json("Not Found"));
    CHECK(http_error(404, "User not found").detail() == json("User not found"));
    CHECK(http_error(409, json{{"id", 7}}).detail() == json{{"id", 7}});
    CHECK(http_error(409, nullptr).detail().is_null());
    CHECK(http_error(404).status() == 404);
}

TEST_CASE("an http_error can add fields, but none that could break out of the head") {
    http_error error(401, "Not authenticated", {{"www-authenticate", "Bearer"}});
    CHECK(error.headers()["WWW-Authenticate"] == "Bearer");
    CHECK_THROWS_AS(http_error(401, "x", {{"a", "b\r\nc: d"}}), std::invalid_argument);
}

TEST_CASE("an http_error says in a log what it is, and copies without throwing") {
    CHECK(std::string(http_error(404).what()) == "404 Not Found");
    CHECK(std::string(http_error(404, "User not found").what()) == "404 Not Found: User not found");
    CHECK(std::string(http_error(409, json{{"id", 7}}).what()) == "409 Conflict");
    static_assert(std::is_nothrow_copy_constructible_v<http_error>);
}
