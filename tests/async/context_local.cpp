// context_local: who sees what was set where.
#include <coracle/async/context_local.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace coracle;

namespace {

context_local<std::string> request_id{"-"};
context_local<int> depth;

// A logger: a plain function that was handed nothing.
std::string log_line(const char* text) { return "[" + request_id.get() + "] " + text; }

}  // namespace

TEST_CASE("outside of any job the fallback is seen, and setting is an error that says so") {
    CHECK(request_id.get() == "-");
    CHECK(!request_id.is_set());
    CHECK(depth.get() == 0);
    CHECK_THROWS_AS(request_id.set("x"), std::logic_error);
}

TEST_CASE("what a job sets, its calls and children see, also a plain logger; siblings and the parent do not") {
    hand_loop loop;
    std::vector<std::string> lines;
    event go;
    auto child = [&](const char* name) -> task<> {
        lines.push_back(log_line(name));
        request_id.set(*request_id + "/" + name);
        co_await go.wait();
        lines.push_back(log_line(name));
    };
    auto work = [&]() -> task<> {
        request_id.set("7f3a");
        CHECK(request_id.is_set());
        CHECK(request_id->size() == 4);
        co_await gather(child("a"), child("b"));
        lines.push_back(log_line("end"));
    };
    started<> job(loop, work());
    CHECK(log_line("outside") == "[-] outside");
    go.set();
    loop.turn_until_idle();
    REQUIRE(job.ended());
    CHECK(lines == std::vector<std::string>{"[7f3a] a", "[7f3a] b", "[7f3a/a] a", "[7f3a/b] b", "[7f3a] end"});
}

TEST_CASE("a child keeps what its parent saw when it started, whatever the parent sets later") {
    hand_loop loop;
    event go;
    std::string seen;
    auto child = [&]() -> task<> {
        co_await go.wait();
        seen = request_id.get();
    };
    auto work = [&]() -> task<> {
        request_id.set("before");
        task_group group;
        group.spawn(child());
        request_id.set("after");
        go.set();
        co_await group.join();
        CHECK(request_id.get() == "after");
    };
    run_through(loop, work());
    CHECK(seen == "before");
}

TEST_CASE("set_within ends with its block, also by an exception") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        request_id.set("outer");
        {
            auto within = request_id.set_within("inner");
            CHECK(request_id.get() == "inner");
            depth.set(3);
            co_await hop();
            CHECK(request_id.get() == "inner");
        }
        CHECK(request_id.get() == "outer");
        CHECK(depth.get() == 0);
        try {
            auto within = request_id.set_within("thrown through");
            throw 1;
        } catch (int) {
        }
        CHECK(request_id.get() == "outer");
    };
    run_through(loop, work());
}

TEST_CASE("jobs that take turns see their own") {
    hand_loop loop;
    auto counts = [](int id) -> task<bool> {
        bool right = true;
        for (int i = 0; i < 10; ++i) {
            depth.set(id * 100 + i);
            co_await hop();
            right = right && depth.get() == id * 100 + i;
        }
        co_return right;
    };
    auto work = [&]() -> task<> {
        auto [a, b, c] = co_await gather(counts(1), counts(2), counts(3));
        CHECK(a);
        CHECK(b);
        CHECK(c);
    };
    run_through(loop, work());
}
