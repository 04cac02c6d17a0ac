// gather: order, every shape of result, and what a failure or a cancellation does to the others.
#include <coracle/async/gather.hpp>

#include <coracle/async/event.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace coracle;

namespace {

task<int> number(int value) { co_return value; }
task<int> slow_number(int value, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    co_return value;
}
task<int> fails(std::string why, int turns = 0) {
    for (int i = 0; i < turns; ++i) co_await hop();
    throw std::runtime_error(why);
}
task<> nothing() { co_return; }

/// Waits on `on`; writes '-' and its name when it is cancelled, and takes two turns to leave.
task<> stubborn(event& on, std::string& log, char name) {
    try {
        co_await on.wait();
        log += name;
        co_return;
    } catch (const cancelled&) {
        log += '-';
        log += name;
    }
    throw cancelled{};
}

}  // namespace

TEST_CASE("gather of no task, one task, and up to nine") {
    hand_loop loop;
    auto work = []() -> task<int> {
        [[maybe_unused]] auto none = co_await gather();
        auto [a1] = co_await gather(number(1));
        auto [a2, b2] = co_await gather(number(1), number(2));
        auto [a3, b3, c3] = co_await gather(number(1), number(2), number(3));
        auto [a4, b4, c4, d4] = co_await gather(number(1), number(2), number(3), number(4));
        auto [a5, b5, c5, d5, e5] = co_await gather(number(1), number(2), number(3), number(4), number(5));
        auto [a6, b6, c6, d6, e6, f6] =
            co_await gather(number(1), number(2), number(3), number(4), number(5), number(6));
        auto [a7, b7, c7, d7, e7, f7, g7] =
            co_await gather(number(1), number(2), number(3), number(4), number(5), number(6), number(7));
        auto [a8, b8, c8, d8, e8, f8, g8, h8] =
            co_await gather(number(1), number(2), number(3), number(4), number(5), number(6), number(7), number(8));
        auto [a9, b9, c9, d9, e9, f9, g9, h9, i9] = co_await gather(
            number(1), number(2), number(3), number(4), number(5), number(6), number(7), number(8), number(9));
        co_return a1 + a2 + b2 + a3 + b3 + c3 + a4 + b4 + c4 + d4 + a5 + b5 + c5 + d5 + e5 + a6 + b6 + c6 + d6 + e6 +
            f6 + a7 + b7 + c7 + d7 + e7 + f7 + g7 + a8 + b8 + c8 + d8 + e8 + f8 + g8 + h8 + a9 + b9 + c9 + d9 + e9 +
            f9 + g9 + h9 + i9;
    };
    CHECK(run_through(loop, work()) == 1 + 3 + 6 + 10 + 15 + 21 + 28 + 36 + 45);
}

TEST_CASE("results stand in the order of the tasks, whichever ends first") {
    hand_loop loop;
    std::string ended;
    auto named = [&](char name, int turns) -> task<char> {
        for (int i = 0; i < turns; ++i) co_await hop();
        ended += name;
        co_return name;
    };
    auto work = [&]() -> task<std::string> {
        auto [a, b, c] = co_await gather(named('a', 3), named('b', 1), named('c', 2));
        std::string all;
        all += a;
        all += b;
        all += c;
        co_return all;
    };
    CHECK(run_through(loop, work()) == "abc");
    CHECK(ended == "bca");
}

TEST_CASE("the tasks start in order, each runs until its first wait, and none runs before gather is awaited") {
    hand_loop loop;
    std::string order;
    auto named = [&](char name) -> task<> {
        order += name;
        co_await hop();
        order += static_cast<char>(name - 32);
    };
    auto work = [&]() -> task<> {
        auto all = gather(named('a'), named('b'), named('c'));
        CHECK(order.empty());
        co_await std::move(all);
    };
    run_through(loop, work());
    CHECK(order == "abcABC");
}

TEST_CASE("a gather whose tasks never wait does not wait either") {
    hand_loop loop;
    auto work = []() -> task<int> {
        auto [a, b] = co_await gather(number(1), number(2));
        co_return a + b;
    };
    started<int> all(loop, work());
    CHECK(all.ended());
    CHECK(loop.idle());
}

