// mutex: one at a time, in order, and never lost, whoever is cancelled or destroyed when.
#include <coracle/async/mutex.hpp>

#include <coracle/async/task.hpp>
#include <coracle/base/random_sequence.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

TEST_CASE("one task at a time is inside, in the order in which they came") {
    hand_loop loop;
    mutex door;
    std::string order;
    auto work = [&](char name) -> task<> {
        auto lock = co_await door.lock();
        order += name;
        co_await hop();
        order += name;
    };
    started<> a(loop, work('a'));
    started<> b(loop, work('b'));
    started<> c(loop, work('c'));
    loop.turn_until_idle();
    CHECK(order == "aabbcc");
    CHECK(!door.locked());
}

TEST_CASE("unlocking hands the mutex to the next, and whoever comes between waits behind it") {
    hand_loop loop;
    mutex door;
    std::string order;
    auto first = door.try_lock();
    REQUIRE(first);
    auto work = [&](char name) -> task<> {
        auto lock = co_await door.lock();
        order += name;
    };
    started<> a(loop, work('a'));
    first.unlock();
    CHECK(!first);
    CHECK(door.locked());     // a has it, though it did not run yet
    CHECK(!door.try_lock());  // no barging
    started<> b(loop, work('b'));
    CHECK(order.empty());
    loop.turn();
    CHECK(order == "a");  // exactly the next was woken
    loop.turn();
    CHECK(order == "ab");
}

TEST_CASE("a guard moves, unlocks early and once, and unlocks what it is assigned over") {
    hand_loop loop;
    mutex one, other;
    auto work = [&]() -> task<> {
        mutex::guard kept;
        CHECK(!kept);
        {
            auto lock = co_await one.lock();
            kept = std::move(lock);
        }
        CHECK(one.locked());
        auto second = co_await other.lock();
        kept = std::move(second);
        CHECK(!one.locked());
        CHECK(other.locked());
        mutex::guard& same = kept;
        kept = std::move(same);
        CHECK(kept);
        kept.unlock();
        kept.unlock();
        CHECK(!other.locked());
    };
    run_through(loop, work());
}

TEST_CASE("an exception that leaves the block unlocks") {
    hand_loop loop;
    mutex door;
    auto work = [&]() -> task<> {
        auto lock = co_await door.lock();
        co_await hop();
        throw std::runtime_error("inside");
    };
    CHECK_THROWS_AS(run_through(loop, work()), std::runtime_error);
    CHECK(!door.locked());
}

TEST_CASE("a waiter that is cancelled leaves the line; one that was handed the mutex keeps it") {
    hand_loop loop;
    mutex door;
    std::string order;
    auto held = door.try_lock();
    auto work = [&](char name) -> task<> {
        try {
            auto lock = co_await door.lock();
            order += name;
            co_await hop();
        } catch (const cancelled&) {
            order += '-';
        }
    };
    started<> a(loop, work('a'));
    started<> b(loop, work('b'));
    started<> c(loop, work('c'));
    a.cancel();
    loop.turn_until_idle();
    CHECK(order == "-");
    held.unlock();
    b.cancel();  // too late for the lock, in time for the next wait
    loop.turn_until_idle();
    CHECK(order == "-b-c");
    CHECK(!door.locked());
}

TEST_CASE("a job that is cancelled already does not get a free mutex") {
    hand_loop loop;
    mutex door;
    auto work = [&]() -> task<> {
        async::this_job().root().cancel();
        auto lock = co_await door.lock();
    };
    started<> one(loop, work());
    CHECK(one.threw_cancelled());
    CHECK(!door.locked());
}

TEST_CASE("a coroutine that is destroyed after it was handed the mutex passes it on") {
    hand_loop loop;
    mutex door;
    int inside = 0;
    auto held = door.try_lock();
    auto work = [&]() -> task<> {
        auto lock = co_await door.lock();
        ++inside;
        co_await hop();
    };
    auto first = std::make_unique<started<>>(loop, work());
    auto waits = std::make_unique<started<>>(loop, work());
    started<> last(loop, work());
    held.unlock();
    waits.reset();  // while it stands in line
    first.reset();  // while it stands in the ready queue, with the mutex
    loop.turn_until_idle();
    CHECK(inside == 1);
    CHECK(last.ended());
    CHECK(!door.locked());
}

TEST_CASE("a coroutine that is destroyed inside lets the next one in") {
    hand_loop loop;
    mutex door;
    hop* held = nullptr;
    int inside = 0;
    auto stays = [&]() -> task<> {
        auto lock = co_await door.lock();
        co_await hop(&held);
    };
    auto work = [&]() -> task<> {
        auto lock = co_await door.lock();
        ++inside;
    };
    auto first = std::make_unique<started<>>(loop, stays());
    started<> second(loop, work());
    first.reset();
    loop.turn_until_idle();
    CHECK(inside == 1);
}

TEST_CASE("a task that locks and unlocks for ever lets the others run, with the mutex and without") {
    hand_loop loop;
    mutex door;
    int rounds = 0, at = 0;
    auto busy = [&]() -> task<> {
        for (; rounds < 10'000; ++rounds) auto lock = co_await door.lock();
    };
    auto other = [&]() -> task<> {
        auto lock = co_await door.lock();
        at = rounds;
    };
    started<> one(loop, busy());
    started<> two(loop, other());
    loop.turn_until_idle();
    CHECK(rounds == 10'000);
    CHECK(at < 1000);
}

// Whatever is cancelled or destroyed when: never two inside, nobody left behind, and free at the end.
TEST_CASE("no lock is lost and none is given twice when tasks are cancelled and destroyed at random") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_sequence random(seed);
        hand_loop loop;
        if (seed % 2 == 1) loop.shuffle_ready(seed);
        mutex door;
        int inside = 0, most = 0;
        auto work = [&](int times) -> task<> {
            struct presence {
                int& count;
                explicit presence(int& n) : count(n) { ++count; }
                ~presence() { --count; }
            };
            for (int i = 0; i < times; ++i) {
                auto lock = co_await door.lock();
                presence here(inside);
                most = std::max(most, inside);
                for (std::uint64_t stay = random.below(3); stay > 0; --stay) co_await hop();
            }
        };
        std::vector<std::unique_ptr<started<>>> all;
        for (int i = 0; i < 8; ++i) all.push_back(std::make_unique<started<>>(loop, work(5)));
        for (int step = 0; step < 30; ++step) {
            if (random.percent(20)) all[random.below(all.size())]->cancel();
            if (random.percent(10)) all[random.below(all.size())] = std::make_unique<started<>>(loop, work(2));
            if (random.percent(70)) loop.turn();
        }
        loop.turn_until_idle();
        for (auto& each : all) REQUIRE(each->ended());
        REQUIRE(most == 1);
        REQUIRE(inside == 0);
        REQUIRE(!door.locked());
    }
}
