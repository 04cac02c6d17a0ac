// submit: values, exceptions and cancellation in a std::future, and a loop that ends first.
#include <coracle/loop/submit.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/loop_thread.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace coracle;

namespace {

task<int> doubled(int n) {
    co_await sleep(0s);
    co_return 2 * n;
}
task<> for_ever(std::shared_ptr<int> held) {
    event never;
    co_await never.wait();
    ++*held;
}
task<> fails() {
    co_await sleep(0s);
    throw std::runtime_error("there");
}
task<> gives_up() {
    async::this_job().root().cancel();
    co_await sleep(0s);
}

}  // namespace

TEST_CASE("a future gives the value of a task that ran on another thread's loop: moved, by reference, or nothing") {
    loop_thread other;
    CHECK(submit(other, doubled(21)).get() == 42);
    static int target = 0;
    auto reference = []() -> task<int&> { co_return target; };
    CHECK(&submit(other, reference()).get() == &target);
    auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(6); };
    CHECK(*submit(other, owner()).get() == 6);
    std::thread::id there;
    auto looks = [&]() -> task<> {
        there = std::this_thread::get_id();
        co_return;
    };
    submit(other, looks()).get();
    CHECK(there != std::this_thread::get_id());
    CHECK(there != std::thread::id());
}

TEST_CASE("what the task throws comes out of the future; cancelled as a std::exception") {
    std::future<void> failed, gave_up;
    {
        loop_thread other;
        failed = submit(other, fails());
        gave_up = submit(other, gives_up());
        failed.wait();
        gave_up.wait();
    }  // see the facts in the header: here the exceptions are this thread's alone
    CHECK_THROWS_WITH_AS(failed.get(), "there", std::runtime_error);
    CHECK_THROWS_AS(gave_up.get(), task_cancelled);
}

TEST_CASE("a loop that is stopped cancels what was submitted, and ends when it has") {
    auto held = std::make_shared<int>(0);
    std::future<void> result;
    {
        loop_thread other;
        result = submit(other, for_ever(held));
    }
    CHECK_THROWS_AS(result.get(), task_cancelled);
    CHECK(held.use_count() == 1);
    CHECK(*held == 0);
}

TEST_CASE("a loop that ends first says so, whether the task had begun or not, and its frame goes with it") {
    auto held = std::make_shared<int>(0);
    loop::thread_pool pool(1);
    std::future<void> begun, waiting;
    {
        loop::reactor on(pool);
        begun = submit(on, for_ever(held));
        on.run_until([&] { return on.has_residents(); });
        waiting = submit(on, for_ever(held));  // nobody turns the loop any more
        CHECK(held.use_count() == 3);
    }
    CHECK_THROWS_AS(begun.get(), loop_ended);
    CHECK_THROWS_AS(waiting.get(), loop_ended);
    CHECK(held.use_count() == 1);
}

TEST_CASE("a task that has ended when its loop does is told to have ended") {
    loop::thread_pool pool(1);
    std::future<int> result;
    auto quick = []() -> task<int> { co_return 5; };
    {
        loop::reactor on(pool);
        result = submit(on, quick());
        on.run_until([&] { return on.has_residents(); });
    }
    CHECK(result.get() == 5);
}

TEST_CASE("a dropped future does not end its task") {
    loop_thread other;
    std::promise<int> ran;
    auto work = [&]() -> task<> {
        co_await sleep(0s);
        ran.set_value(1);
    };
    static_cast<void>(submit(other, work()));
    CHECK(ran.get_future().get() == 1);
}

TEST_CASE("four threads submit to one loop at once, and each gets its own values") {
    loop_thread other;
    std::vector<std::thread> threads;
    std::vector<int> wrong(4);
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 100; ++i)
                if (submit(other, doubled(t * 1000 + i)).get() != 2 * (t * 1000 + i))
                    ++wrong[static_cast<std::size_t>(t)];
        });
    for (std::thread& each : threads) each.join();
    for (int each : wrong) CHECK(each == 0);
}
