// sleep, by a clock that jumps: order, exactness, fairness and cancellation.
#include <coracle/loop/sleep.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("sleep takes the time it says, and nobody else's") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        co_await sleep(2s);
        CHECK(world.elapsed() == 2s);
        co_await sleep(1ns);
        CHECK(world.elapsed() == 2s + 1ns);
        co_await sleep_until(world.reactor().now() + 1h);
        CHECK(world.elapsed() == 1h + 2s + 1ns);
    };
    world.run(work());
}

TEST_CASE(
    "T02: of A(300 ms), B(100 ms) and C(200 ms) started together B ends first, then C, then A; gather keeps A, B, C") {
    virtual_loop world;
    std::string ended;
    auto takes = [&](char name, std::chrono::milliseconds time) -> task<char> {
        co_await sleep(time);
        ended += name;
        CHECK(world.elapsed() == time);
        co_return name;
    };
    auto work = [&]() -> task<std::string> {
        auto [a, b, c] = co_await gather(takes('A', 300ms), takes('B', 100ms), takes('C', 200ms));
        std::string all;
        all += a;
        all += b;
        all += c;
        co_return all;
    };
    CHECK(world.run(work()) == "ABC");
    CHECK(ended == "BCA");
    CHECK(world.elapsed() == 300ms);
}

TEST_CASE("those who wake at the same time go on in the order in which they fell asleep") {
    virtual_loop world;
    std::string ended;
    auto takes = [&](char name, std::chrono::milliseconds first, std::chrono::milliseconds then) -> task<> {
        co_await sleep(first);
        co_await sleep(then);
        ended += name;
    };
    auto work = [&]() -> task<> {
        co_await gather(takes('d', 20ms, 10ms), takes('b', 10ms, 20ms), takes('c', 10ms, 20ms), takes('e', 29ms, 1ms));
    };
    world.run(work());
    CHECK(ended == "bcde");
    CHECK(world.elapsed() == 30ms);
}

TEST_CASE("sleeping for no time, or until the past, lets the others have a turn and no time pass") {
    virtual_loop world;
    std::string order;
    auto yields = [&](char name) -> task<> {
        for (int i = 0; i < 3; ++i) {
            order += name;
            if (i == 0) co_await sleep(0s);
            if (i == 1) co_await sleep(-5s);
            if (i == 2) co_await sleep_until(world.reactor().now() - 1h);
        }
    };
    auto work = [&]() -> task<> { co_await gather(yields('a'), yields('b'), yields('c')); };
    world.run(work());
    CHECK(order == "abcabcabc");
    CHECK(world.elapsed() == 0s);
}

TEST_CASE("a job that only yields does not keep a sleeper from waking") {
    virtual_loop world;
    bool woke = false;
    int yields = 0;
    auto sleeper = [&]() -> task<> {
        co_await sleep(10ms);
        woke = true;
    };
    auto busy = [&]() -> task<> {
        while (!woke) {
            ++yields;
            REQUIRE(yields < 1000);
            world.skip(1ms);  // it computes
            co_await sleep(0s);
        }
    };
    auto work = [&]() -> task<> { co_await gather(sleeper(), busy()); };
    world.run(work());
    CHECK(yields <= 30);
}

TEST_CASE("for ever is a time too: it neither overflows nor ends, and can be cancelled") {
    virtual_loop world;
    bool heard = false;
    auto for_ever = [&](std::chrono::nanoseconds time) -> task<> {
        try {
            co_await sleep(time);
        } catch (const cancelled&) {
            heard = world.elapsed() == 1s;
            throw;
        }
    };
    auto fails = []() -> task<> {
        co_await sleep(1s);
        throw std::runtime_error("enough");
    };
    auto work = [&]() -> task<> {
        co_await gather(for_ever(std::chrono::nanoseconds::max()), for_ever(std::chrono::hours(2'000'000)), fails());
    };
    CHECK_THROWS_WITH_AS(world.run(work()), "enough", std::runtime_error);
    CHECK(heard);
}

TEST_CASE("a cancelled sleeper wakes at once and leaves no timer") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        async::cancel_scope part(async::this_job());
        auto waits = [&]() -> task<> {
            bool heard = false;
            try {
                co_await sleep(1h);
            } catch (const cancelled&) {
                heard = true;
            }
            CHECK(heard);
            CHECK(world.elapsed() == 1s);
        };
        auto cancels = [&]() -> task<> {
            co_await sleep(1s);
            part.cancel();
        };
        co_await gather(waits(), cancels());
        CHECK(world.reactor().timers().size() == 0);
    };
    world.run(work());
}

TEST_CASE("a sleep that has ended is not cancelled by what comes in the same turn") {
    virtual_loop world;
    bool slept = false, heard = false;
    event woken;
    auto work = [&]() -> task<> {
        async::cancel_scope part(async::this_job());
        auto cancels = [&]() -> task<> {
            co_await sleep(1s);
            part.cancel();
        };
        auto sleeps = [&]() -> task<> {
            co_await sleep(1s);
            slept = true;
            try {
                co_await sleep(1s);
            } catch (const cancelled&) {
                heard = true;
            }
        };
        co_await gather(cancels(), sleeps());
    };
    world.run(work());
    CHECK(slept);
    CHECK(heard);
    CHECK(world.elapsed() == 1s);
}

TEST_CASE("outside of a loop sleep is an error that says so") {
    CHECK_THROWS_AS(static_cast<void>(sleep(1s)), std::logic_error);
}

TEST_CASE("a sleeper destroyed while it sleeps leaves no timer") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        auto sleeps = []() -> task<> { co_await sleep(1h); };
        {
            async::job apart;
            task<> gone = sleeps();
            async::scheduler::run_as as(world.reactor(), apart);
            gone.start();
            CHECK(world.reactor().timers().size() == 1);
        }
        CHECK(world.reactor().timers().size() == 0);
        co_return;
    };
    world.run(work());
}

TEST_CASE("fractions of a second are durations too, rounded up, and no number of them is an error") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        co_await sleep(0.5s);
        CHECK(world.elapsed() == 500ms);
        co_await sleep(1.5ms);
        CHECK(world.elapsed() == 501500us);
        co_await sleep(std::chrono::duration<double, std::nano>(0.25));
        CHECK(world.elapsed() == 501500us + 1ns);
        co_await sleep(-1.0s);
        co_await sleep(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()));
        CHECK(world.elapsed() == 501500us + 1ns);
    };
    world.run(work());
}
