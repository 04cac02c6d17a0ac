// cancel_scope: a part of a task is interrupted, and the rest is not.
#include <coracle/async/cancel_scope.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("cancel() from another task interrupts the part that it is about, with all below it, and no more") {
    hand_loop loop;
    event never;
    std::string log;
    cancel_scope* open = nullptr;
    auto waits = [&]() -> task<> { co_await never.wait(); };
    auto work = [&]() -> task<> {
        {
            cancel_scope part;
            open = &part;
            try {
                co_await gather(waits(), waits());
            } catch (const cancelled&) {
                CHECK(part.cancelled());
                log += part.swallows() ? "own" : "not own";
            }
            try {
                co_await hop();
            } catch (const cancelled&) {
                log += ", still in it";
            }
            open = nullptr;
        }
        co_await hop();
        log += ", on";
    };
    auto presses = [&]() -> task<> {
        co_await hop();
        open->cancel();
        open->cancel();
    };
    auto both = [&]() -> task<> { co_await gather(work(), presses()); };
    run_through(loop, both());
    CHECK(log == "own, still in it, on");
}

TEST_CASE("of nested scopes the outer one cancels both, and only the outer one swallows it") {
    hand_loop loop;
    event never;
    std::string log;
    auto work = [&]() -> task<> {
        cancel_scope outer;
        try {
            cancel_scope inner;
            outer.cancel();
            inner.cancel();
            try {
                co_await never.wait();
            } catch (const cancelled&) {
                if (inner.swallows()) log += "inner";
                throw;
            }
        } catch (const cancelled&) {
            if (outer.swallows()) log += "outer";
        }
    };
    run_through(loop, work());
    CHECK(log == "outer");
}

TEST_CASE("a cancellation from above is not swallowed") {
    hand_loop loop;
    event never;
    bool swallowed = true;
    auto work = [&]() -> task<> {
        cancel_scope part;
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            swallowed = part.swallows();
            if (!swallowed) throw;
        }
    };
    started<> all(loop, work());
    all.cancel();
    loop.turn_until_idle();
    CHECK(!swallowed);
    CHECK(all.threw_cancelled());
}

TEST_CASE("a scope that nobody cancels changes nothing, and one that is cancelled late is not heard") {
    hand_loop loop;
    auto work = [&]() -> task<int> {
        cancel_scope part;
        co_await hop();
        CHECK(!part.cancelled());
        part.cancel();
        CHECK(part.cancelled());
        co_return 3;
    };
    CHECK(run_through(loop, work()) == 3);
}

TEST_CASE("outside of a task a cancel_scope is an error that says so") {
    CHECK_THROWS_AS(cancel_scope(), std::logic_error);
    hand_loop loop;
    CHECK_THROWS_AS(cancel_scope(), std::logic_error);
}
