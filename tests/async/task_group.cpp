// task_group: tasks come and go, fail, are cancelled, and never outlive their group.
#include <coracle/async/task_group.hpp>

#include <coracle/async/context_local.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/exception_group.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/join_handle.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <exception>
#include <memory>
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

TEST_CASE("who joins a group of somebody else leaves when it is cancelled alone, and the group goes on") {
    hand_loop loop;
    event go;
    auto waits = [&]() -> task<> { co_await go.wait(); };
    auto work = [&]() -> task<> {
        task_group group;
        group.spawn(waits());
        bool left = false;
        auto joins = [&]() -> task<> {
            try {
                co_await group.join();
            } catch (const cancelled&) {
                left = true;
                throw;
            }
        };
        task_group others;
        others.spawn(joins());
        others.cancel();
        co_await others.join();
        CHECK(left);
        CHECK(group.size() == 1);
        {
            task_group destroyed;
            destroyed.spawn(joins());
        }
        go.set();
        co_await group.join();
    };
    run_through(loop, work());
}

TEST_CASE("a part that joins a group from around it, both cancelled, waits for it to the end") {
    hand_loop loop;
    event never;
    std::string order;
    auto tidies = [&]() -> task<> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            order += "member ";
            throw;
        }
    };
    auto work = [&]() -> task<> {
        task_group group;
        group.spawn(tidies());
        try {
            async::cancel_scope part(async::this_job());
            co_await group.join();
        } catch (const cancelled&) {
            order += "joined";
            throw;
        }
    };
    started<> job(loop, work());
    job.cancel();
    loop.turn_until_idle();
    REQUIRE(job.ended());
    CHECK(job.threw_cancelled());
    CHECK(order == "member joined");
}

TEST_CASE("any number of jobs may join one group") {
    hand_loop loop;
    int joined = 0;
    auto hops = []() -> task<> { co_await hop(); };
    auto work = [&]() -> task<> {
        task_group group;
        group.spawn(hops());
        auto joins = [&]() -> task<> {
            co_await group.join();
            ++joined;
        };
        co_await gather(joins(), joins(), joins());
    };
    run_through(loop, work());
    CHECK(joined == 3);
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

namespace {

/// Waits on `on`; says so when it is cancelled.
task<> listens(event& on, int& heard) {
    try {
        co_await on.wait();
    } catch (const cancelled&) {
        ++heard;
        throw;
    }
}
task<> fails_with(std::string text, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    throw std::runtime_error(text);
}
/// Fails out of its clean-up.
task<> sore(event& on, std::string text) {
    try {
        co_await on.wait();
    } catch (const cancelled&) {
        throw std::out_of_range(text);
    }
}

}  // namespace

TEST_CASE("with_group ends when its body and all that it spawned have ended") {
    hand_loop loop;
    int ended = 0;
    auto child = [&](int turns) -> task<> {
        for (int i = 0; i < turns; ++i) co_await hop();
        ++ended;
    };
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            for (int turns = 0; turns < 10; ++turns) group.spawn(child(turns));
            CHECK(ended == 1);
            co_return;
        });
        CHECK(ended == 10);
        co_await with_group([&](task_group&) -> task<> { co_return; });
    };
    run_through(loop, work());
}

TEST_CASE("with_group gives what its body gives") {
    hand_loop loop;
    int target = 0, heard = 0;
    event never;
    auto work = [&]() -> task<> {
        int number = co_await with_group([&](task_group& group) -> task<int> {
            group.spawn(listens(never, heard));  // helps while the body works
            co_await hop();
            group.cancel();
            co_return 5;
        });
        CHECK(number == 5);
        CHECK(heard == 1);
        int& alias = co_await with_group([&](task_group&) -> task<int&> { co_return target; });
        CHECK(&alias == &target);
        auto owned =
            co_await with_group([&](task_group&) -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(6); });
        CHECK(*owned == 6);
    };
    run_through(loop, work());
}

