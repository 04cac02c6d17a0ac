// condition: the mutex is held before and after, whoever is cancelled when, and no notification is lost.
#include <coracle/async/condition.hpp>

#include <coracle/async/task.hpp>
#include <coracle/base/random_sequence.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace coracle;

TEST_CASE("a waiter lets go of the mutex while it waits, and holds it when it goes on") {
    hand_loop loop;
    mutex door;
    condition news;
    std::string order;
    auto waits = [&](char name) -> task<> {
        auto lock = co_await door.lock();
        co_await news.wait(lock);
        CHECK(lock);
        CHECK(door.locked());
        order += name;
        co_await hop();
        order += name;
    };
    started<> a(loop, waits('a'));
    started<> b(loop, waits('b'));
    started<> c(loop, waits('c'));
    CHECK(!door.locked());
    news.notify_one();
    loop.turn_until_idle();
    CHECK(order == "aa");
    {
        auto held = door.try_lock();
        news.notify_all();
        loop.turn_until_idle();
        CHECK(order == "aa");  // the mutex comes first
    }
    loop.turn_until_idle();
    CHECK(order == "aabbcc");
    CHECK(!door.locked());
    news.notify_all();  // nobody hears it, and it is not kept
    started<> d(loop, waits('d'));
    loop.turn_until_idle();
    CHECK(!d.ended());
    news.notify(5);
    loop.turn_until_idle();
    CHECK(d.ended());
}

TEST_CASE("with a predicate it waits until it is so, and not at all when it is") {
    hand_loop loop;
    mutex door;
    condition news;
    int ready = 0, asked = 0;
    auto waits = [&]() -> task<> {
        auto lock = co_await door.lock();
        co_await news.wait(lock, [&] { return ++asked, ready == 2; });
        CHECK(lock);
    };
    started<> one(loop, waits());
    news.notify_all();
    loop.turn_until_idle();
    CHECK(!one.ended());
    ready = 2;
    news.notify_all();
    loop.turn_until_idle();
    CHECK(one.ended());
    CHECK(asked == 3);
    run_through(loop, waits());
    CHECK(asked == 4);
}

TEST_CASE("a predicate that throws is thrown with the mutex held") {
    hand_loop loop;
    mutex door;
    condition news;
    auto waits = [&]() -> task<> {
        auto lock = co_await door.lock();
        bool threw = false;
        try {
            co_await news.wait(lock, []() -> bool { throw std::runtime_error("asked"); });
        } catch (const std::runtime_error&) {
            threw = true;
        }
        CHECK(threw);
        CHECK(lock);
    };
    run_through(loop, waits());
}

TEST_CASE("a cancelled waiter has the mutex before it hears of it, however long that takes") {
    hand_loop loop;
    mutex door;
    condition news;
    bool held_at_the_end = false;
    auto waits = [&]() -> task<> {
        auto lock = co_await door.lock();
        try {
            co_await news.wait(lock);
        } catch (const cancelled&) {
            held_at_the_end = static_cast<bool>(lock);
            throw;
        }
    };
    started<> one(loop, waits());
    auto held = door.try_lock();
    one.cancel();
    one.cancel();
    loop.turn_until_idle();
    CHECK(!one.ended());
    held.unlock();
    loop.turn_until_idle();
    REQUIRE(one.ended());
    CHECK(one.threw_cancelled());
    CHECK(held_at_the_end);
    CHECK(!door.locked());
    news.notify_one();  // it has left
}

TEST_CASE("who was notified before it was cancelled has been notified, and hears of the rest later") {
    hand_loop loop;
    mutex door;
    condition news;
    bool told = false;
    auto waits = [&]() -> task<> {
        auto lock = co_await door.lock();
        co_await news.wait(lock);
        told = true;
        co_await hop();
    };
    started<> one(loop, waits());
    auto held = door.try_lock();
    news.notify_one();
    one.cancel();
    held.unlock();
    loop.turn_until_idle();
    CHECK(told);
    CHECK(one.threw_cancelled());
    CHECK(!door.locked());
}

TEST_CASE("who is cancelled before it waits keeps the mutex all the time") {
    hand_loop loop;
    mutex door;
    condition news;
    auto waits = [&]() -> task<> {
        auto lock = co_await door.lock();
        async::this_job().root().cancel();
        try {
            co_await news.wait(lock);
        } catch (const cancelled&) {
            CHECK(lock);
            throw;
        }
    };
    started<> one(loop, waits());
    CHECK(one.threw_cancelled());
}

TEST_CASE("a waiter that is destroyed passes on the news and the mutex that it was given") {
    hand_loop loop;
    mutex door;
    condition news;
    auto waits = [&]() -> task<> {
        auto lock = co_await door.lock();
        co_await news.wait(lock);
    };
    auto gone = std::make_unique<started<>>(loop, waits());
    auto first = std::make_unique<started<>>(loop, waits());
    started<> second(loop, waits());
    gone.reset();  // in the condition's line
    news.notify_one();
    CHECK(door.locked());
    first.reset();  // notified, with the mutex in hand
    loop.turn_until_idle();
    CHECK(second.ended());
    CHECK(!door.locked());
}

TEST_CASE("a lock that holds nothing is refused with advice") {
    hand_loop loop;
    mutex door;
    condition news;
    auto waits = [&]() -> task<> {
        auto lock = co_await door.lock();
        lock.unlock();
        co_await news.wait(lock);
    };
    CHECK_THROWS_AS(run_through(loop, waits()), std::logic_error);
}

// A queue of tokens: each that is put is announced once, and taken once, though waiters are cancelled and destroyed.
TEST_CASE("no notification is lost when waiters are cancelled and destroyed at random") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_sequence random(seed);
        hand_loop loop;
        if (seed % 2 == 1) loop.shuffle_ready(seed);
        mutex door;
        condition news;
        int tokens = 0, put = 0, taken = 0;
        auto takes = [&]() -> task<> {
            auto lock = co_await door.lock();
            co_await news.wait(lock, [&] { return tokens > 0; });
            REQUIRE(lock);
            --tokens;
            ++taken;
            for (std::uint64_t stay = random.below(3); stay > 0; --stay) co_await hop();
        };
        auto puts = [&]() -> task<> {
            auto lock = co_await door.lock();
            ++tokens;
            ++put;
            news.notify_one();
        };
        std::vector<std::unique_ptr<started<>>> all;
        for (int i = 0; i < 8; ++i) all.push_back(std::make_unique<started<>>(loop, takes()));
        std::vector<std::unique_ptr<started<>>> putting;
        for (int step = 0; step < 40; ++step) {
            if (random.percent(40)) putting.push_back(std::make_unique<started<>>(loop, puts()));
            if (random.percent(15)) all[random.below(all.size())]->cancel();
            if (random.percent(15)) all[random.below(all.size())] = std::make_unique<started<>>(loop, takes());
            if (random.percent(60)) loop.turn();
        }
        loop.turn_until_idle();
        // Tokens may be left only when nobody waits for them.
        int waiting = 0;
        for (auto& each : all) waiting += each->ended() ? 0 : 1;
        REQUIRE((tokens == 0 || waiting == 0));
        REQUIRE(put == taken + tokens);
        REQUIRE(!door.locked());
        for (auto& each : all) each->cancel();
        loop.turn_until_idle();
        for (auto& each : all) REQUIRE(each->ended());
        REQUIRE(!door.locked());
    }
}
