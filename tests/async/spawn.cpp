// spawn: tasks that belong to the loop, that nobody has to wait for, and whose failures are told all the same.
#include <coracle/async/spawn.hpp>

#include <coracle/async/context_local.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/join_handle.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/tasks.hpp>
#include <coracle/base/report.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

struct heard {
    std::string message;
    unsigned line;
};
/// What report() tells while this lives.
class listener {
public:
    listener() : before_(set_reporter(&note)) { all().clear(); }
    ~listener() { set_reporter(before_); }
    static std::vector<heard>& all() {
        static std::vector<heard> reports;
        return reports;
    }

private:
    static void note(std::string_view message, const std::source_location& at) noexcept {
        all().push_back(heard{std::string(message), at.line()});
    }
    reporter before_;
};

task<int> slow_number(int value, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    co_return value;
}
constexpr unsigned fails_waits_at = __LINE__ + 2;
task<> fails(std::string text, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    throw std::runtime_error(text);
}
task<> waits(event& on, int& count) {
    try {
        co_await on.wait();
    } catch (const cancelled&) {
        ++count;
        throw;
    }
}

}  // namespace

TEST_CASE("a spawned task runs at once until it first waits, goes on without its starter, and frees itself") {
    hand_loop loop;
    std::string order;
    auto child = [&]() -> task<> {
        order += '1';
        co_await hop();
        co_await hop();
        order += '3';
    };
    auto work = [&]() -> task<> {
        spawn(child());
        order += '2';
        co_return;
    };
    started<> starter(loop, work());
    CHECK(starter.ended());
    CHECK(order == "12");
    CHECK(loop.background().running() == 1);
    loop.turn_until_idle();
    CHECK(order == "123");
    CHECK(loop.background().running() == 0);
}

TEST_CASE("a handle gives the value of a spawned task") {
    hand_loop loop;
    auto work = []() -> task<int> {
        auto first = spawn(slow_number(1, 3));
        auto second = spawn(slow_number(2, 0));
        int a = co_await first;
        int b = co_await second;
        co_return 10 * a + b;
    };
    CHECK(run_through(loop, work()) == 12);
}

TEST_CASE("cancelling who spawned, or who awaits, does not cancel what was spawned") {
    hand_loop loop;
    event never;
    int count = 0;
    bool child_waits = false;
    auto work = [&]() -> task<> {
        auto handle = spawn(waits(never, count));
        co_await handle;
    };
    started<> starter(loop, work());
    starter.cancel();
    loop.turn_until_idle();
    CHECK(starter.threw_cancelled());
    child_waits = loop.background().running() == 1;
    CHECK(child_waits);
    CHECK(count == 0);
    never.set();
    loop.turn_until_idle();
    CHECK(loop.background().running() == 0);
    CHECK(count == 0);
}

TEST_CASE("a failure that nobody can ask for any more is reported once, with where the task was seen last") {
    hand_loop loop;
    listener reports;
    auto work = [&]() -> task<> {
        spawn(fails("lost", 2));
        co_return;
    };
    started<> starter(loop, work());
    CHECK(listener::all().empty());
    loop.turn_until_idle();
    REQUIRE(listener::all().size() == 1);
    CHECK(listener::all()[0].message == "a task failed that nobody awaits: lost; seen last");
    CHECK(listener::all()[0].line == fails_waits_at);
}

TEST_CASE("a failure waits for its handle, and is reported when that goes without having asked") {
    hand_loop loop;
    listener reports;
    std::optional<join_handle<>> handle;
    auto work = [&]() -> task<> {
        handle.emplace(spawn(fails("kept", 1)));
        co_return;
    };
    started<> starter(loop, work());
    loop.turn_until_idle();
    CHECK(handle->done());
    CHECK(listener::all().empty());
    handle.reset();
    REQUIRE(listener::all().size() == 1);
    CHECK(listener::all()[0].message == "a task failed that nobody awaits: kept; seen last");
}

TEST_CASE("a failure that was asked for is not reported, nor is a cancellation, nor a value") {
    hand_loop loop;
    listener reports;
    event never;
    int count = 0;
    std::string said;
    auto work = [&]() -> task<> {
        auto bad = spawn(fails("asked for", 1));
        try {
            co_await bad;
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        spawn(waits(never, count)).cancel();
        spawn(slow_number(1, 1));
        spawn(slow_number(2, 0));
    };
    run_through(loop, work());
    CHECK(said == "asked for");
    CHECK(count == 1);
    CHECK(listener::all().empty());
}

TEST_CASE("a task that fails before its first wait is reported as well") {
    hand_loop loop;
    listener reports;
    auto work = [&]() -> task<> {
        spawn(fails("at once", 0));
        CHECK(listener::all().size() == 1);
        co_return;
    };
    run_through(loop, work());
}

TEST_CASE("a spawned task sees the values of its starter, and shows among the tasks of the loop") {
    hand_loop loop;
    static context_local<int> number(1);
    event go;
    int seen = 0;
    auto looks = [&]() -> task<> {
        co_await go.wait();
        seen = *number;
    };
    auto work = [&]() -> task<> {
        auto within = number.set_within(5);
        spawn(looks());
        co_return;
    };
    started<> starter(loop, work());
    std::size_t waiting = 0;
    for (const task_info& each : tasks()) waiting += each.waiting;
    CHECK(waiting == 1);
    go.set();
    loop.turn_until_idle();
    CHECK(seen == 5);
}

TEST_CASE("spawned tasks spawn others, and all are the loop's") {
    hand_loop loop;
    struct tree {
        static task<> grow(int depth, int& count) {
            co_await hop();
            ++count;
            if (depth == 0) co_return;
            spawn(grow(depth - 1, count));
            spawn(grow(depth - 1, count));
        }
    };
    int count = 0;
    auto work = [&]() -> task<> {
        spawn(tree::grow(6, count));
        co_return;
    };
    run_through(loop, work());
    CHECK(count == 127);
}

TEST_CASE("a loop that goes takes what it still runs with it, where it waits, and handles are told") {
    event never;
    int alive = 0, count = 0;
    struct counted {
        int& of;
        explicit counted(int& number) : of(number) { ++of; }
        ~counted() { --of; }
    };
    std::optional<join_handle<>> handle;
    {
        hand_loop loop;
        auto holds = [&]() -> task<> {
            counted here(alive);
            co_await waits(never, count);
        };
        auto work = [&]() -> task<> {
            handle.emplace(spawn(holds()));
            spawn(holds());
            co_return;
        };
        started<> starter(loop, work());
        CHECK(alive == 2);
    }
    CHECK(alive == 0);
    CHECK(count == 0);  // nobody was resumed
    CHECK(handle->done());
}

TEST_CASE("outside of a loop spawn is an error that says so") {
    auto nothing = []() -> task<> { co_return; };
    task<> work = nothing();
    CHECK_THROWS_AS(spawn(std::move(work)), std::logic_error);
}
