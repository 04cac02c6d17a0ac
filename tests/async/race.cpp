// race, race_ok: who wins, what becomes of the losers, and every type of prize.
#include <coracle/async/race.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/exception_group.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace coracle;

namespace {

task<int> number(int value, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    co_return value;
}
task<std::string> text(std::string value, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    co_return value;
}
task<> pause(int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
}
task<int> fails(std::string why, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    throw std::runtime_error(why);
}
/// Waits for ever; takes two turns to leave when it is cancelled.
task<int> stubborn(event& never, int& left) {
    try {
        co_await never.wait();
    } catch (const cancelled&) {
    }
    async::cancel_scope clean_up(async::this_job(), true);
    co_await hop();
    co_await hop();
    ++left;
    throw cancelled{};
}

}  // namespace

TEST_CASE("the first to end wins, and the others are cancelled and waited for") {
    hand_loop loop;
    event never;
    int left = 0;
    auto work = [&]() -> task<> {
        int value = co_await race(stubborn(never, left), number(7, 2), number(8, 9), stubborn(never, left));
        CHECK(value == 7);
        CHECK(left == 2);
        co_await hop();  // and nothing else was cancelled
    };
    run_through(loop, work());
}

TEST_CASE("a failure wins as well, when it is the first to end") {
    hand_loop loop;
    event never;
    int left = 0;
    auto work = [&]() -> task<int> { co_return co_await race(stubborn(never, left), fails("first", 1), number(1, 2)); };
    started<int> all(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "first", std::runtime_error);
    CHECK(left == 1);
}

TEST_CASE("what the losers give or throw is dropped") {
    hand_loop loop;
    event never;
    auto sore = [&]() -> task<int> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            throw std::runtime_error("sore loser");
        }
        co_return 0;
    };
    auto graceful = [&]() -> task<int> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
        }
        co_return 2;
    };
    auto work = [&]() -> task<int> { co_return co_await race(sore(), graceful(), number(1, 1)); };
    CHECK(run_through(loop, work()) == 1);
}

TEST_CASE("tasks of several types give a variant with a place for each, duplicates too") {
    hand_loop loop;
    int target = 5;
    auto reference = [&](int turns) -> task<int&> {
        co_await pause(turns);
        co_return target;
    };
    auto work = [&]() -> task<> {
        auto first = co_await race(number(1, 3), text("two", 1), number(3, 2));
        static_assert(std::is_same_v<decltype(first), std::variant<int, std::string, int>>);
        CHECK(first.index() == 1);
        CHECK(std::get<1>(first) == "two");
        auto third = co_await race(number(1, 3), text("two", 4), number(3, 2));
        CHECK(third.index() == 2);
        CHECK(std::get<2>(third) == 3);
        auto nothing = co_await race(number(1, 3), pause(1));
        static_assert(std::is_same_v<decltype(nothing), std::variant<int, std::monostate>>);
        CHECK(nothing.index() == 1);
        auto alias = co_await race(text("x", 3), reference(1));
        static_assert(std::is_same_v<decltype(alias), std::variant<std::string, std::reference_wrapper<int>>>);
        CHECK(&std::get<1>(alias).get() == &target);
    };
    run_through(loop, work());
}

TEST_CASE("tasks of one type give that type: void, references, and what only moves") {
    hand_loop loop;
    int first = 1, second = 2;
    auto reference = [](int& to, int turns) -> task<int&> {
        co_await pause(turns);
        co_return to;
    };
    auto owner = [](int value, int turns) -> task<std::unique_ptr<int>> {
        co_await pause(turns);
        co_return std::make_unique<int>(value);
    };
    auto work = [&]() -> task<> {
        co_await race(pause(3), pause(1));
        static_assert(std::is_same_v<decltype(race(pause(1), pause(2))), task<>>);
        int& alias = co_await race(reference(first, 2), reference(second, 1));
        CHECK(&alias == &second);
        auto owned = co_await race(owner(1, 1), owner(2, 2));
        CHECK(*owned == 1);
        int alone = co_await race(number(4, 1));
        CHECK(alone == 4);
    };
    run_through(loop, work());
}

TEST_CASE("a task that never waits wins before the next one has waited, and none of this waits") {
    hand_loop loop;
    event never;
    int left = 0;
    auto work = [&]() -> task<int> { co_return co_await race(number(1, 0), number(2, 0)); };
    started<int> all(loop, work());
    CHECK(all.ended());
    CHECK(all.result() == 1);
    bool reached = false, refused = false;
    auto later = [&]() -> task<int> {
        reached = true;
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            refused = true;
        }
        co_return 2;
    };
    auto again = [&]() -> task<int> { co_return co_await race(number(1, 0), later()); };
    CHECK(run_through(loop, again()) == 1);
    CHECK(reached);
    CHECK(refused);
    CHECK(left == 0);
}