TEST_CASE("a single failure of a task is thrown as it is, and has cancelled the body and the others") {
    hand_loop loop;
    event never;
    int heard = 0;
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(listens(never, heard));
            group.spawn(fails_with("one", 2));
            co_await listens(never, heard);
        });
    };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "one", std::runtime_error);
    CHECK(heard == 2);
}

TEST_CASE("a failure of the body cancels the tasks, which are waited for, and is thrown as it is") {
    hand_loop loop;
    event never;
    int heard = 0;
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(listens(never, heard));
            group.spawn(listens(never, heard));
            throw std::runtime_error("the body");
        });
    };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "the body", std::runtime_error);
    CHECK(heard == 2);
}

TEST_CASE("several failures are thrown together, in the order in which they happened") {
    hand_loop loop;
    event never;
    auto work = [&]() -> task<std::string> {
        std::string said;
        try {
            co_await with_group([&](task_group& group) -> task<> {
                group.spawn(sore(never, "third"));
                group.spawn(fails_with("first", 2));
                group.spawn(fails_with("second", 2));
                co_await hop();
            });
        } catch (const exception_group& error) {
            said = error.what();
            CHECK(error.find<std::out_of_range>() != nullptr);
        }
        co_return said;
    };
    CHECK(run_through(loop, work()) == "3 tasks failed: first; second; third");
}

TEST_CASE("a failure that the body hears from a handle and passes on counts once") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            auto handle = group.spawn(fails_with("once", 2));
            co_await handle;
        });
    };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "once", std::runtime_error);
}

TEST_CASE("cancel() ends body and tasks, and is no failure; a body that owes a value says cancelled") {
    hand_loop loop;
    event never;
    int heard = 0;
    bool owed = false, after = false;
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(listens(never, heard));
            group.cancel();
            co_await listens(never, heard);
        });
        CHECK(heard == 2);
        try {
            co_await with_group([&](task_group& group) -> task<int> {
                group.cancel();
                co_await hop();
                co_return 1;
            });
        } catch (const cancelled&) {
            owed = true;
        }
        co_await hop();  // nothing around was cancelled
        after = true;
    };
    run_through(loop, work());
    CHECK(owed);
    CHECK(after);
}

TEST_CASE("a cancellation from outside reaches body and tasks, and is passed on when all have ended") {
    hand_loop loop;
    event never;
    int heard = 0;
    bool left = false;
    auto work = [&]() -> task<> {
        try {
            co_await with_group([&](task_group& group) -> task<> {
                group.spawn(listens(never, heard));
                co_await listens(never, heard);
            });
        } catch (const cancelled&) {
            left = heard == 2;
            throw;
        }
    };
    started<> all(loop, work());
    all.cancel();
    loop.turn_until_idle();
    CHECK(left);
    CHECK(all.threw_cancelled());
}

TEST_CASE("a cancellation from outside while the body has ended and its tasks have not is passed on too") {
    hand_loop loop;
    event never;
    int heard = 0;
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(listens(never, heard));
            co_return;
        });
    };
    started<> all(loop, work());
    loop.turn_until_idle();
    all.cancel();
    loop.turn_until_idle();
    CHECK(heard == 1);
    CHECK(all.threw_cancelled());
}

TEST_CASE("a failure is better news than the cancellation that it came with") {
    hand_loop loop;
    event never;
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(sore(never, "in the end"));
            co_await never.wait();
        });
    };
    started<> all(loop, work());
    all.cancel();
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "in the end", std::out_of_range);
}

TEST_CASE("what ends well in spite of a cancellation from outside gives its value") {
    hand_loop loop;
    hop *first = nullptr, *second = nullptr;
    auto held = [](hop*& by) -> task<> { co_await hop(&by); };
    auto work = [&]() -> task<int> {
        co_return co_await with_group([&](task_group& group) -> task<int> {
            group.spawn(held(first));
            co_await hop(&second);
            co_return 7;
        });
    };
    started<int> all(loop, work());
    first->let_go();
    second->let_go();
    all.cancel();  // both have happened
    loop.turn_until_idle();
    CHECK(all.result() == 7);
}

