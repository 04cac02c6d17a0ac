#include <coracle/http/method.hpp>

#include <doctest/doctest.h>

#include <string>

namespace http = coracle::http;
using http::method;

TEST_CASE("every known method has a token that leads back to it") {
    for (std::size_t i = 0; i < http::known_methods; ++i) {
        auto m = static_cast<method>(i);
        CHECK_FALSE(http::method_text(m).empty());
        CHECK(http::method_from(http::method_text(m)) == m);
    }
    CHECK(http::method_text(method::del) == "DELETE");
    CHECK(http::method_text(method::connect) == "CONNECT");
}

TEST_CASE("methods are compared whole and with their case") {
    for (auto text : {"get", "GE", "GETS", "GET ", "", "DEL", "BREW"}) CHECK(http::method_from(text) == method::other);
    CHECK(http::method_text(method::other).empty());
}

TEST_CASE("safe methods are idempotent, and PUT and DELETE are too") {
    for (auto m : {method::get, method::head, method::options, method::trace}) {
        CHECK(http::is_safe(m));
        CHECK(http::is_idempotent(m));
    }
    for (auto m : {method::put, method::del}) {
        CHECK_FALSE(http::is_safe(m));
        CHECK(http::is_idempotent(m));
    }
    for (auto m : {method::post, method::patch, method::connect, method::other}) CHECK_FALSE(http::is_idempotent(m));
}
