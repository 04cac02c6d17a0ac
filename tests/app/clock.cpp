#include <doctest/doctest.h>

#include <coracle/app/clock.hpp>

#include <async/hand_loop.hpp>

#include <chrono>

using namespace coracle;

TEST_CASE("on a loop the time is the loop's") {
    hand_loop loop;
    loop.steady = 5;
    loop.wall = 1'999;
    CHECK(steady_time() == std::chrono::nanoseconds(5));
    CHECK(wall_time().time_since_epoch() == std::chrono::milliseconds(1999));
    CHECK(unix_seconds() == 1);
    loop.wall = -1;
    CHECK(unix_seconds() == -1);
}

TEST_CASE("elsewhere it is the system's, and does not go backwards") {
    auto before = steady_time();
    CHECK(steady_time() >= before);
    CHECK(unix_seconds() > 1'700'000'000);
}
