// pool_statistics: the numbers that follow from others; the pool's own are tested with it.
#include <coracle/loop/pool_statistics.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("the mean wait is that of the calls that have begun, running ones too, and none at first") {
    loop::lane_statistics lane;
    CHECK(lane.mean_wait() == 0ns);
    lane.completed = 3;
    lane.running = 1;
    lane.queued = 100;
    lane.waited = 400ns;
    CHECK(lane.mean_wait() == 100ns);
}

TEST_CASE("statistics are found by their lane") {
    loop::pool_statistics all;
    all.lanes[1].queued = 7;
    CHECK(all[lane::files].queued == 7);
    CHECK(all[lane::user].queued == 0);
}
