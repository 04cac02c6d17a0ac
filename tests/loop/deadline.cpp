// deadline: moved later for free, earlier at a price, and never missed or met early.
#include <coracle/loop/deadline.hpp>

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <random>

using namespace coracle;

TEST_CASE("a deadline is met once, at its time") {
    virtual_loop world;
    int missed = 0;
    auto work = [&]() -> task<> {
        loop::deadline limit(world.reactor(), [&] { ++missed; });
        CHECK(!limit.is_set());
        limit.set(10ms);
        CHECK(limit.is_set());
        co_await sleep(9ms);
        CHECK(missed == 0);
        co_await sleep(1ms);
        co_await sleep(0s);
        CHECK(missed == 1);
        CHECK(!limit.is_set());
        co_await sleep(1s);
        CHECK(missed == 1);
        limit.set(5ms);
        co_await sleep(6ms);
        CHECK(missed == 2);
    };
    world.run(work());
}

TEST_CASE("moving a deadline later does not touch the timers; the one that fires too early goes on") {
    virtual_loop world;
    std::optional<std::chrono::nanoseconds> at;
    auto work = [&]() -> task<> {
        loop::deadline limit(world.reactor(), [&] { at = world.elapsed(); });
        limit.set(30ms);
        os::time_point armed = *world.reactor().timers().next();
        for (int i = 0; i < 20; ++i) {
            co_await sleep(1ms);
            limit.set(30ms);
            CHECK(world.reactor().timers().next() == armed);
        }
        CHECK(world.reactor().timers().size() == 1);
        co_await sleep(100ms);
    };
    world.run(work());
    CHECK(at == 50ms);
}

TEST_CASE("moving a deadline earlier takes effect") {
    virtual_loop world;
    std::optional<std::chrono::nanoseconds> at;
    auto work = [&]() -> task<> {
        loop::deadline limit(world.reactor(), [&] { at = world.elapsed(); });
        limit.set(1h);
        limit.set(5ms);
        co_await sleep(2h);
    };
    world.run(work());
    CHECK(at == 5ms);
}

TEST_CASE("a cleared deadline is not met; set anew it is") {
    virtual_loop world;
    std::optional<std::chrono::nanoseconds> at;
    auto work = [&]() -> task<> {
        loop::deadline limit(world.reactor(), [&] { at = world.elapsed(); });
        limit.clear();
        limit.set(5ms);
        limit.clear();
        CHECK(!limit.is_set());
        co_await sleep(20ms);
        CHECK(!at);
        limit.set(5ms);
        limit.clear();
        limit.set(3ms);  // earlier than what is still armed
        co_await sleep(20ms);
    };
    world.run(work());
    CHECK(at == 23ms);
}

TEST_CASE("a deadline that is destroyed is not met") {
    virtual_loop world;
    int missed = 0;
    auto work = [&]() -> task<> {
        {
            loop::deadline limit(world.reactor(), [&] { ++missed; });
            limit.set(1ms);
        }
        CHECK(world.reactor().timers().size() == 0);
        co_await sleep(10ms);
    };
    world.run(work());
    CHECK(missed == 0);
}

TEST_CASE("a deadline for ever does not overflow into the past") {
    virtual_loop world;
    int missed = 0;
    auto work = [&]() -> task<> {
        loop::deadline limit(world.reactor(), [&] { ++missed; });
        limit.set(std::chrono::nanoseconds::max());
        co_await sleep(1h);
    };
    world.run(work());
    CHECK(missed == 0);
}

TEST_CASE("who misses a deadline may set it again, and may cancel a job") {
    virtual_loop world;
    int missed = 0;
    bool heard = false;
    auto work = [&]() -> task<> {
        async::cancel_scope part(async::this_job());
        std::optional<loop::deadline<std::function<void()>>> limit;
        limit.emplace(world.reactor(), [&] {
            if (++missed < 3)
                limit->set(10ms);
            else
                part.cancel();
        });
        limit->set(10ms);
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            heard = part.swallows();
        }
        CHECK(world.elapsed() == 30ms);
    };
    world.run(work());
    CHECK(missed == 3);
    CHECK(heard);
}

TEST_CASE("random setting, moving and clearing: met at the last time set, never early, never twice") {
    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
        virtual_loop world;
        int missed = 0, expected = 0;
        std::optional<std::chrono::nanoseconds> due;
        auto work = [&]() -> task<> {
            loop::deadline limit(world.reactor(), [&] {
                ++missed;
                CHECK(due.has_value());
                if (due) CHECK(world.elapsed() == *due);
                due.reset();
            });
            for (int step = 0; step < 200; ++step) {
                if (random() % 4 == 0) {
                    limit.clear();
                    due.reset();
                } else {
                    auto after = std::chrono::milliseconds(1 + random() % 20);
                    limit.set(after);
                    due = world.elapsed() + after;
                }
                auto before = due;
                co_await sleep(std::chrono::milliseconds(1 + random() % 10));
                co_await sleep(0s);
                if (before && *before <= world.elapsed()) ++expected;
            }
        };
        world.run(work());
        CHECK(missed == expected);
        CHECK(missed > 0);
    }
}