TEST_CASE("a task that is spawned while the group is waited for is waited for too, and in a cancelled one refused") {
    hand_loop loop;
    event never;
    std::string order;
    int heard = 0;
    auto second = [&]() -> task<> {
        co_await hop();
        order += '2';
    };
    auto first = [&](task_group& group) -> task<> {
        co_await hop();
        order += '1';
        group.spawn(second());
    };
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(first(group));
            co_return;
        });
        order += '.';
        co_await with_group([&](task_group& group) -> task<> {
            group.cancel();
            group.spawn(listens(never, heard));
            CHECK(heard == 1);
            co_return;
        });
    };
    run_through(loop, work());
    CHECK(order == "12.");
}

TEST_CASE("groups nest: an inner failure that is caught stays inside, one that is not goes all the way") {
    hand_loop loop;
    event never;
    int heard = 0;
    auto inner = [&](bool catches) -> task<> {
        try {
            co_await with_group([&](task_group& group) -> task<> {
                group.spawn(fails_with("inner", 1));
                co_await never.wait();
            });
        } catch (const std::runtime_error&) {
            if (!catches) throw;
        }
    };
    auto work = [&](bool catches) -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(inner(catches));
            group.spawn(listens(never, heard));
            for (int i = 0; i < 5; ++i) co_await hop();
            group.cancel();
        });
    };
    CHECK_NOTHROW(run_through(loop, work(true)));
    CHECK(heard == 1);
    started<> all(loop, work(false));
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "inner", std::runtime_error);
    CHECK(heard == 2);
}

TEST_CASE("a group that is destroyed where it waits takes its tasks with it, and destructors run") {
    hand_loop loop;
    event never;
    int alive = 0;
    struct counted {
        int& count;
        explicit counted(int& of) : count(of) { ++count; }
        ~counted() { --count; }
    };
    auto holds = [&]() -> task<> {
        counted here(alive);
        co_await never.wait();
    };
    auto ends = []() -> task<> { co_return; };
    auto work = [&]() -> task<> {
        counted here(alive);
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(holds());
            group.spawn(holds());
            group.spawn(ends());
            co_await holds();
        });
    };
    {
        started<> gone(loop, work());
        CHECK(alive == 4);
    }
    CHECK(alive == 0);
    CHECK(loop.idle());
}

TEST_CASE("a group that is destroyed when its tasks have ended and are not yet buried") {
    hand_loop loop;
    event go;
    auto waits = [&]() -> task<> { co_await go.wait(); };
    std::unique_ptr<started<>> parent;
    auto work = [&]() -> task<> {
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(waits());
            group.spawn(waits());
            co_return;
        });
    };
    auto destroyer = [&]() -> task<> {
        co_await go.wait();
        parent.reset();
    };
    parent = std::make_unique<started<>>(loop, work());
    started<> last(loop, destroyer());
    go.set();
    loop.turn_until_idle();
    CHECK(parent == nullptr);
    CHECK(last.ended());
}

TEST_CASE("the tasks of a group see the values of whoever spawned them") {
    hand_loop loop;
    static context_local<int> number(1);
    int seen = 0;
    auto looks = [&]() -> task<> {
        co_await hop();
        seen = *number;
    };
    auto work = [&]() -> task<> {
        auto within = number.set_within(7);
        co_await with_group([&](task_group& group) -> task<> {
            group.spawn(looks());
            co_return;
        });
        co_await with_group([&](task_group&) -> task<> {
            number.set(8);  // the body is the same job
            co_return;
        });
        CHECK(*number == 8);
    };
    run_through(loop, work());
    CHECK(seen == 7);
}

TEST_CASE("a body with captures of its own lives as long as it runs") {
    hand_loop loop;
    auto make = [](std::string text) {
        return [text](task_group&) -> task<std::size_t> {
            co_await hop();
            co_return text.size();
        };
    };
    auto work = [&]() -> task<> {
        task<std::size_t> later = [&] {
            auto body = make(std::string(100, 'x'));
            return with_group(body);
        }();
        std::size_t size = co_await std::move(later);
        CHECK(size == 100);
    };
    run_through(loop, work());
}
