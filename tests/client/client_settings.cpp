#include <coracle/client/client_settings.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace coracle;

TEST_CASE("options that cannot be meant are refused when the client is made") {
    CHECK_THROWS_AS(client::client_settings({.base_url = "example.com"}), invalid_url);
    CHECK_THROWS_AS(client::client_settings({.base_url = "ftp://example.com"}), unsupported_protocol);
    CHECK_THROWS_AS(client::client_settings({.base_url = "/v1"}), invalid_url);
    CHECK_THROWS_AS(client::client_settings({.headers = {{"x y", "1"}}}), std::invalid_argument);
}

TEST_CASE("a whole URL passes the base by, and anything else is a path behind it") {
    client::client_settings with({.base_url = "http://example.com/v1"});
    CHECK(with.request("GET", "/a").url.text() == "http://example.com/v1/a");
    CHECK(with.request("GET", "https://example.org/a").url.text() == "https://example.org/a");
    client::client_settings without({});
    CHECK(without.request("PUT", "http://example.com").text() == "PUT http://example.com");
    CHECK_THROWS_AS((void)without.request("GET", "/a"), invalid_url);
}
