#include <coracle/client/client_timeouts.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a client waits five seconds for each thing, and for all of it as long as it takes") {
    client_timeouts usual;
    CHECK(usual.connect() == 5s);
    CHECK(usual.read() == 5s);
    CHECK(usual.write() == 5s);
    CHECK(usual.pool() == 5s);
    CHECK(usual.total() == std::chrono::nanoseconds::max());
}

TEST_CASE("one duration is said for all four, and each can be said alone") {
    client_timeouts said = 10s;
    said.connect(1s).total(1min);
    CHECK(said.connect() == 1s);
    CHECK(said.read() == 10s);
    CHECK(said.write() == 10s);
    CHECK(said.pool() == 10s);
    CHECK(said.total() == 1min);
    CHECK(client_timeouts(0.5s).read() == 500ms);
    CHECK(client_timeouts(std::chrono::hours::max()).read() == std::chrono::nanoseconds::max());
    CHECK(client_timeouts::none().pool() == std::chrono::nanoseconds::max());
}
