// on_loop_of: tasks that run on another loop, cancelled from here, ended from there, and a token that goes round.
#include <coracle/loop/on_loop_of.hpp>

#include <coracle/async/context_local.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/loop_thread.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/submit.hpp>
#include <coracle/loop/thread_pool.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

task<std::thread::id> where() {
    co_await sleep(0s);
    co_return std::this_thread::get_id();
}

/// Waits until it is cancelled, and says when it begins and ends.
struct patient {
    std::atomic<bool> begun{false}, ended{false};
    task<> wait() {
        struct end {
            std::atomic<bool>& of;
            ~end() { of = true; }
        } at_end{ended};
        begun = true;
        event never;
        co_await never.wait();
    }
};

task<> until(const std::atomic<bool>& flag) {
    while (!flag) co_await sleep(0s);
}

}  // namespace

TEST_CASE("the task runs there, and its value and the rest of this task are here") {
    loop_thread other;
    auto work = [&]() -> task<> {
        std::thread::id here = std::this_thread::get_id();
        std::thread::id there = co_await on_loop_of(other, where());
        CHECK(there != here);
        CHECK(std::this_thread::get_id() == here);
        static int target = 0;
        auto reference = []() -> task<int&> { co_return target; };
        int& found = co_await on_loop_of(other, reference());
        CHECK(&found == &target);
        auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
        std::unique_ptr<int> owned = co_await on_loop_of(other, owner());
        CHECK(*owned == 3);
    };
    run(work());
}

TEST_CASE("what it throws is thrown here") {
    loop_thread other;
    auto fails = []() -> task<int> {
        co_await sleep(0s);
        throw std::runtime_error("there");
    };
    auto work = [&]() -> task<> { co_await on_loop_of(other, fails()); };
    CHECK_THROWS_WITH_AS(run(work()), "there", std::runtime_error);
}

TEST_CASE("on the loop where it is already, the task is simply awaited") {
    auto work = []() -> task<> {
        std::thread::id here = co_await on_loop_of(loop::reactor::current(), where());
        CHECK(here == std::this_thread::get_id());
    };
    run(work());
}

TEST_CASE("it sees the context of the task that sent it") {
    static context_local<std::string> name;
    loop_thread other;
    auto reads = []() -> task<std::string> { co_return name.get(); };
    auto work = [&]() -> task<std::string> {
        name.set("carried along");
        co_return co_await on_loop_of(other, reads());
    };
    CHECK(run(work()) == "carried along");
}

TEST_CASE("cancelled here, it is cancelled there and waited for") {
    loop_thread other;
    patient there;
    bool heard = false;
    auto waits = [&]() -> task<> {
        try {
            co_await on_loop_of(other, there.wait());
        } catch (const cancelled&) {
            heard = true;
            CHECK(there.ended);
            throw;
        }
    };
    auto fails = [&]() -> task<> {
        co_await until(there.begun);
        throw std::runtime_error("beside");
    };
    auto work = [&]() -> task<> { co_await gather(waits(), fails()); };
    CHECK_THROWS_WITH_AS(run(work()), "beside", std::runtime_error);
    CHECK(heard);
}

TEST_CASE("cancelled while it is on its way, it arrives as a cancelled job; before that it does not go at all") {
    loop_thread other;
    int began = 0;
    auto counts = [&]() -> task<> {
        ++began;
        co_await sleep(1h);
    };
    auto work = [&]() -> task<> {
        async::cancel_scope part(async::this_job());
        loop::reactor::current().post([&part] { part.cancel(); });
        bool told = false;
        try {
            co_await on_loop_of(other, counts());
        } catch (const cancelled&) {
            told = true;
        }
        CHECK(told);
        CHECK(began == 1);
        told = false;
        try {
            co_await on_loop_of(other, counts());
        } catch (const cancelled&) {
            told = true;
        }
        CHECK(told);
        CHECK(began == 1);
    };
    run(work());
}

TEST_CASE("a task that swallows its cancellation gives its value") {
    loop_thread other;
    std::atomic<bool> begun = false;
    auto swallows = [&]() -> task<int> {
        begun = true;
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
        }
        co_return 5;
    };
    int got = 0;
    auto waits = [&]() -> task<> { got = co_await on_loop_of(other, swallows()); };
    auto work = [&]() -> task<> {
        async::cancel_scope part(async::this_job());
        auto cancels = [&]() -> task<> {
            co_await until(begun);
            part.cancel();
        };
        co_await gather(waits(), cancels());
    };
    run(work());
    CHECK(got == 5);
}