TEST_CASE("void becomes std::monostate, references stay references, and values that only move are moved") {
    hand_loop loop;
    int target = 1;
    auto reference = [&]() -> task<int&> { co_return target; };
    auto owner = [](int value) -> task<std::unique_ptr<int>> {
        co_await hop();
        co_return std::make_unique<int>(value);
    };
    auto work = [&]() -> task<> {
        auto [none, alias, owned] = co_await gather(nothing(), reference(), owner(3));
        static_assert(std::is_same_v<decltype(none), std::monostate>);
        static_assert(std::is_same_v<decltype(alias), int&>);
        alias = 8;
        CHECK(*owned == 3);
        std::unique_ptr<int> out = std::move(owned);
        CHECK(*out == 3);
        auto result = co_await gather(owner(1), owner(2));
        CHECK(*result.first == 1);
        CHECK(*result.second == 2);
        auto [o1, n2, o3, n4, r5, n6, n7, n8, o9] = co_await gather(
            owner(1), nothing(), owner(3), nothing(), reference(), nothing(), nothing(), nothing(), owner(9));
        CHECK(*o9 == 9);
        static_assert(std::is_same_v<std::remove_cvref_t<decltype(n4)>, std::monostate>);
        CHECK(&r5 == &target);
    };
    run_through(loop, work());
    CHECK(target == 8);
}

TEST_CASE("a vector of tasks gives a vector of values: none, one, many, void, and bool") {
    hand_loop loop;
    auto work = []() -> task<> {
        std::vector<int> none = co_await gather(std::vector<task<int>>());
        CHECK(none.empty());
        std::vector<task<int>> tasks;
        for (int i = 0; i < 100; ++i) tasks.push_back(slow_number(i, 100 - i));
        std::vector<int> values = co_await gather(std::move(tasks));
        REQUIRE(values.size() == 100);
        bool in_order = true;
        for (int i = 0; i < 100; ++i) in_order = in_order && values[static_cast<std::size_t>(i)] == i;
        CHECK(in_order);
        std::vector<task<>> empties;
        empties.push_back(nothing());
        std::vector<std::monostate> marks = co_await gather(std::move(empties));
        CHECK(marks.size() == 1);
        int counters[2] = {};
        auto counter = [&](int i) -> task<int&> { co_return counters[i]; };
        std::vector<task<int&>> references;
        references.push_back(counter(0));
        references.push_back(counter(1));
        for (int& each : co_await gather(std::move(references))) ++each;
        CHECK(counters[1] == 1);
        auto yes = []() -> task<bool> { co_return true; };
        std::vector<task<bool>> flags;
        flags.push_back(yes());
        flags.push_back(yes());
        std::vector<bool> both = co_await gather(std::move(flags));
        CHECK(both == std::vector<bool>{true, true});
    };
    run_through(loop, work());
}

TEST_CASE("the first failure cancels the others, which are waited for, and is thrown") {
    hand_loop loop;
    event never;
    std::string log;
    bool over = false;
    auto lingering = [&]() -> task<> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            log += 'l';
        }
        over = true;
    };
    auto work = [&]() -> task<> {
        std::string heard;
        try {
            co_await gather(stubborn(never, log, 'a'), fails("boom", 2), stubborn(never, log, 'b'), lingering());
        } catch (const std::runtime_error& error) {
            heard = error.what();
        }
        CHECK(over);
        CHECK(heard == "boom");
    };
    run_through(loop, work());
    CHECK(log.size() == 5);
    CHECK(log.find("-a") != std::string::npos);
    CHECK(log.find("-b") != std::string::npos);
}

TEST_CASE("of two failures the first is thrown, also when the second comes out of the clean-up") {
    hand_loop loop;
    event never;
    auto sore_loser = [&]() -> task<> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            throw std::runtime_error("second");
        }
    };
    auto work = [&]() -> task<> { co_await gather(sore_loser(), fails("first", 1)); };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "first", std::runtime_error);
}

TEST_CASE("a failure before the first wait is thrown too, and a later task hears of it at its first wait") {
    hand_loop loop;
    event never;
    std::string log;
    auto work = [&]() -> task<> { co_await gather(fails("at once"), stubborn(never, log, 'b')); };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "at once", std::runtime_error);
    CHECK(log == "-b");
}

