// outcome: values and failures of every shape, kept until somebody asks.
#include <coracle/async/outcome.hpp>

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

using namespace coracle;

namespace {

template <class T>
outcome<T> outcome_of(task<T> work) {
    hand_loop loop;
    async::job job;
    task<T> run = std::move(work);
    async::scheduler::run_as as(loop, job);
    run.start();
    return outcome<T>::of(run);
}

}  // namespace

TEST_CASE("an outcome holds the value of a task that ended well") {
    auto number = []() -> task<std::string> { co_return "seven"; };
    outcome<std::string> got = outcome_of(number());
    CHECK(got.ok());
    CHECK(got);
    CHECK(!got.cancelled());
    CHECK(got.error() == nullptr);
    CHECK(got.error_text().empty());
    CHECK(got.value() == "seven");
    CHECK(*got == "seven");
    CHECK(got->size() == 5);
    const outcome<std::string>& same = got;
    CHECK(same.value() == "seven");
    CHECK(same->size() == 5);
    static_assert(std::is_same_v<decltype(same.value()), const std::string&>);
    std::string out = std::move(got).value();
    CHECK(out == "seven");
}

TEST_CASE("an outcome holds the exception of a task that failed, and throws it when the value is asked for") {
    auto fails = []() -> task<int> {
        throw std::runtime_error("broken");
        co_return 1;
    };
    outcome<int> got = outcome_of(fails());
    CHECK(!got.ok());
    CHECK(!got);
    CHECK(!got.cancelled());
    CHECK(got.error() != nullptr);
    CHECK(got.error_text() == "broken");
    CHECK_THROWS_WITH_AS(got.value(), "broken", std::runtime_error);
    CHECK_THROWS_AS(std::as_const(got).value(), std::runtime_error);
    CHECK_THROWS_AS(std::move(got).value(), std::runtime_error);
}

TEST_CASE("a cancelled task is told from one that failed") {
    auto stopped = []() -> task<> {
        throw cancelled{};
        co_return;
    };
    outcome<void> got = outcome_of(stopped());
    CHECK(!got.ok());
    CHECK(got.cancelled());
    CHECK(got.error_text() == "cancelled");
    CHECK_THROWS_AS(got.value(), cancelled);
}

TEST_CASE("nothing, references, what only moves, and exception pointers are values too") {
    auto nothing = []() -> task<> { co_return; };
    CHECK(outcome_of(nothing()).ok());
    CHECK_NOTHROW(outcome_of(nothing()).value());
    int target = 3;
    auto reference = [&]() -> task<int&> { co_return target; };
    outcome<int&> alias = outcome_of(reference());
    static_assert(std::is_same_v<decltype(alias.value()), int&>);
    *alias = 4;
    CHECK(target == 4);
    auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
    outcome<std::unique_ptr<int>> owned = outcome_of(owner());
    std::unique_ptr<int> out = std::move(owned).value();
    CHECK(*out == 5);
    auto pointer = []() -> task<std::exception_ptr> { co_return std::exception_ptr(); };
    outcome<std::exception_ptr> held = outcome_of(pointer());
    CHECK(held.ok());
    CHECK(held.value() == nullptr);
}

TEST_CASE("a value that cannot be moved out is a failure, not an end of the program") {
    struct heavy {
        bool armed = false;
        heavy() = default;
        heavy(heavy&& other) : armed(other.armed) {
            if (armed) throw std::runtime_error("too heavy");
            armed = true;
        }
    };
    auto makes = []() -> task<heavy> { co_return heavy(); };
    outcome<heavy> got = outcome_of(makes());
    CHECK(!got.ok());
    CHECK(got.error_text() == "too heavy");
}
