// tasks: the jobs of a loop, where they wait, and how they are told.
#include <coracle/async/tasks.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

unsigned line_here(std::source_location at = std::source_location::current()) { return at.line(); }

}  // namespace

TEST_CASE("outside of a loop there is nobody to list") { CHECK_THROWS_AS(tasks(), std::logic_error); }

TEST_CASE("each suspended task is listed with its line, those who await it, and its children behind it") {
    hand_loop loop;
    event go;
    unsigned inner_line = 0, middle_line = 0, outer_line = 0;
    auto inner = [&]() -> task<> {
        inner_line = line_here() + 1;
        co_await go.wait();
    };
    auto middle = [&]() -> task<int> {
        middle_line = line_here() + 1;
        co_await inner();
        co_return 1;
    };
    auto other = [&]() -> task<> { co_await go.wait(); };
    auto work = [&]() -> task<> {
        async::scheduler::current().label_running_job("GET /slow");
        outer_line = line_here() + 1;
        co_await gather(middle(), other());
    };
    started<> all(loop, work(), loop.root());
    std::vector<task_info> seen = tasks();
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].depth == 0);
    CHECK(seen[0].label == "GET /slow");
    CHECK(seen[0].waiting);
    REQUIRE(seen[0].stack.size() == 2);  // inside gather, and where it was called
    CHECK(std::string(seen[0].stack[0].file_name()).ends_with("gather.hpp"));
    CHECK(seen[0].stack[1].line() == outer_line);
    const task_info& deep = seen[1].stack.size() == 2 ? seen[1] : seen[2];
    const task_info& flat = &deep == &seen[1] ? seen[2] : seen[1];
    CHECK(flat.depth == 1);
    CHECK(flat.stack.size() == 1);
    CHECK(deep.depth == 1);
    CHECK(deep.label == "GET /slow");
    REQUIRE(deep.stack.size() == 2);
    CHECK(deep.stack[0].line() == inner_line);
    CHECK(deep.stack[1].line() == middle_line);

    std::string text = to_text(seen);
    CHECK(text.find("task of GET /slow waits\n    ") == 0);
    CHECK(text.find("tasks.cpp:" + std::to_string(outer_line)) != std::string::npos);
    CHECK(text.find("\n  task of GET /slow waits\n      ") != std::string::npos);

    go.set();
    CHECK(to_text(tasks()).find(" is about to go on\n") != std::string::npos);
    loop.turn_until_idle();
    REQUIRE(all.ended());
}

TEST_CASE("who asks in a destructor, while a coroutine is destroyed where it waits, meets none of its frames") {
    hand_loop loop;
    event never;
    std::string text;
    struct teller {
        std::string& told;
        explicit teller(std::string& into) : told(into) {}
        ~teller() { told = to_text(tasks()); }
    };
    auto inner = [&]() -> task<> { co_await never.wait(); };
    auto outer = [&]() -> task<> {
        teller at_end(text);
        co_await inner();
    };
    {
        started<> job(loop, outer(), loop.root());
    }
    CHECK(text == "task runs\n");
    {
        started<> job(loop, outer(), loop.root());
        never.set();
    }
    CHECK(text == "task runs\n");
}

TEST_CASE("the one that asks runs, and a cancelled one says so; ended ones are gone") {
    hand_loop loop;
    event never;
    std::string text;
    auto waits = [&]() -> task<> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            text = to_text(tasks());
            throw;
        }
    };
    {
        started<> job(loop, waits(), loop.root());
        job.cancel();
        CHECK(to_text(tasks()).find("task is about to go on, cancelled\n") == 0);
        loop.turn_until_idle();
        CHECK(text == "task runs, cancelled\n");
    }
    CHECK(tasks().empty());
    CHECK(to_text({}).empty());
}