TEST_CASE("a failure in a vector cancels the rest of the vector") {
    hand_loop loop;
    event never;
    std::string log;
    auto work = [&]() -> task<> {
        std::vector<task<>> tasks;
        for (char name : {'a', 'b', 'c'}) tasks.push_back(stubborn(never, log, name));
        auto bad = []() -> task<> {
            co_await hop();
            throw std::runtime_error("bad");
        };
        tasks.push_back(bad());
        co_await gather(std::move(tasks));
    };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "bad", std::runtime_error);
    for (const char* each : {"-a", "-b", "-c"}) CHECK(log.find(each) != std::string::npos);
}

TEST_CASE("cancelling the job that gathers cancels the tasks, which are waited for") {
    hand_loop loop;
    event never, slow;
    std::string log;
    bool left = false;
    auto work = [&]() -> task<> {
        try {
            co_await gather(stubborn(never, log, 'a'), stubborn(never, log, 'b'));
        } catch (const cancelled&) {
            left = log.size() == 4;
            throw;
        }
    };
    started<> all(loop, work());
    all.cancel();
    CHECK(log.empty());
    loop.turn_until_idle();
    CHECK(left);
    CHECK(all.threw_cancelled());
}

TEST_CASE("a gather whose tasks all succeed in spite of a cancellation gives their values") {
    hand_loop loop;
    hop *first = nullptr, *second = nullptr;
    auto one = [&](hop*& held, int value) -> task<int> {
        co_await hop(&held);
        co_return value;
    };
    bool heard = false;
    auto work = [&]() -> task<int> {
        auto [a, b] = co_await gather(one(first, 1), one(second, 2));
        try {
            co_await hop();
        } catch (const cancelled&) {
            heard = true;
        }
        co_return a + b;
    };
    started<int> all(loop, work());
    first->let_go();
    second->let_go();
    all.cancel();  // both have happened
    loop.turn_until_idle();
    CHECK(all.result() == 3);
    CHECK(heard);
}

TEST_CASE("gathers nest, and a failure deep inside reaches all the way up and down") {
    hand_loop loop;
    event never;
    std::string log;
    auto inner = [&](bool bad) -> task<int> {
        if (bad)
            co_await gather(stubborn(never, log, 'i'), fails("deep", 3));
        else
            co_await gather(stubborn(never, log, 'j'), stubborn(never, log, 'k'));
        co_return 1;
    };
    auto work = [&]() -> task<> { co_await gather(inner(true), inner(false), stubborn(never, log, 'o')); };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK(all.ended());
    CHECK_THROWS_WITH_AS(all.result(), "deep", std::runtime_error);
    CHECK(log.size() == 8);
}

TEST_CASE("a failed gather can be tried again in the same job") {
    hand_loop loop;
    int tries = 0;
    auto flaky = [&]() -> task<int> {
        co_await hop();
        if (++tries < 3) throw std::runtime_error("again");
        co_return tries;
    };
    auto work = [&]() -> task<int> {
        for (;;) {
            bool failed = false;
            try {
                auto [value, other] = co_await gather(flaky(), slow_number(1, 5));
                co_return value + other;
            } catch (const std::runtime_error&) {
                failed = true;
            }
            CHECK(failed);
        }
    };
    CHECK(run_through(loop, work()) == 4);
}

TEST_CASE("a gather destroyed while its tasks wait destroys them") {
    hand_loop loop;
    event never;
    int alive = 0;
    struct guest {
        int& count;
        explicit guest(int& c) : count(++c) {}
        ~guest() { --count; }
    };
    auto child = [&]() -> task<int> {
        guest here(alive);
        co_await never.wait();
        co_return 1;
    };
    auto work = [&]() -> task<> {
        auto [a, b, c] = co_await gather(child(), child(), child());
        CHECK(a + b + c == 3);
    };
    auto many = [&]() -> task<> {
        std::vector<task<int>> tasks;
        tasks.push_back(child());
        tasks.push_back(child());
        co_await gather(std::move(tasks));
    };
    {
        started<> gone(loop, work());
        started<> also(loop, many());
        CHECK(alive == 5);
    }
    CHECK(alive == 0);
    never.set();
    CHECK(loop.idle());
}
