#include <coracle/async/checkpoint.hpp>
#include <coracle/async/task.hpp>

#include <doctest/doctest.h>

#include <async/hand_loop.hpp>

#include <ostream>

using namespace coracle;

TEST_CASE("a checkpoint goes on at once") {
    hand_loop on;
    bool passed = false;
    auto work = [&]() -> task<> {
        co_await async::checkpoint();
        passed = true;
    };
    started<> job(on, work());
    CHECK(passed);
    CHECK(job.ended());
}

TEST_CASE("a checkpoint in a cancelled job throws") {
    hand_loop on;
    hop* gate = nullptr;
    bool passed = false;
    auto work = [&]() -> task<> {
        try {
            co_await hop(&gate);
        } catch (const cancelled&) {
        }
        co_await async::checkpoint();
        passed = true;
    };
    started<> job(on, work());
    job.cancel();
    on.turn_until_idle();
    CHECK(job.ended());
    CHECK(job.threw_cancelled());
    CHECK_FALSE(passed);
}

TEST_CASE("a job of nothing but checkpoints lets the others have their turn") {
    hand_loop on;
    long passed = 0;
    bool stop = false;
    auto busy = [&]() -> task<> {
        while (!stop) {
            co_await async::checkpoint();
            ++passed;
        }
    };
    auto other = [&]() -> task<> {
        co_await hop();
        stop = true;
    };
    started<> one(on, busy());
    started<> two(on, other());
    CHECK_FALSE(one.ended());
    on.turn_until_idle();
    CHECK(one.ended());
    CHECK(two.ended());
    CHECK(passed < 1000);
}

TEST_CASE("a job that waits for its next turn has passed the checkpoint: cancelling it is for the next one") {
    hand_loop on;
    long passed = 0;
    auto busy = [&]() -> task<> {
        for (;;) {
            co_await async::checkpoint();
            ++passed;
        }
    };
    started<> job(on, busy());
    long before = passed;
    job.cancel();
    on.turn_until_idle();
    CHECK(job.ended());
    CHECK(job.threw_cancelled());
    CHECK(passed == before + 1);
}

TEST_CASE("a coroutine that is destroyed while it waits for its turn is forgotten") {
    hand_loop on;
    auto busy = []() -> task<> {
        for (;;) co_await async::checkpoint();
    };
    {
        started<> job(on, busy());
        CHECK_FALSE(job.ended());
    }
    on.turn_until_idle();
}
