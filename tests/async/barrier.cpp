// barrier: all go on when the last has come, round after round, and who is cancelled is not counted.
#include <coracle/async/barrier.hpp>

#include <coracle/async/task.hpp>
#include <coracle/base/random_sequence.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace coracle;

TEST_CASE("nobody goes on before the last has come; each has another index, in the order of coming") {
    hand_loop loop;
    barrier gate(3);
    std::string order;
    auto work = [&](char name) -> task<> {
        for (int round = 0; round < 2; ++round) {
            std::size_t index = co_await gate.wait();
            order += name;
            order += std::to_string(index);
        }
    };
    started<> a(loop, work('a'));
    started<> b(loop, work('b'));
    loop.turn_until_idle();
    CHECK(order.empty());
    CHECK(gate.waiting() == 2);
    started<> c(loop, work('c'));  // goes on at once, and begins the next round
    CHECK(order == "c2");
    loop.turn_until_idle();
    CHECK(order == "c2a0b1b2c0a1");
    CHECK(c.ended());
    CHECK(gate.waiting() == 0);
    CHECK(gate.parties() == 3);
}

TEST_CASE("who is cancelled or destroyed leaves as if it had never come") {
    hand_loop loop;
    barrier gate(2);
    auto work = [&]() -> task<std::size_t> { co_return co_await gate.wait(); };
    started<std::size_t> leaves(loop, work());
    leaves.cancel();
    CHECK(gate.waiting() == 0);
    auto gone = std::make_unique<started<std::size_t>>(loop, work());
    gone.reset();
    CHECK(gate.waiting() == 0);
    started<std::size_t> first(loop, work());
    loop.turn_until_idle();
    CHECK(leaves.threw_cancelled());
    CHECK(!first.ended());
    CHECK(!gate.broken());
    started<std::size_t> second(loop, work());
    first.cancel();  // too late
    loop.turn_until_idle();
    CHECK(first.result() == 0);
    CHECK(second.result() == 1);
}

TEST_CASE("reset sends away those who wait and begins anew; abort sends away those to come, too") {
    hand_loop loop;
    barrier gate(2);
    auto work = [&]() -> task<std::size_t> { co_return co_await gate.wait(); };
    started<std::size_t> one(loop, work());
    gate.reset();
    CHECK(gate.waiting() == 0);
    loop.turn_until_idle();
    CHECK_THROWS_AS((void)one.result(), broken_barrier);
    CHECK(!gate.broken());
    started<std::size_t> two(loop, work());
    gate.abort();
    CHECK(gate.broken());
    started<std::size_t> three(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_AS((void)two.result(), broken_barrier);
    CHECK_THROWS_AS((void)three.result(), broken_barrier);
    gate.reset();
    started<std::size_t> four(loop, work());
    started<std::size_t> five(loop, work());
    loop.turn_until_idle();
    CHECK(four.result() + five.result() == 1);
}

TEST_CASE("a barrier for one never waits, and one for nobody is refused") {
    hand_loop loop;
    barrier gate(1);
    auto work = [&]() -> task<std::size_t> { co_return co_await gate.wait(); };
    CHECK(run_through(loop, work()) == 0);
    CHECK_THROWS_AS(barrier(0), std::logic_error);
}

TEST_CASE("every round lets exactly its parties through when tasks are cancelled and destroyed at random") {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        random_sequence random(seed);
        hand_loop loop;
        barrier gate(3);
        std::size_t through[3] = {0, 0, 0};
        auto work = [&]() -> task<> {
            for (;;) {
                std::size_t index = co_await gate.wait();
                ++through[index];
            }
        };
        std::vector<std::unique_ptr<started<>>> all;
        for (int i = 0; i < 7; ++i) all.push_back(std::make_unique<started<>>(loop, work()));
        for (int step = 0; step < 40; ++step) {
            auto& any = all[random.below(all.size())];
            if (random.percent(30)) any->cancel();
            loop.turn();
            if (random.percent(30) && any->ended()) any = std::make_unique<started<>>(loop, work());
        }
        for (auto& each : all) each->cancel();
        loop.turn_until_idle();
        for (auto& each : all) REQUIRE(each->threw_cancelled());
        REQUIRE(gate.waiting() == 0);
        REQUIRE(through[0] == through[1]);
        REQUIRE(through[1] == through[2]);
        REQUIRE(through[0] > 0);
    }
}
