// shield: what must not be interrupted is not, and what is around it hears afterwards.
#include <coracle/async/shield.hpp>

#include <coracle/async/cancel_scope.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("a shielded task ends in spite of a cancellation, its value is given, and the next wait is refused") {
    hand_loop loop;
    event go;
    bool told = false;
    int value = 0;
    auto writes = [&]() -> task<int> {
        co_await go.wait();
        co_await hop();
        co_return 4;
    };
    auto work = [&]() -> task<> {
        value = co_await shield(writes());
        try {
            co_await hop();
        } catch (const cancelled&) {
            told = true;
            throw;
        }
    };
    started<> all(loop, work());
    all.cancel();
    loop.turn_until_idle();
    CHECK(!all.ended());
    go.set();
    loop.turn_until_idle();
    CHECK(value == 4);
    CHECK(told);
    CHECK(all.threw_cancelled());
}

TEST_CASE("a shield in a job that was cancelled already runs all the same, with all that is below it") {
    hand_loop loop;
    int done = 0;
    auto step = [&]() -> task<> {
        co_await hop();
        ++done;
    };
    auto clean_up = [&]() -> task<> { co_await gather(step(), step()); };
    auto work = [&]() -> task<> {
        async::this_job().root().cancel();
        co_await shield(clean_up());
    };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK(done == 2);
    CHECK(!all.threw_cancelled());
}

TEST_CASE("a scope within a shield still cancels, a shield within a scope does not hear of it") {
    hand_loop loop;
    event never;
    std::string log;
    auto within = [&]() -> task<> {
        cancel_scope part;
        part.cancel();
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            log += part.swallows() ? "own " : "not own ";
        }
    };
    auto hops = [&]() -> task<> {
        co_await hop();
        log += "through";
    };
    auto work = [&]() -> task<> {
        co_await shield(within());
        cancel_scope part;
        part.cancel();
        co_await shield(hops());
    };
    run_through(loop, work());
    CHECK(log == "own through");
}

TEST_CASE("references, what only moves, and exceptions come through a shield") {
    hand_loop loop;
    int target = 0;
    auto reference = [&]() -> task<int&> { co_return target; };
    auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
    auto fails = []() -> task<> {
        co_await hop();
        throw std::runtime_error("broken");
    };
    auto work = [&]() -> task<> {
        int& alias = co_await shield(reference());
        CHECK(&alias == &target);
        auto owned = co_await shield(owner());
        CHECK(*owned == 3);
        co_await shield(fails());
    };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "broken", std::runtime_error);
}

TEST_CASE("a shielded task that is destroyed where it waits goes like any other") {
    hand_loop loop;
    event never;
    auto inner = [&]() -> task<> {
        cancel_scope part;
        co_await never.wait();
    };
    auto work = [&]() -> task<> { co_await shield(inner()); };
    {
        started<> gone(loop, work());
        gone.cancel();
        loop.turn_until_idle();
        CHECK(!gone.ended());
    }
    CHECK(loop.idle());
}
