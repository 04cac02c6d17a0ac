// semaphore: so many at a time, in order, large requests too, and no permit lost or doubled.
#include <coracle/async/semaphore.hpp>

#include <coracle/async/task.hpp>
#include <coracle/base/random_sequence.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

TEST_CASE("at most so many tasks are inside as there are permits") {
    hand_loop loop;
    semaphore seats(3);
    int inside = 0, most = 0;
    auto work = [&]() -> task<> {
        auto permit = co_await seats.acquire();
        most = std::max(most, ++inside);
        co_await hop();
        --inside;
    };
    std::vector<std::unique_ptr<started<>>> all;
    for (int i = 0; i < 10; ++i) all.push_back(std::make_unique<started<>>(loop, work()));
    loop.turn_until_idle();
    CHECK(most == 3);
    CHECK(inside == 0);
    CHECK(seats.available() == 3);
}

TEST_CASE("who asks for many is not overtaken by those who ask for few") {
    hand_loop loop;
    semaphore seats(3);
    std::string order;
    auto work = [&](char name, std::size_t count) -> task<> {
        auto permit = co_await seats.acquire(count);
        order += name;
        co_await hop();
    };
    auto one = seats.try_acquire();
    started<> many(loop, work('m', 3));
    started<> few(loop, work('f', 1));
    CHECK(!seats.try_acquire());  // nor by those who only try
    loop.turn_until_idle();
    CHECK(order.empty());
    one.release();
    loop.turn_until_idle();
    CHECK(order == "mf");
}

TEST_CASE("when the first in line leaves, those behind it who can go do: cancelled or destroyed") {
    for (bool destroyed : {false, true}) {
        hand_loop loop;
        semaphore seats(2);
        auto one = seats.try_acquire();
        int inside = 0;
        auto work = [&](std::size_t count) -> task<> {
            auto permit = co_await seats.acquire(count);
            ++inside;
        };
        auto many = std::make_unique<started<>>(loop, work(2));
        started<> few(loop, work(1));
        if (destroyed)
            many.reset();
        else
            many->cancel();
        loop.turn_until_idle();
        CHECK(inside == 1);
        CHECK(few.ended());
        CHECK(seats.available() == 1);
    }
}

TEST_CASE("permits that were given to a coroutine that is destroyed before it runs go to the next") {
    hand_loop loop;
    semaphore seats(1);
    auto held = seats.try_acquire();
    auto work = [&]() -> task<> { auto permit = co_await seats.acquire(); };
    auto first = std::make_unique<started<>>(loop, work());
    started<> second(loop, work());
    held.release();
    first.reset();
    loop.turn_until_idle();
    CHECK(second.ended());
    CHECK(seats.available() == 1);
}

TEST_CASE("a cancellation that comes after the permits is too late for them") {
    hand_loop loop;
    semaphore seats(0);
    bool got = false;
    auto work = [&]() -> task<> {
        auto permit = co_await seats.acquire();
        got = true;
        co_await hop();
    };
    started<> one(loop, work());
    seats.release();
    one.cancel();
    loop.turn_until_idle();
    CHECK(got);
    CHECK(one.threw_cancelled());
    CHECK(seats.available() == 1);
    started<> refused(loop, work());
    refused.cancel();
    loop.turn_until_idle();
    CHECK(seats.available() == 1);
}

TEST_CASE("a limit: more than it cannot be released, nor asked for, and the sentence says so") {
    semaphore seats(2, 2);
    CHECK_THROWS_AS(seats.release(), std::logic_error);
    auto one = seats.try_acquire();
    one.keep();
    CHECK(!one);
    CHECK(one.count() == 0);
    CHECK(seats.available() == 1);
    CHECK_THROWS_AS(seats.release(2), std::logic_error);
    CHECK(seats.available() == 1);
    seats.release();
    CHECK(seats.available() == 2);
    CHECK_THROWS_AS((void)seats.acquire(3), std::logic_error);
    CHECK_THROWS_AS((void)seats.try_acquire(3), std::logic_error);
    CHECK_THROWS_AS(semaphore(3, 2), std::logic_error);
    semaphore open(1);
    open.release(5);
    CHECK(open.available() == 6);
    CHECK_THROWS_AS(open.release(static_cast<std::size_t>(-1)), std::logic_error);
}

TEST_CASE("a permit moves, and gives back what it is assigned over") {
    semaphore seats(5);
    auto two = seats.try_acquire(2);
    auto three = seats.try_acquire(3);
    CHECK(two.count() == 2);
    CHECK(seats.available() == 0);
    two = std::move(three);
    CHECK(seats.available() == 2);
    CHECK(two.count() == 3);
    CHECK(!three);
    two.release();
    two.release();
    CHECK(seats.available() == 5);
}

TEST_CASE("an exception that leaves the block gives the permit back") {
    hand_loop loop;
    semaphore seats(1);
    auto work = [&]() -> task<> {
        auto permit = co_await seats.acquire();
        throw std::runtime_error("inside");
    };
    CHECK_THROWS_AS(run_through(loop, work()), std::runtime_error);
    CHECK(seats.available() == 1);
}

TEST_CASE("no permit is lost or doubled when tasks are cancelled and destroyed at random") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_sequence random(seed);
        hand_loop loop;
        if (seed % 2 == 1) loop.shuffle_ready(seed);
        semaphore seats(4, 4);
        std::size_t inside = 0, most = 0;
        auto work = [&]() -> task<> {
            struct presence {
                std::size_t& total;
                std::size_t count;
                presence(std::size_t& n, std::size_t c) : total(n), count(c) { total += count; }
                ~presence() { total -= count; }
            };
            for (int i = 0; i < 4; ++i) {
                std::size_t count = random.below(5);
                auto permit = co_await seats.acquire(count);
                presence here(inside, count);
                most = std::max(most, inside);
                for (std::uint64_t stay = random.below(3); stay > 0; --stay) co_await hop();
            }
        };
        std::vector<std::unique_ptr<started<>>> all;
        for (int i = 0; i < 8; ++i) all.push_back(std::make_unique<started<>>(loop, work()));
        for (int step = 0; step < 30; ++step) {
            if (random.percent(20)) all[random.below(all.size())]->cancel();
            if (random.percent(10)) all[random.below(all.size())] = std::make_unique<started<>>(loop, work());
            if (random.percent(70)) loop.turn();
        }
        loop.turn_until_idle();
        for (auto& each : all) REQUIRE(each->ended());
        REQUIRE(most <= 4);
        REQUIRE(inside == 0);
        REQUIRE(seats.available() == 4);
    }
}
