// event: who is woken, in which order, and who is not.
#include <coracle/async/event.hpp>

#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace coracle;

TEST_CASE("waiters are woken in the order in which they came, from the ready queue") {
    hand_loop loop;
    event flag;
    std::string order;
    auto work = [&](char name) -> task<> {
        co_await flag.wait();
        order += name;
    };
    started<> a(loop, work('a'));
    started<> b(loop, work('b'));
    started<> c(loop, work('c'));
    CHECK(!flag.is_set());
    flag.set();
    CHECK(flag.is_set());
    CHECK(order.empty());
    loop.turn();
    CHECK(order == "abc");
    CHECK(c.ended());
}

TEST_CASE("waiting for a set event does not wait") {
    hand_loop loop;
    event flag;
    flag.set();
    flag.set();
    auto work = [&]() -> task<> { co_await flag.wait(); };
    started<> done(loop, work());
    CHECK(done.ended());
}

TEST_CASE("set and clear at once still wakes those who waited, and nobody else") {
    hand_loop loop;
    event flag;
    int woken = 0;
    auto work = [&]() -> task<> {
        co_await flag.wait();
        ++woken;
    };
    started<> before(loop, work());
    flag.set();
    flag.clear();
    started<> after(loop, work());
    loop.turn_until_idle();
    CHECK(woken == 1);
    CHECK(!after.ended());
    flag.set();
    loop.turn_until_idle();
    CHECK(woken == 2);
}

TEST_CASE("a cancelled waiter leaves, and those before and behind it are woken as ever") {
    hand_loop loop;
    event flag;
    std::string order;
    auto work = [&](char name) -> task<> {
        try {
            co_await flag.wait();
            order += name;
        } catch (const cancelled&) {
            order += '-';
        }
    };
    started<> a(loop, work('a'));
    started<> b(loop, work('b'));
    started<> c(loop, work('c'));
    b.cancel();
    loop.turn_until_idle();
    flag.set();
    loop.turn_until_idle();
    CHECK(order == "-ac");
}

TEST_CASE("a waiter destroyed while it waits leaves the list") {
    hand_loop loop;
    event flag;
    int woken = 0;
    auto work = [&]() -> task<> {
        co_await flag.wait();
        ++woken;
    };
    auto first = std::make_unique<started<>>(loop, work());
    auto second = std::make_unique<started<>>(loop, work());
    started<> third(loop, work());
    second.reset();
    flag.set();
    first.reset();  // while it stands in the ready queue
    loop.turn_until_idle();
    CHECK(woken == 1);
}

TEST_CASE("a waiter may set another event, or wait again, when it is woken") {
    hand_loop loop;
    event ping, pong;
    int rounds = 0;
    auto server = [&]() -> task<> {
        for (int i = 0; i < 1000; ++i) {
            co_await ping.wait();
            ping.clear();
            pong.set();
        }
    };
    auto player = [&]() -> task<> {
        for (int i = 0; i < 1000; ++i) {
            ping.set();
            co_await pong.wait();
            pong.clear();
            ++rounds;
        }
    };
    started<> one(loop, server());
    started<> other(loop, player());
    loop.turn_until_idle();
    CHECK(rounds == 1000);
    CHECK(one.ended());
    CHECK(other.ended());
}
