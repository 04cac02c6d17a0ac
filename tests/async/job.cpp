// The scope tree: what is cancelled, what is not, and what the waiting job hears of it.
#include <coracle/async/job.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/report.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace coracle;
using async::cancel_scope;
using async::job;
using async::scope;

TEST_CASE("cancelling a scope cancels everything below it and nothing beside or above") {
    scope root, left, right, below_left, below_below;
    left.attach(root);
    right.attach(root);
    below_left.attach(left);
    below_below.attach(below_left);
    left.cancel();
    CHECK(!root.cancelled());
    CHECK(!right.cancelled());
    CHECK(left.cancelled());
    CHECK(below_left.cancelled());
    CHECK(below_below.cancelled());
    CHECK(left.cancel_requested());
    CHECK(!below_left.cancel_requested());
}

TEST_CASE("what is below a scope that goes is below its parent from then on") {
    scope root, before, first, second;
    before.attach(root);
    {
        scope between;
        between.attach(root);
        first.attach(between);
        second.attach(between);
        scope after;
        after.attach(root);
    }
    scope late;
    late.attach(root);
    root.cancel();
    for (scope* each : {&before, &first, &second, &late}) CHECK(each->cancelled());
}

TEST_CASE("what is below a scope without a parent is on its own when that goes") {
    auto root = std::make_unique<scope>();
    scope first;
    scope second;
    first.attach(*root);
    second.attach(*root);
    root.reset();
    first.cancel();
    CHECK(!second.cancelled());
}

TEST_CASE("a group may outlive the part of the job that made it, and the job") {
    hand_loop loop;
    auto made = []() -> task<std::unique_ptr<task_group>> { co_return std::make_unique<task_group>(); };
    auto hops = []() -> task<> { co_await hop(); };
    auto in_a_part = [&]() -> task<std::unique_ptr<task_group>> {
        cancel_scope part(async::this_job());
        co_return co_await made();
    };
    auto work = [&]() -> task<std::unique_ptr<task_group>> {
        auto group = co_await in_a_part();
        group->spawn(hops());
        co_await group->join();
        co_return group;
    };
    std::unique_ptr<task_group> left = run_through(loop, work());
    left->cancel();
    CHECK(left->size() == 0);
}

TEST_CASE("a scope that is attached below a cancelled one is cancelled, and one that has left its parent is not") {
    scope root;
    {
        scope gone;
        gone.attach(root);
    }
    auto left = std::make_unique<scope>();
    scope middle, last;
    left->attach(root);
    middle.attach(root);
    last.attach(root);
    left.reset();  // first in, last in the list: the others stay linked
    root.cancel();
    CHECK(middle.cancelled());
    CHECK(last.cancelled());
    scope late;
    late.attach(root);
    CHECK(late.cancelled());
    CHECK(!late.cancel_requested());
}

TEST_CASE("a scope can move to another parent, whose fate it shares from then on") {
    scope one, other, child;
    child.attach(one);
    child.attach(other);
    one.cancel();
    CHECK(!child.cancelled());
    other.cancel();
    CHECK(child.cancelled());
}

TEST_CASE("`cancelled` is no std::exception") {
    CHECK(!std::is_base_of_v<std::exception, cancelled>);
    bool passed_by = false;
    try {
        try {
            throw cancelled{};
        } catch (const std::exception&) {
        }
    } catch (const cancelled&) {
        passed_by = true;
    }
    CHECK(passed_by);
}

TEST_CASE("a cancelled job's wait ends with `cancelled`, once, and so does every later one") {
    hand_loop loop;
    event never;
    int heard = 0;
    auto work = [&]() -> task<> {
        for (int i = 0; i < 3; ++i) try {
                co_await never.wait();
            } catch (const cancelled&) {
                ++heard;
            }
    };
    started<> waiting(loop, work());
    CHECK(waiting.job().waiting());
    waiting.cancel();
    waiting.cancel();
    CHECK(heard == 0);  // from the ready queue, not from inside cancel()
    loop.turn_until_idle();
    CHECK(waiting.ended());
    CHECK(heard == 3);
}

