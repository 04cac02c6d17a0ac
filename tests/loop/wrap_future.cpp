// wrap_future: values and errors of futures, deferred ones, and a wait that is cancelled.
#include <coracle/loop/wrap_future.hpp>

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>

#include <doctest/doctest.h>

#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

using namespace coracle;

TEST_CASE("a future's value comes without blocking the loop: made later, made before, moved, by reference") {
    auto work = []() -> task<> {
        std::promise<int> later;
        loop::reactor::current().post([&] { later.set_value(1); });  // the loop goes on turning
        int one = co_await wrap_future(later.get_future());
        CHECK(one == 1);
        std::promise<std::unique_ptr<int>> before;
        before.set_value(std::make_unique<int>(2));
        std::unique_ptr<int> two = co_await wrap_future(before.get_future());
        CHECK(*two == 2);
        static int target = 0;
        std::promise<int&> reference;
        reference.set_value(target);
        int& found = co_await wrap_future(reference.get_future());
        CHECK(&found == &target);
        std::promise<void> nothing;
        nothing.set_value();
        co_await wrap_future(nothing.get_future());
    };
    run(work());
}

TEST_CASE("a deferred call runs on the pool") {
    auto work = []() -> task<> {
        std::future<std::thread::id> lazy =
            std::async(std::launch::deferred, [] { return std::this_thread::get_id(); });
        std::thread::id ran = co_await wrap_future(std::move(lazy));
        CHECK(ran != std::this_thread::get_id());
    };
    run(work());
}

TEST_CASE("what a future holds is thrown, and so is that it holds nothing") {
    auto work = [](std::future<int> from) -> task<int> { co_return co_await wrap_future(std::move(from)); };
    std::promise<int> fails;
    fails.set_exception(std::make_exception_ptr(std::runtime_error("held")));
    CHECK_THROWS_WITH_AS(run(work(fails.get_future())), "held", std::runtime_error);
    CHECK_THROWS_AS(run(work(std::future<int>())), std::future_error);
    std::future<int> broken = std::promise<int>().get_future();
    CHECK_THROWS_AS(run(work(std::move(broken))), std::future_error);
}

TEST_CASE("a cancelled wait gives the future up; one of std::async ends on the pool, not on the loop") {
    std::latch let_go(1);
    bool heard = false;
    auto work = [&]() -> task<> {
        std::future<void> slow = std::async(std::launch::async, [&] { let_go.wait(); });
        async::cancel_scope part(async::this_job());
        loop::reactor::current().post([&] { part.cancel(); });
        try {
            co_await wrap_future(std::move(slow));
        } catch (const cancelled&) {
            heard = true;
        }
        let_go.count_down();  // hangs before if the loop waits for the thread
    };
    run(work());
    CHECK(heard);
}
