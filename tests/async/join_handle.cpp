// join_handle: the value, the failure or the end of somebody else's task, for whoever wants to know.
#include <coracle/async/join_handle.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

namespace {

task<int> slow_number(int value, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    co_return value;
}
task<int> fails(int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    throw std::runtime_error("broken");
}
task<> waits(event& on, bool& heard) {
    try {
        co_await on.wait();
    } catch (const cancelled&) {
        heard = true;
        throw;
    }
}
/// A group whose failures go nowhere, so that only the handle tells them.
struct quiet_group : task_group {
    quiet_group() : task_group([](const std::exception_ptr&) {}) {}
};

}  // namespace

TEST_CASE("awaiting a handle gives the value, before the end of the task and after it") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        quiet_group group;
        join_handle<int> early = group.spawn(slow_number(1, 3));
        join_handle<int> at_once = group.spawn(slow_number(2, 0));
        join_handle<int> late = group.spawn(slow_number(3, 1));
        CHECK(!early.done());
        CHECK(at_once.done());
        int first = co_await early;
        CHECK(first == 1);
        CHECK(late.done());
        int second = co_await at_once;
        int third = co_await std::move(late);
        CHECK(second + third == 5);
        co_await group.join();
    };
    run_through(loop, work());
}

TEST_CASE("void, references, and values that only move come through a handle") {
    hand_loop loop;
    int target = 1;
    auto nothing = []() -> task<> { co_await hop(); };
    auto reference = [&]() -> task<int&> {
        co_await hop();
        co_return target;
    };
    auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(6); };
    auto work = [&]() -> task<> {
        quiet_group group;
        join_handle<> none = group.spawn(nothing());
        auto alias = group.spawn(reference());
        auto owned = group.spawn(owner());
        co_await none;
        int& same = co_await alias;
        CHECK(&same == &target);
        std::unique_ptr<int> out = co_await owned;
        CHECK(*out == 6);
        co_await group.join();
    };
    run_through(loop, work());
}

TEST_CASE("a failure comes out of the handle, before and after the end") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        quiet_group group;
        auto early = group.spawn(fails(2));
        auto late = group.spawn(fails(0));
        std::string said;
        try {
            co_await early;
        } catch (const std::runtime_error& error) {
            said += error.what();
        }
        try {
            co_await late;
        } catch (const std::runtime_error& error) {
            said += error.what();
        }
        CHECK(said == "brokenbroken");
        co_await group.join();
    };
    run_through(loop, work());
}

TEST_CASE("a value is given once; the second time is an error that says so, and so is a second waiter") {
    hand_loop loop;
    std::string twice, both;
    auto work = [&]() -> task<> {
        quiet_group group;
        auto handle = group.spawn(slow_number(1, 3));
        auto other = [&]() -> task<> {
            try {
                co_await handle;
            } catch (const std::logic_error& error) {
                both = error.what();
            }
        };
        auto first = [&]() -> task<> { co_await handle; };
        co_await gather(first(), other());
        try {
            co_await handle;
        } catch (const std::logic_error& error) {
            twice = error.what();
        }
        co_await group.join();
    };
    run_through(loop, work());
    CHECK(both.find("another task awaits this join_handle") != std::string::npos);
    CHECK(twice.find("was awaited before") != std::string::npos);
}

TEST_CASE("cancelling through the handle ends that task and no other, and the group goes on") {
    hand_loop loop;
    event never;
    bool first_heard = false, other_heard = false, told = false;
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            auto first = group.spawn(waits(never, first_heard));
            group.spawn(waits(never, other_heard));
            first.cancel();
            try {
                co_await first;
            } catch (const cancelled&) {
                told = true;
            }
            CHECK(!other_heard);
            CHECK(group.size() == 1);
            co_await hop();
            group.cancel();
        });
    };
    run_through(loop, work());
    CHECK(first_heard);
    CHECK(told);
    CHECK(other_heard);
}

TEST_CASE("cancelling a task that has ended changes nothing") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        quiet_group group;
        auto handle = group.spawn(slow_number(4, 1));
        co_await group.join();
        handle.cancel();
        int value = co_await handle;
        CHECK(value == 4);
    };
    run_through(loop, work());
}

