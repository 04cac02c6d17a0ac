#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/net/resolve.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("the system is asked, and every loop has a resolver of its own") {
    auto test = []() -> task<> {
        auto found = co_await net::resolve("localhost", 8000);
        REQUIRE(found);
        CHECK(found->front().is_loopback());
        CHECK(found->front().port() == 8000);
        found = co_await net::resolve("127.0.0.1", "80");
        REQUIRE(found);
        CHECK(found->front().text() == "127.0.0.1:80");
        CHECK(&net::this_resolver() == &net::this_resolver());
    };
    run(test());
    run(test());
}

TEST_CASE("a name with a service goes through the system's lookup") {
    auto test = []() -> task<> {
        auto found = co_await net::resolve("127.0.0.1", "no-such-service");
        REQUIRE_FALSE(found);
        CHECK(found.error().message.starts_with("no address for '127.0.0.1': "));
        auto refused = co_await net::resolve("no name", 80);
        CHECK_FALSE(refused);
    };
    run(test());
}

TEST_CASE("outside of a loop there is no resolver") { CHECK_THROWS_AS(net::this_resolver(), std::logic_error); }