TEST_CASE("a job that is cancelled before it begins hears of it at its first wait") {
    hand_loop loop;
    job parent;
    parent.root().cancel();
    job child(parent.root());
    CHECK(child.cancelled());
    bool began = false;
    bool heard = false;
    auto work = [&]() -> task<> {
        began = true;
        try {
            co_await hop();
        } catch (const cancelled&) {
            heard = true;
        }
    };
    task<> body = work();
    {
        async::scheduler::run_as as(loop, child);
        body.start();
    }
    CHECK(began);
    CHECK(heard);
    CHECK(body.done());
}

TEST_CASE("a cancel_scope interrupts its part of the job and no more") {
    hand_loop loop;
    event never;
    cancel_scope* inner = nullptr;
    std::vector<int> seen;
    auto work = [&]() -> task<> {
        {
            cancel_scope part(async::this_job());
            inner = &part;
            bool mine = false;
            try {
                co_await never.wait();
            } catch (const cancelled&) {
                mine = part.swallows();
            }
            if (mine) seen.push_back(1);
        }
        co_await hop();
        seen.push_back(2);
    };
    started<> waiting(loop, work());
    inner->cancel();
    loop.turn_until_idle();
    CHECK(waiting.ended());
    CHECK(seen == std::vector{1, 2});
    CHECK_NOTHROW(waiting.result());
}

TEST_CASE("a cancel_scope does not swallow the cancellation of the job around it") {
    hand_loop loop;
    event never;
    cancel_scope* inner = nullptr;
    std::optional<bool> mine;
    auto work = [&]() -> task<> {
        cancel_scope part(async::this_job());
        inner = &part;
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            mine = part.swallows();
            throw;
        }
    };
    SUBCASE("only the job") {
        started<> waiting(loop, work());
        waiting.cancel();
        loop.turn_until_idle();
        CHECK(mine == false);
        CHECK(waiting.threw_cancelled());
    }
    SUBCASE("both, the scope first") {
        started<> waiting(loop, work());
        inner->cancel();
        waiting.cancel();
        loop.turn_until_idle();
        CHECK(mine == false);
    }
    SUBCASE("both, the job first") {
        started<> waiting(loop, work());
        waiting.cancel();
        inner->cancel();
        loop.turn_until_idle();
        CHECK(mine == false);
    }
}

TEST_CASE(
    "cancelling an outer cancel_scope reaches a wait in the inner one, and leaving the inner one does not heal it") {
    hand_loop loop;
    event never;
    cancel_scope* outside = nullptr;
    std::vector<int> seen;
    auto work = [&]() -> task<> {
        cancel_scope outer(async::this_job());
        outside = &outer;
        try {
            cancel_scope inner(async::this_job());
            try {
                co_await never.wait();
            } catch (const cancelled&) {
                seen.push_back(inner.swallows() ? -1 : 1);
            }
        } catch (...) {
            seen.push_back(-2);
        }
        try {
            co_await hop();
            seen.push_back(-3);
        } catch (const cancelled&) {
            seen.push_back(outer.swallows() ? 2 : -4);
        }
    };
    started<> waiting(loop, work());
    outside->cancel();
    loop.turn_until_idle();
    CHECK(seen == std::vector{1, 2});
}

TEST_CASE("an outer scope that was cancelled while the job was in an inner one stays cancelled") {
    hand_loop loop;
    std::vector<int> seen;
    auto work = [&]() -> task<> {
        cancel_scope outer(async::this_job());
        {
            cancel_scope inner(async::this_job());
            outer.cancel();  // nothing waits: nothing to interrupt
            CHECK(inner.cancelled());
        }
        try {
            co_await hop();
        } catch (const cancelled&) {
            seen.push_back(1);
        }
    };
    run_through(loop, work());
    CHECK(seen == std::vector{1});
}

TEST_CASE("a wait that has happened cannot be cancelled any more; the next one is") {
    hand_loop loop;
    event flag;
    std::vector<int> seen;
    auto work = [&]() -> task<> {
        co_await flag.wait();
        seen.push_back(1);
        try {
            co_await hop();
        } catch (const cancelled&) {
            seen.push_back(2);
        }
    };
    started<> waiting(loop, work());
    flag.set();        // happened: it stands in the ready queue
    waiting.cancel();  // too late for this one
    loop.turn_until_idle();
    CHECK(seen == std::vector{1, 2});
}

