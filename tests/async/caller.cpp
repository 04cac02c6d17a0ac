// caller, call_frame: a handle on its way into an await_suspend brings its line, and the frame when it is a task's.
#include <coracle/async/caller.hpp>

#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <coroutine>
#include <cstring>
#include <source_location>
#include <string>
#include <vector>

using namespace coracle;

namespace {

class looks {
public:
    explicit looks(std::vector<async::caller>& into) noexcept : into_(into) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        into_.push_back(waiting);
        return false;
    }
    void await_resume() const noexcept {}

private:
    std::vector<async::caller>& into_;
};

struct other_coroutine {
    struct promise_type {
        promise_type() noexcept {}
        other_coroutine get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept {}
    };
};

}  // namespace

TEST_CASE("the line of a co_await comes with the handle") {
    hand_loop loop;
    std::vector<async::caller> seen;
    unsigned line = 0;
    auto work = [&]() -> task<> {
        line = std::source_location::current().line() + 1;
        co_await looks(seen);
        co_await looks(seen);
    };
    run_through(loop, work());
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].at().line() == line);
    CHECK(seen[1].at().line() == line + 1);
    CHECK(std::strstr(seen[0].at().file_name(), "caller.cpp") != nullptr);
    REQUIRE(seen[0].frame() != nullptr);
    CHECK(seen[0].frame() == seen[1].frame());
    CHECK(seen[0].handle() == seen[1].handle());
}

TEST_CASE("frames know who awaits them, whatever their tasks give") {
    hand_loop loop;
    std::vector<async::caller> seen;
    std::vector<unsigned> stack;
    auto looks_up = [&]() -> task<std::string> {
        co_await looks(seen);
        for (const async::call_frame* each = seen.back().frame(); each; each = each->caller())
            stack.push_back(each->at().line());
        co_return "found";
    };
    auto by_value = [&]() -> task<std::string> {
        std::string found = co_await looks_up();
        co_return found;
    };
    auto outer = [&]() -> task<> {
        std::string found = co_await by_value();
        CHECK(found == "found");
    };
    run_through(loop, outer());
    REQUIRE(stack.size() == 3);
    CHECK(stack[1] > stack[0]);
    CHECK(stack[2] > stack[1]);
}

TEST_CASE("a coroutine of another library awaits too, and is in no chain") {
    std::vector<async::caller> seen;
    auto work = [&]() -> other_coroutine { co_await looks(seen); };
    work();
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].frame() == nullptr);
    CHECK(seen[0].handle() != nullptr);
}