TEST_CASE("a race over a vector tells who won and with what, and a race of nobody is an error") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        std::vector<task<std::string>> tasks;
        for (int i = 0; i < 5; ++i) tasks.push_back(text(std::to_string(i), 9 - 2 * (i % 4)));
        auto [index, value] = co_await race(std::move(tasks));
        CHECK(index == 3);
        CHECK(value == "3");
        std::vector<task<>> pauses;
        pauses.push_back(pause(3));
        pauses.push_back(pause(1));
        auto pause_won = co_await race(std::move(pauses));
        CHECK(pause_won.index == 1);
        std::string said;
        try {
            co_await race(std::vector<task<int>>());
        } catch (const std::invalid_argument& error) {
            said = error.what();
        }
        CHECK(said == "coracle: a race of no tasks would never end");
    };
    run_through(loop, work());
}

TEST_CASE("cancelling the job that races cancels all, and is passed on when all have ended") {
    hand_loop loop;
    event never;
    int left = 0;
    bool told = false;
    auto work = [&]() -> task<> {
        try {
            co_await race(stubborn(never, left), stubborn(never, left));
        } catch (const cancelled&) {
            told = left == 2;
            throw;
        }
    };
    started<> all(loop, work());
    all.cancel();
    loop.turn_until_idle();
    CHECK(told);
    CHECK(all.threw_cancelled());
}

TEST_CASE("a value that was first when the cancellation came is given") {
    hand_loop loop;
    event never;
    int left = 0;
    hop* held = nullptr;
    auto wins = [&]() -> task<int> {
        co_await hop(&held);
        co_return 6;
    };
    auto work = [&]() -> task<int> { co_return co_await race(stubborn(never, left), wins()); };
    started<int> all(loop, work());
    held->let_go();
    loop.turn();  // it has won, and the loser is on its way out
    all.cancel();
    loop.turn_until_idle();
    CHECK(all.result() == 6);
    CHECK(left == 1);
}

TEST_CASE("race_ok passes over failures, and gives the first value") {
    hand_loop loop;
    event never;
    int left = 0;
    auto work = [&]() -> task<> {
        int value = co_await race_ok(fails("a", 0), fails("b", 1), number(9, 3), stubborn(never, left));
        CHECK(value == 9);
        CHECK(left == 1);
        auto mixed = co_await race_ok(fails("a", 1), text("ok", 2));
        CHECK(mixed.index() == 1);
        std::vector<task<int>> tasks;
        tasks.push_back(fails("a", 1));
        tasks.push_back(number(2, 4));
        tasks.push_back(number(3, 3));
        auto [index, prize] = co_await race_ok(std::move(tasks));
        CHECK(index == 2);
        CHECK(prize == 3);
    };
    run_through(loop, work());
}

TEST_CASE("race_ok of failures only throws all of them in the order of the tasks, or the single one as it is") {
    hand_loop loop;
    auto work = [&]() -> task<std::string> {
        std::string said;
        try {
            co_await race_ok(fails("a", 2), fails("b", 1), fails("c", 3));
        } catch (const exception_group& error) {
            said = error.what();
        }
        try {
            co_await race_ok(fails("alone", 1));
        } catch (const std::runtime_error& error) {
            said += std::string(" / ") + error.what();
        }
        std::vector<task<int>> tasks;
        tasks.push_back(fails("x", 1));
        tasks.push_back(fails("y", 0));
        try {
            co_await race_ok(std::move(tasks));
        } catch (const exception_group& error) {
            said += std::string(" / ") + error.what();
        }
        co_return said;
    };
    CHECK(run_through(loop, work()) == "3 tasks failed: a; b; c / alone / 2 tasks failed: x; y");
}

TEST_CASE("a cancelled race_ok is cancelled, not failed") {
    hand_loop loop;
    event never;
    int left = 0;
    auto work = [&]() -> task<> { co_await race_ok(stubborn(never, left), stubborn(never, left)); };
    started<> all(loop, work());
    all.cancel();
    loop.turn_until_idle();
    CHECK(all.threw_cancelled());
}

TEST_CASE("races nest, and a race that is destroyed where it waits takes its tasks with it") {
    hand_loop loop;
    event never;
    int left = 0;
    auto inner = [&]() -> task<int> { co_return co_await race(stubborn(never, left), number(1, 3)); };
    auto work = [&]() -> task<int> { co_return co_await race(stubborn(never, left), inner()); };
    CHECK(run_through(loop, work()) == 1);
    CHECK(left == 2);
    {
        started<int> gone(loop, work());
    }
    CHECK(loop.idle());
}