TEST_CASE("cancelled there alone, it is an error here, not a cancellation") {
    loop_thread other;
    auto gives_up = []() -> task<> {
        async::this_job().root().cancel();
        co_await sleep(0s);
    };
    auto work = [&]() -> task<> { co_await on_loop_of(other, gives_up()); };
    CHECK_THROWS_AS(run(work()), task_cancelled);
}

TEST_CASE("the other loop is stopped meanwhile: the task is cancelled there, and this one told") {
    auto other = std::make_unique<loop_thread>();
    patient there;
    std::thread ends([&] {
        while (!there.begun) std::this_thread::yield();
        other.reset();
    });
    auto work = [&]() -> task<> { co_await on_loop_of(*other, there.wait()); };
    CHECK_THROWS_AS(run(work()), task_cancelled);
    ends.join();
}

TEST_CASE("the other loop is destroyed meanwhile: whether the task had begun or not, this one is told") {
    loop::thread_pool pool(1);
    patient there;
    std::optional<loop::reactor> other(std::in_place, pool);
    bool turns = false;
    SUBCASE("begun") { turns = true; }
    SUBCASE("not begun") {}
    auto waits = [&]() -> task<> { co_await on_loop_of(*other, there.wait()); };
    auto destroys = [&]() -> task<> {
        co_await sleep(0s);
        if (turns) {
            std::thread thread([&] { other->run_until([&] { return there.begun.load(); }); });
            thread.join();
        }
        other.reset();
    };
    auto work = [&]() -> task<> { co_await gather(waits(), destroys()); };
    CHECK_THROWS_AS(run(work()), loop_ended);
    CHECK(there.begun == turns);
    CHECK(there.ended == turns);
}

TEST_CASE("a coroutine that is destroyed while it waits ends its task there first") {
    loop_thread other;
    loop::thread_pool pool(1);
    patient there;
    {
        loop::reactor on(pool);
        async::job job;
        auto waits = [&]() -> task<> { co_await on_loop_of(other, there.wait()); };
        task<> work = waits();
        on.post([&] {
            async::scheduler::run_as as(on, job);
            work.start();
        });
        on.run_until([&] { return job.waiting(); });
        while (!there.begun) std::this_thread::yield();
    }
    CHECK(there.ended);
}

TEST_CASE("a hundred trips at once, every other one cancelled, all come back") {
    loop_thread other;
    int back = 0, told = 0;
    auto pauses = []() -> task<> {
        for (int i = 0; i < 3; ++i) co_await sleep(0s);
    };
    auto one = [&](bool wanted) -> task<> {
        async::cancel_scope part(async::this_job());
        if (!wanted) loop::reactor::current().post([&part] { part.cancel(); });
        bool heard = false;
        try {
            co_await on_loop_of(other, pauses());
        } catch (const cancelled&) {
            heard = true;
        }
        ++(heard ? told : back);
    };
    auto work = [&]() -> task<> {
        std::vector<task<>> all;
        for (int i = 0; i < 100; ++i) all.push_back(one(i % 2 == 0));
        co_await gather(std::move(all));
    };
    run(work());
    CHECK(back + told == 100);
    CHECK(back >= 50);
}

TEST_CASE("four loops pass a token ten thousand times") {
    constexpr int rounds = 10'000;
    loop::thread_pool pool(1);
    std::array<std::unique_ptr<loop_thread>, 4> loops;
    for (auto& each : loops) each = std::make_unique<loop_thread>(pool);
    int token = 0;  // whose turn it is may touch it, and nobody else
    std::promise<void> all;
    SUBCASE("by posting functions") {
        std::function<void()> pass = [&] {
            if (++token == rounds) return all.set_value();
            loops[static_cast<std::size_t>(token) % 4]->loop().post([&] { pass(); });
        };
        loops[0]->loop().post([&] { pass(); });
        all.get_future().get();
        CHECK(token == rounds);
    }
    SUBCASE("by tasks that send one another on") {
        auto adds = [&]() -> task<int> {
            int next = ++token;
            co_return next;
        };
        auto carries = [&]() -> task<> {
            int now = 0;
            while (now < rounds) {
                now = co_await on_loop_of(*loops[static_cast<std::size_t>(now) % 4], adds());
            }
        };
        submit(*loops[0], carries()).get();
        CHECK(token == rounds);
    }
}