TEST_CASE("a cancelled waiter leaves, the task goes on, and the handle can be awaited again") {
    hand_loop loop;
    bool left = false;
    auto work = [&]() -> task<> {
        quiet_group group;
        auto handle = group.spawn(slow_number(8, 5));
        {
            async::cancel_scope part(async::this_job());
            auto awaits = [&]() -> task<> {
                try {
                    co_await handle;
                } catch (const cancelled&) {
                    left = true;
                }
            };
            auto cancels = [&]() -> task<> {
                co_await hop();
                part.cancel();
            };
            co_await gather(awaits(), cancels());
        }
        CHECK(left);
        CHECK(!handle.done());
        int value = co_await handle;
        CHECK(value == 8);
        co_await group.join();
    };
    run_through(loop, work());
}

TEST_CASE("awaiting in a cancelled job is refused, and takes nothing from the handle") {
    hand_loop loop;
    bool refused = false;
    auto work = [&]() -> task<> {
        quiet_group group;
        auto handle = group.spawn(slow_number(8, 0));
        {
            async::cancel_scope part(async::this_job());
            part.cancel();
            try {
                co_await handle;
            } catch (const cancelled&) {
                refused = true;
            }
        }
        int value = co_await handle;
        CHECK(value == 8);
    };
    run_through(loop, work());
    CHECK(refused);
}

TEST_CASE("what has ended when the cancellation comes is given all the same") {
    hand_loop loop;
    hop* held = nullptr;
    auto ends = [&]() -> task<int> {
        co_await hop(&held);
        co_return 5;
    };
    int value = 0;
    std::optional<join_handle<int>> handle;
    auto work = [&]() -> task<> {
        quiet_group group;
        handle.emplace(group.spawn(ends()));
        value = co_await *handle;
        co_await hop();
    };
    started<> all(loop, work());
    held->let_go();
    loop.turn();  // the task has ended, and its waiter is in the queue
    CHECK(value == 0);
    all.cancel();
    loop.turn_until_idle();
    CHECK(value == 5);
    CHECK(all.threw_cancelled());
}

TEST_CASE("a handle outlives its group, and knows what became of the task; the task's coroutine does not") {
    hand_loop loop;
    event never;
    bool alive = true;
    struct witness {
        bool* alive;
        explicit witness(bool* flag) : alive(flag) {}
        witness(witness&& other) noexcept : alive(std::exchange(other.alive, nullptr)) {}
        ~witness() {
            if (alive) *alive = false;
        }
    };
    auto holds = [](witness) -> task<int> {
        co_await hop();
        co_return 3;
    };
    auto work = [&]() -> task<> {
        std::optional<join_handle<int>> ended;
        std::optional<join_handle<>> dropped;
        bool heard = false;
        {
            quiet_group group;
            ended.emplace(group.spawn(holds(witness(&alive))));
            co_await group.join();
            CHECK(!alive);  // not even its parameters
            dropped.emplace(group.spawn(waits(never, heard)));
        }
        CHECK(!heard);  // no join(): it went where it waited
        CHECK(dropped->done());
        int value = co_await *ended;
        CHECK(value == 3);
        bool told = false;
        try {
            co_await *dropped;
        } catch (const cancelled&) {
            told = true;
        }
        CHECK(told);
    };
    run_through(loop, work());
}

TEST_CASE("a waiter whose coroutine is destroyed leaves the handle to the next one") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        quiet_group group;
        auto handle = group.spawn(slow_number(9, 4));
        auto awaits = [&]() -> task<> { co_await handle; };
        {
            started<> gone(loop, awaits());
        }
        int value = co_await handle;
        CHECK(value == 9);
        co_await group.join();
    };
    run_through(loop, work());
}

TEST_CASE("a waiter may drop the handle that it waits for") {
    hand_loop loop;
    auto work = [&]() -> task<int> {
        quiet_group group;
        std::optional<join_handle<int>> handle(group.spawn(slow_number(2, 3)));
        auto drops = [&]() -> task<> {
            co_await hop();
            handle.reset();
        };
        auto awaits = [&]() -> task<int> { co_return co_await *handle; };
        auto [value, none] = co_await gather(awaits(), drops());
        co_return value;
    };
    CHECK(run_through(loop, work()) == 2);
}

TEST_CASE("handles move, and assigning one drops the other") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        quiet_group group;
        auto first = group.spawn(slow_number(1, 2));
        auto second = group.spawn(slow_number(2, 2));
        first = std::move(second);
        join_handle<int> third(std::move(first));
        int value = co_await third;
        CHECK(value == 2);
        co_await group.join();
    };
    run_through(loop, work());
}
