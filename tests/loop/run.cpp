// run: values, exceptions, one loop at a time, and a loop that is torn down under a waiting task.
#include <coracle/loop/run.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>

#include <loop/virtual_loop.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

using namespace coracle;

namespace {

task<int> answer() { co_return 42; }
task<int> slow_answer() {
    co_await sleep(1ms);
    co_return 43;
}

}  // namespace

TEST_CASE("run gives the value of the task: at once, after a wait, by reference, moved, or nothing") {
    CHECK(run(answer()) == 42);
    CHECK(run(slow_answer()) == 43);
    int target = 0;
    auto reference = [&]() -> task<int&> { co_return target; };
    run(reference()) = 5;
    CHECK(target == 5);
    auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(6); };
    CHECK(*run(owner()) == 6);
    auto nothing = [&]() -> task<> {
        target = 7;
        co_return;
    };
    run(nothing());
    CHECK(target == 7);
}

TEST_CASE("run throws what the task throws") {
    auto fails = []() -> task<int> {
        co_await sleep(0s);
        throw std::runtime_error("from main");
    };
    CHECK_THROWS_WITH_AS(run(fails()), "from main", std::runtime_error);
    auto gives_up = []() -> task<> {
        async::this_job().root().cancel();
        co_await sleep(0s);
    };
    CHECK_THROWS_AS(run(gives_up()), cancelled);
}

TEST_CASE("run inside of a running loop is an error that says what to do instead") {
    auto work = []() -> task<std::string> {
        std::string said;
        try {
            run(answer());
        } catch (const std::logic_error& error) {
            said = error.what();
        }
        co_return said;
    };
    std::string said = run(work());
    CHECK(said.find("co_await the task instead") != std::string::npos);
}

TEST_CASE("a loop for every thread, side by side") {
    std::atomic<int> sum = 0;
    auto serve = [&] { sum += run(slow_answer()); };
    std::thread one(serve), other(serve);
    one.join();
    other.join();
    CHECK(sum == 86);
}

TEST_CASE(
    "when the loop fails under it, the task is destroyed with all it waits for, and calls it offloaded are awaited") {
    std::atomic<bool> let_go = false;
    std::latch began(1);
    bool finished = false;
    int left = 0;
    event never;
    struct guest {
        int& count;
        ~guest() { ++count; }
    };
    auto waits = [&]() -> task<> {
        guest here{left};
        co_await never.wait();
    };
    auto sleeps = [&]() -> task<> {
        guest here{left};
        async::cancel_scope part(async::this_job());
        co_await sleep(1h);
    };
    auto calls = [&]() -> task<> {
        guest here{left};
        co_await offload([&] {
            began.count_down();
            while (!let_go) std::this_thread::yield();
            finished = true;
        });
    };
    auto queued = [&]() -> task<> {
        guest here{left};
        co_await offload([] {});
    };
    auto breaks = [&]() -> task<> {
        co_await sleep(1s);
        began.wait();
        loop::reactor::current().post([] { throw std::runtime_error("broken"); });
        co_await never.wait();
    };
    auto work = [&]() -> task<> { co_await gather(waits(), sleeps(), calls(), queued(), breaks()); };
    std::thread releases([&] {
        began.wait();
        let_go = true;
    });
    loop::virtual_loop world;
    CHECK_THROWS_WITH_AS(world.run(work()), "broken", std::runtime_error);
    CHECK(finished);
    CHECK(left == 4);
    CHECK(world.on.timers().size() == 0);
    releases.join();
}
