// timed_out: an exception like others, that says how long it waited.
#include <coracle/loop/timed_out.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <string>

using namespace std::chrono_literals;
using coracle::timed_out;

TEST_CASE("timed_out says after how long, to people and to programs") {
    timed_out error(1500ms);
    CHECK(std::string(error.what()) == "timed out after 1500ms");
    CHECK(error.after() == 1500ms);
    CHECK(std::string(timed_out(0ns).what()) == "timed out after 0s");
}

TEST_CASE("who catches every std::exception catches it too") { CHECK_THROWS_AS(throw timed_out(1s), std::exception); }
