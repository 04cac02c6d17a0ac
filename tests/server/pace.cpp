#include <coracle/server/pace.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("who keeps the rate goes on for ever, who is slower ends when he has fallen behind far enough") {
    os::time_point now{};
    server::pace steady(1000, 10s);
    for (int i = 0; i < 1000; ++i) {
        CHECK(steady.waits(now) == 10s);
        now += 5s;
        steady.moved(now, 5000);
    }
    server::pace slow(1000, 10s);
    int waits = 0;
    while (slow.waits(now) >= 5s) {
        now += 5s;
        slow.moved(now, 2500);  // half of what it should be
        ++waits;
    }
    CHECK(waits == 3);
}

TEST_CASE("D7: one byte at the end of each wait does not make the next one longer") {
    os::time_point now{};
    server::pace drip(16 * 1024, 10s);
    CHECK(drip.waits(now) == 10s);
    now += 9s;
    drip.moved(now, 1);
    CHECK(drip.waits(now) < 1001ms);
    now += 2s;
    drip.moved(now, 1);
    CHECK(drip.waits(now) < 1ms);
}

TEST_CASE("bytes that came fast are no credit, waiting for nobody costs nothing, and no rate means any byte will do") {
    os::time_point now{};
    server::pace fast(1000, 10s);
    fast.waits(now);
    fast.moved(now, UINT64_MAX);
    CHECK(fast.waits(now) == 10s);
    now += 1h;  // the handler did something else
    CHECK(fast.waits(now) == 10s);
    server::pace any(0, 10s);
    any.waits(now);
    now += 9s;
    any.moved(now, 1);
    CHECK(any.waits(now) == 10s);
    now += 9s;
    any.moved(now, 0);
    CHECK(any.waits(now) == 1s);
}
