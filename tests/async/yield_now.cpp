// yield_now: one turn for each of the others, and no more.
#include <coracle/async/yield_now.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace coracle;

TEST_CASE("who yields goes on when each of the others has had one turn") {
    hand_loop loop;
    std::string order;
    auto polite = [&](char name) -> task<> {
        for (int i = 0; i < 3; ++i) {
            order += name;
            co_await yield_now();
        }
    };
    auto work = [&]() -> task<> { co_await gather(polite('a'), polite('b'), polite('c')); };
    run_through(loop, work());
    CHECK(order == "abcabcabc");
}

TEST_CASE("yielding alone costs one round of the loop each time") {
    hand_loop loop;
    int done = 0;
    auto work = [&]() -> task<> {
        for (;;) {
            co_await yield_now();
            ++done;
        }
    };
    started<> all(loop, work());
    CHECK(done == 0);
    for (int round = 1; round <= 5; ++round) {
        loop.turn();
        CHECK(done == round);
    }
}

TEST_CASE("a job that was cancelled does not yield but hears of it") {
    hand_loop loop;
    bool first = false, second = false;
    auto work = [&]() -> task<> {
        async::this_job().root().cancel();
        try {
            co_await yield_now();
        } catch (const cancelled&) {
            first = true;
        }
        try {
            co_await yield_now();
        } catch (const cancelled&) {
            second = true;
            throw;
        }
    };
    started<> all(loop, work());
    CHECK(first);
    CHECK(second);
    CHECK(all.threw_cancelled());
}

TEST_CASE("a cancellation that comes after the turn was asked for is told at the next wait") {
    hand_loop loop;
    bool yielded = false;
    auto work = [&]() -> task<> {
        co_await yield_now();
        yielded = true;
        co_await yield_now();
    };
    started<> all(loop, work());
    all.cancel();
    loop.turn_until_idle();
    CHECK(yielded);
    CHECK(all.threw_cancelled());
}

TEST_CASE("a coroutine that is destroyed before its turn comes leaves the queue") {
    hand_loop loop;
    bool went_on = false;
    auto work = [&]() -> task<> {
        co_await yield_now();
        went_on = true;
    };
    auto gone = std::make_unique<started<>>(loop, work());
    CHECK(!loop.idle());
    gone.reset();
    CHECK(loop.idle());
    loop.turn();
    CHECK(!went_on);
}
