// gather_settled: every outcome, whatever becomes of the others.
#include <coracle/async/gather_settled.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/outcome.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

task<int> number(int value, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    co_return value;
}
task<int> fails(std::string why, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    throw std::runtime_error(why);
}
task<int> stubborn(event& never, int& left) {
    try {
        co_await never.wait();
    } catch (const cancelled&) {
    }
    async::cancel_scope clean_up(async::this_job(), true);
    co_await hop();
    ++left;
    throw cancelled{};
}

}  // namespace

TEST_CASE("outcomes stand in the order of the tasks, failures beside values, and nobody cancels anybody") {
    hand_loop loop;
    int target = 1;
    auto nothing = []() -> task<> { co_await hop(); };
    auto reference = [&]() -> task<int&> { co_return target; };
    auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
    auto work = [&]() -> task<> {
        auto [late, bad, none, alias, owned] =
            co_await gather_settled(number(1, 5), fails("bad", 1), nothing(), reference(), owner());
        CHECK(late.value() == 1);
        CHECK(bad.error_text() == "bad");
        CHECK(none.ok());
        CHECK(&alias.value() == &target);
        CHECK(**owned == 5);
        [[maybe_unused]] auto nobody = co_await gather_settled();
    };
    run_through(loop, work());
}

TEST_CASE("over a vector: none, some, and many") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        auto none = co_await gather_settled(std::vector<task<int>>());
        CHECK(none.empty());
        std::vector<task<int>> tasks;
        for (int i = 0; i < 100; ++i) {
            if (i % 3 == 0)
                tasks.push_back(fails(std::to_string(i), i % 7));
            else
                tasks.push_back(number(i, i % 5));
        }
        std::vector<outcome<int>> outcomes = co_await gather_settled(std::move(tasks));
        REQUIRE(outcomes.size() == 100);
        std::size_t right = 0;
        for (std::size_t i = 0; i < 100; ++i) {
            const outcome<int>& each = outcomes[i];
            if (i % 3 == 0)
                right += each.error_text() == std::to_string(i);
            else
                right += each && *each == static_cast<int>(i);
        }
        CHECK(right == 100);
    };
    run_through(loop, work());
}

TEST_CASE("a task that was cancelled alone is an outcome, too") {
    hand_loop loop;
    auto gives_up = []() -> task<int> {
        co_await hop();
        throw cancelled{};
    };
    auto work = [&]() -> task<> {
        auto [first, second] = co_await gather_settled(gives_up(), number(2, 2));
        CHECK(first.cancelled());
        CHECK(second.ok());
    };
    run_through(loop, work());
}

TEST_CASE("cancelling the job that waits cancels the tasks, waits for them, and is thrown") {
    for (bool vector : {false, true}) {
        hand_loop loop;
        event never;
        int left = 0;
        bool told = false;
        auto waits = [&]() -> task<> {
            if (vector) {
                std::vector<task<int>> tasks;
                tasks.push_back(stubborn(never, left));
                tasks.push_back(stubborn(never, left));
                co_await gather_settled(std::move(tasks));
            } else {
                co_await gather_settled(stubborn(never, left), stubborn(never, left));
            }
        };
        auto work = [&]() -> task<> {
            try {
                co_await waits();
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
}

TEST_CASE("outcomes that are complete in spite of a cancellation are given") {
    hand_loop loop;
    hop* held = nullptr;
    auto ends = [&]() -> task<int> {
        co_await hop(&held);
        co_return 3;
    };
    auto work = [&]() -> task<int> {
        auto [value, bad] = co_await gather_settled(ends(), fails("bad", 0));
        co_return *value;
    };
    started<int> all(loop, work());
    held->let_go();
    all.cancel();  // it has happened
    loop.turn_until_idle();
    CHECK(all.result() == 3);
}

TEST_CASE("destroyed where it waits, it takes its tasks with it") {
    hand_loop loop;
    event never;
    int left = 0;
    auto work = [&]() -> task<> { co_await gather_settled(stubborn(never, left), stubborn(never, left)); };
    {
        started<> gone(loop, work());
    }
    CHECK(left == 0);
    CHECK(loop.idle());
}
