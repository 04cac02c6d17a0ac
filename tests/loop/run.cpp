// run: values, exceptions, one loop at a time, and a loop that is torn down under a waiting task.
#include <coracle/loop/run.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/offload_detached.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <algorithm>
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
    virtual_loop world;
    CHECK_THROWS_WITH_AS(world.run(work()), "broken", std::runtime_error);
    CHECK(finished);
    CHECK(left == 4);
    CHECK(world.reactor().timers().size() == 0);
    releases.join();
}

TEST_CASE(
    "what was spawned and still runs when main has ended is cancelled and waited for, before run gives its value") {
    std::string log;
    auto lingers = [&](const char* name) -> task<> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            log += name;
        }
        async::cancel_scope clean_up(async::this_job(), true);
        co_await sleep(1ms);
        log += '.';
    };
    auto spawns_late = [&]() -> task<> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
        }
        spawn(lingers("c"));  // is refused its first wait
    };
    auto ends = [&]() -> task<> {
        co_await yield_now();
        log += "e";
    };
    auto work = [&]() -> task<int> {
        spawn(lingers("a"));
        spawn(ends());
        spawn(spawns_late());
        co_await yield_now();
        co_await yield_now();
        co_return 42;
    };
    CHECK(run(work()) == 42);
    std::sort(log.begin(), log.end());
    CHECK(log == "..ace");
}

TEST_CASE("when main fails, what it spawned is ended all the same, and the failure of main is what is thrown") {
    bool heard = false;
    auto lingers = [&]() -> task<> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            heard = true;
            throw;
        }
    };
    auto work = [&]() -> task<> {
        spawn(lingers());
        co_await yield_now();
        throw std::runtime_error("main failed");
    };
    CHECK_THROWS_WITH_AS(run(work()), "main failed", std::runtime_error);
    CHECK(heard);
}

TEST_CASE("what was spawned on a loop that fails goes where it waits") {
    int left = 0;
    struct guest {
        int& count;
        ~guest() { ++count; }
    };
    auto sleeps = [&]() -> task<> {
        guest here{left};
        co_await sleep(1h);
    };
    auto work = [&]() -> task<> {
        spawn(sleeps());
        loop::reactor::current().post([] { throw std::runtime_error("broken"); });
        co_await sleep(1h);
    };
    {
        virtual_loop world;
        CHECK_THROWS_WITH_AS(world.run(work()), "broken", std::runtime_error);
        CHECK(left == 0);
    }
    CHECK(left == 1);
}

TEST_CASE("destructors of what a failed loop leaves behind may still hand calls to the pool") {
    static std::atomic<int> closed{0};
    closed = 0;
    struct closes_elsewhere {
        ~closes_elsewhere() {
            offload_detached(lane::clean_up, [] { ++closed; });
        }
    };
    auto keeps = []() -> task<> {
        closes_elsewhere held;
        co_await sleep(10s);
    };
    auto work = [&]() -> task<> {
        spawn(keeps());
        loop::reactor::current().post([] { throw std::runtime_error("posted"); });
        co_await keeps();
    };
    CHECK_THROWS_AS(run(work()), std::runtime_error);
    CHECK(closed == 2);
}
