#include <coracle/base/time_tally.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>

using namespace std::chrono_literals;

TEST_CASE("lengths of time are counted by the first bound that they do not exceed") {
    constexpr std::array<double, 3> bounds{.001, .01, .1};
    coracle::time_tally<3> all;
    for (std::chrono::nanoseconds took :
         {std::chrono::nanoseconds(0ns), std::chrono::nanoseconds(1ms), std::chrono::nanoseconds(1ms + 1ns),
          std::chrono::nanoseconds(100ms), std::chrono::nanoseconds(1s), std::chrono::nanoseconds(-5ns)})
        all.count(bounds, took);
    CHECK(all[0] == 3);
    CHECK(all[1] == 1);
    CHECK(all[2] == 1);
    CHECK(all[3] == 1);
    CHECK(all.seconds() == doctest::Approx(1.102));
}
