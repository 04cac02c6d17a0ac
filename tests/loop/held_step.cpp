// held_step: what counts as one step of a loop, and when it is told that it lasts too long.
#include <coracle/loop/held_step.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <source_location>
#include <stdexcept>
#include <string>

using namespace coracle;
using loop::held_step;

TEST_CASE("a step is told when it has lasted for the limit, and again when it has lasted ten times as long") {
    virtual_loop world;
    held_step step(world.reactor(), 100ms);
    auto work = [&]() -> task<> {
        world.reactor().label_running_job("GET /report");
        co_await sleep(1s);
        unsigned line = std::source_location::current().line() - 1;
        auto begin = os::clock::now();
        CHECK(!step.look(begin));
        CHECK(!step.look(begin + 99ms));
        auto found = step.look(begin + 120ms);
        REQUIRE(found);
        CHECK(found->held == 120ms);
        CHECK(std::string(found->where.label) == "GET /report");
        CHECK(found->where.resumed_at.line() == line);
        CHECK(!step.look(begin + 999ms));
        CHECK(step.look(begin + 1s));
        CHECK(!step.look(begin + 9s));
        CHECK(step.look(begin + 500s));
        CHECK(!step.look(begin + 501s));
    };
    world.run(work());
}

TEST_CASE("who waits in between makes a new step, however busy the loop is") {
    virtual_loop world;
    held_step step(world.reactor(), 100ms);
    auto now = os::clock::now();
    auto work = [&]() -> task<> {
        for (int i = 0; i < 100; ++i) {
            CHECK(!step.look(now += 60ms));
            co_await sleep(0s);
        }
    };
    world.run(work());
}

TEST_CASE("a child that begins is a step of its own, under its own name; its parent's comes back with it") {
    virtual_loop world;
    held_step step(world.reactor(), 100ms);
    auto now = os::clock::now();
    auto child = [&]() -> task<> {
        CHECK(!step.look(now += 60ms));
        auto found = step.look(now += 100ms);
        REQUIRE(found);
        CHECK(std::string(found->where.resumed_at.file_name()).ends_with("held_step.cpp"));
        co_return;
    };
    auto work = [&]() -> task<> {
        co_await sleep(1s);
        unsigned line = std::source_location::current().line() - 1;
        CHECK(!step.look(now += 60ms));
        co_await gather(child());
        CHECK(world.reactor().look().resumed_at.line() == line);
    };
    world.run(work());
}

TEST_CASE("a loop that sleeps, has not begun or has ended is held by nobody") {
    virtual_loop world;
    held_step step(world.reactor(), 100ms);
    auto now = os::clock::now();
    for (int i = 0; i < 3; ++i) CHECK(!step.look(now += 10s));
    auto nothing = []() -> task<> { co_return; };
    auto sleeps = []() -> task<> { co_await sleep(1s); };
    world.run(nothing());
    for (int i = 0; i < 3; ++i) CHECK(!step.look(now += 10s));
    world.reactor().post([] { throw std::runtime_error("no"); });
    CHECK_THROWS_AS(world.run(sleeps()), std::runtime_error);
    for (int i = 0; i < 3; ++i) CHECK(!step.look(now += 10s));
}
