// task_group: tasks come and go, fail, are cancelled, and never outlive their group.
#include <coracle/async/task_group.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("a group may outlive the job that waited for it") {
    hand_loop loop;
    auto hops = []() -> task<> { co_await hop(); };
    auto work = [&]() -> task<> {
        task_group group;
        group.spawn(hops());
        co_await gather(group.join(), hops());
    };
    run_through(loop, work());
}

TEST_CASE("a spawned task runs at once until it first waits, and join waits for all") {
    hand_loop loop;
    std::string order;
    auto child = [&](char name, int turns) -> task<> {
        order += name;
        for (int i = 0; i < turns; ++i) co_await hop();
        order += static_cast<char>(name - 32);
    };
    auto work = [&]() -> task<> {
        task_group group;
        group.spawn(child('a', 3));
        group.spawn(child('b', 1));
        group.spawn(child('c', 0));
        CHECK(order == "abcC");
        co_await group.join();
        order += '.';
        CHECK(group.size() == 0);
    };
    run_through(loop, work());
    CHECK(order == "abcCBA.");
}

TEST_CASE("join of an empty group does not wait, and a group can be joined again") {
    hand_loop loop;
    int ran = 0;
    auto child = [&]() -> task<> {
        co_await hop();
        ++ran;
    };
    auto work = [&]() -> task<> {
        task_group group;
        co_await group.join();
        group.spawn(child());
        co_await group.join();
        group.spawn(child());
        group.spawn(child());
        co_await group.join();
    };
    run_through(loop, work());
    CHECK(ran == 3);
}

TEST_CASE("tasks may spawn tasks, and join waits for those too") {
    hand_loop loop;
    int ended = 0;
    struct tree {
        static task<> grow(task_group& group, int depth, int& count) {
            co_await hop();
            if (depth > 0) {
                group.spawn(grow(group, depth - 1, count));
                group.spawn(grow(group, depth - 1, count));
            }
            ++count;
        }
    };
    auto work = [&]() -> task<> {
        task_group group;
        group.spawn(tree::grow(group, 6, ended));
        co_await group.join();
    };
    run_through(loop, work());
    CHECK(ended == 127);
}

TEST_CASE("a failure cancels the others and comes out of join when all have ended") {
    hand_loop loop;
    event never;
    int heard = 0;
    auto waits = [&]() -> task<> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            ++heard;
            throw;
        }
    };
    auto fails = []() -> task<> {
        co_await hop();
        throw std::runtime_error("one failed");
    };
    auto work = [&]() -> task<> {
        task_group group;
        group.spawn(waits());
        group.spawn(fails());
        group.spawn(waits());
        std::string said;
        try {
            co_await group.join();
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        CHECK(said == "one failed");
        CHECK(heard == 2);
        CHECK(group.size() == 0);
    };
    run_through(loop, work());
}

TEST_CASE("cancel ends the tasks, and join says nothing of it") {
    hand_loop loop;
    event never;
    int heard = 0;
    auto waits = [&]() -> task<> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            ++heard;
            throw;
        }
    };
    auto work = [&]() -> task<> {
        task_group group;
        group.spawn(waits());
        group.spawn(waits());
        group.cancel();
        CHECK(heard == 0);
        co_await group.join();
        CHECK(heard == 2);
    };
    CHECK_NOTHROW(run_through(loop, work()));
}

TEST_CASE("cancelling the job around a group cancels its tasks, and join passes it on") {
    hand_loop loop;
    event never;
    int heard = 0;
    auto waits = [&]() -> task<> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            ++heard;
            throw;
        }
    };
    auto work = [&]() -> task<> {
        task_group group;
        group.spawn(waits());
        group.spawn(waits());
        co_await group.join();
    };
    started<> all(loop, work());
    all.cancel();
    loop.turn_until_idle();
    CHECK(heard == 2);
    CHECK(all.threw_cancelled());
}

TEST_CASE("ten thousand tasks come and go without the group growing") {
    hand_loop loop;
    std::size_t most = 0;
    auto child = []() -> task<> { co_await hop(); };
    auto work = [&]() -> task<> {
        task_group group;
        for (int i = 0; i < 10'000; ++i) {
            group.spawn(child());
            if (group.size() > most) most = group.size();
            if (i % 10 == 9) {
                co_await hop();
                co_await hop();
            }
        }
        co_await group.join();
    };
    run_through(loop, work());
    CHECK(most <= 20);
}

TEST_CASE("a group that reports failures cancels nobody, and a cancellation is no failure") {
    hand_loop loop;
    int reported = 0;
    bool finished = false;
    auto fails = []() -> task<> {
        co_await hop();
        throw std::runtime_error("one of many");
    };
    auto gives_up = []() -> task<> {
        co_await hop();
        throw cancelled{};
    };
    auto goes_on = [&]() -> task<> {
        for (int i = 0; i < 10; ++i) co_await hop();
        finished = true;
    };
    auto all = [&]() -> task<> {
        task_group group([&](std::exception_ptr) { ++reported; });
        group.spawn(fails());
        group.spawn(gives_up());
        group.spawn(goes_on());
        co_await group.join();
    };
    run_through(loop, all());
    CHECK(reported == 1);
    CHECK(finished);
}

TEST_CASE("a group that goes before join destroys its tasks where they wait, and those that have just ended") {
    struct counted {
        explicit counted(int& at) : alive(at) { ++alive; }
        counted(const counted&) = delete;
        ~counted() { --alive; }
        int& alive;
    };
    hand_loop on;
    int alive = 0;
    auto waiting = [&]() -> task<> {
        counted here(alive);
        hop* never = nullptr;
        co_await hop(&never);
    };
    auto ready = [&]() -> task<> {
        counted here(alive);
        co_await hop();
        co_await hop();
    };
    auto ended = [&]() -> task<> {
        counted here(alive);
        co_return;
    };
    SUBCASE("because its coroutine is destroyed") {
        auto owner = [&]() -> task<> {
            task_group group;
            group.spawn(waiting());
            group.spawn(ready());
            group.spawn(ended());
            co_await group.join();
        };
        {
            started<> job(on, owner());
            CHECK(alive == 2);
        }
        CHECK(alive == 0);
    }
    SUBCASE("because something was thrown") {
        auto owner = [&]() -> task<> {
            task_group group;
            group.spawn(waiting());
            group.spawn(ready());
            group.spawn(ended());
            throw std::runtime_error("before join");
            co_await group.join();
        };
        started<> job(on, owner());
        REQUIRE(job.ended());
        CHECK_THROWS_AS(job.result(), std::runtime_error);
        CHECK(alive == 0);
    }
    on.turn_until_idle();
    CHECK(alive == 0);
}