TEST_CASE("a wait that was cancelled does not happen any more") {
    hand_loop loop;
    event flag;
    bool heard = false;
    auto work = [&]() -> task<> {
        try {
            co_await flag.wait();
        } catch (const cancelled&) {
            heard = true;
        }
    };
    started<> waiting(loop, work());
    waiting.cancel();
    flag.set();
    loop.turn_until_idle();
    CHECK(heard);
}

TEST_CASE("a coroutine destroyed while it waits, or while it is ready, leaves nothing behind") {
    hand_loop loop;
    event flag;
    auto work = [&]() -> task<> { co_await flag.wait(); };
    {
        started<> waits(loop, work());
        started<> is_ready(loop, work());
        started<> also_waits(loop, work());
        flag.set();
        flag.clear();
        started<> waits_anew(loop, work());
    }
    flag.set();
    loop.turn_until_idle();
    CHECK(loop.idle());
}

TEST_CASE("a shielded part goes on when the job is cancelled, and the job hears of it at its end") {
    hand_loop loop;
    event commits;
    std::vector<int> seen;
    auto work = [&]() -> task<> {
        {
            cancel_scope part(async::this_job(), true);
            co_await commits.wait();
            seen.push_back(1);
            co_await hop();
            seen.push_back(part.cancelled() ? -2 : 2);
        }
        try {
            co_await hop();
        } catch (const cancelled&) {
            seen.push_back(3);
            throw;
        }
    };
    started<> waiting(loop, work());
    waiting.cancel();
    loop.turn_until_idle();
    CHECK(seen.empty());
    commits.set();
    loop.turn_until_idle();
    CHECK(seen == std::vector{1, 2, 3});
    CHECK(waiting.threw_cancelled());
}

TEST_CASE("a shield keeps what comes from above away from everything below it, but its own cancellation works") {
    scope top, shielded, below, late;
    shielded.shield();
    shielded.attach(top);
    below.attach(shielded);
    top.cancel();
    CHECK(!shielded.cancelled());
    CHECK(!below.cancelled());
    late.attach(shielded);
    CHECK(!late.cancelled());
    scope after;
    after.shield();
    after.attach(top);
    CHECK(!after.cancelled());
    shielded.cancel();
    CHECK(below.cancelled());
    CHECK(late.cancelled());
    CHECK(!after.cancelled());
}

namespace {

int complaints = 0;
std::string complaint;
void count_complaint(std::string_view message, const std::source_location& at) noexcept {
    ++complaints;
    complaint = std::string(message) + " " + at.file_name();
}

}  // namespace

TEST_CASE(
    "code that swallows cancellation again and again is reported once, with its place, and does not hold the loop") {
    hand_loop loop;
    complaints = 0;
    reporter before = set_reporter(count_complaint);
    bool enough = false;
    int rounds = 0, others = 0;
    auto stubborn = [&]() -> task<> {
        while (!enough) {
            ++rounds;
            REQUIRE(rounds < 1000);
            try {
                co_await hop();
            } catch (...) {
            }
        }
    };
    auto other = [&]() -> task<> {
        for (int i = 0; i < 10; ++i) {
            ++others;
            co_await hop();
        }
        enough = true;
    };
    started<> first(loop, stubborn());
    first.cancel();
    started<> second(loop, other());
    loop.turn_until_idle();
    set_reporter(before);
    CHECK(first.ended());
    CHECK(others == 10);
    CHECK(complaints == 1);
    CHECK(complaint.find("although it was cancelled") != std::string::npos);
    CHECK(complaint.find("job.cpp") != std::string::npos);
}

TEST_CASE("clean-up that awaits twice more is not complained about") {
    hand_loop loop;
    complaints = 0;
    reporter before = set_reporter(count_complaint);
    auto tidy = [&]() -> task<> {
        for (int i = 0; i < 2; ++i) {
            try {
                co_await hop();
            } catch (const cancelled&) {
            }
        }
    };
    auto work = [&]() -> task<> {
        try {
            co_await hop();
        } catch (const cancelled&) {
        }
        co_await tidy();
    };
    started<> job(loop, work());
    job.cancel();
    loop.turn_until_idle();
    set_reporter(before);
    CHECK(job.ended());
    CHECK(complaints == 0);
}
