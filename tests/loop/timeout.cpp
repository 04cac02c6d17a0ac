// timeout, try_for: what comes in time, what does not, and who is told when several limits are passed at once.
#include <coracle/loop/timeout.hpp>

#include <coracle/async/channel.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

using namespace coracle;

namespace {

task<int> number(int value) { co_return value; }
task<int> number_after(std::chrono::nanoseconds time, int value) {
    co_await sleep(time);
    co_return value;
}
/// Runs `work`, and gives what its timed_out says, or "in time", or "cancelled".
template <class T>
task<std::string> verdict(task<T> work) {
    std::string said = "in time";
    try {
        co_await std::move(work);
    } catch (const timed_out& error) {
        said = error.what();
    } catch (const cancelled&) {
        said = "cancelled";
    }
    co_return said;
}

}  // namespace

TEST_CASE("what comes in time is given, and no timer stays behind") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        int at_once = co_await timeout(5s, number(1));
        int later = co_await timeout(5s, number_after(4999ms, 2));
        CHECK(at_once == 1);
        CHECK(later == 2);
        CHECK(world.elapsed() == 4999ms);
        CHECK(world.reactor().timers().size() == 0);
    };
    world.run(work());
}

TEST_CASE("void, references, and values that only move come through timeout") {
    virtual_loop world;
    int target = 3;
    auto nothing = []() -> task<> { co_await sleep(1ms); };
    auto reference = [&]() -> task<int&> { co_return target; };
    auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
    auto work = [&]() -> task<> {
        co_await timeout(1s, nothing());
        int& alias = co_await timeout(1s, reference());
        alias = 4;
        std::unique_ptr<int> owned = co_await timeout(1s, owner());
        CHECK(*owned == 5);
    };
    world.run(work());
    CHECK(target == 4);
}

TEST_CASE("when the time is up the task is cancelled, waited for, and timed_out says after how long") {
    virtual_loop world;
    bool cleaned = false;
    auto slow_to_leave = [&]() -> task<int> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
        }
        async::cancel_scope clean_up(async::this_job(), true);
        co_await sleep(2s);
        cleaned = true;
        throw cancelled{};
    };
    auto work = [&]() -> task<> {
        std::string said = co_await verdict(timeout(5s, slow_to_leave()));
        CHECK(said == "timed out after 5s");
        CHECK(cleaned);
        CHECK(world.elapsed() == 7s);
        CHECK(world.reactor().timers().size() == 0);
        co_await sleep(1s);  // what is around it was not cancelled
    };
    world.run(work());
}

TEST_CASE("the whole tree below is cancelled when the time is up") {
    virtual_loop world;
    int heard = 0;
    auto leaf = [&]() -> task<> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            ++heard;
            throw;
        }
    };
    auto tree = [&]() -> task<> { co_await gather(leaf(), leaf(), leaf()); };
    auto work = [&]() -> task<> {
        std::string said = co_await verdict(timeout(10ms, tree()));
        CHECK(said == "timed out after 10ms");
        CHECK(heard == 3);
    };
    world.run(work());
}

TEST_CASE("an exception of the task is thrown as it is, also when it comes out of the cancellation") {
    virtual_loop world;
    auto fails = []() -> task<int> {
        co_await sleep(1ms);
        throw std::runtime_error("broken");
    };
    auto fails_late = []() -> task<int> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            throw std::runtime_error("broken by the end");
        }
        co_return 0;
    };
    CHECK_THROWS_WITH_AS(world.run(timeout(1s, fails())), "broken", std::runtime_error);
    CHECK_THROWS_WITH_AS(world.run(timeout(1s, fails_late())), "broken by the end", std::runtime_error);
}

TEST_CASE("no time, or less: the task runs until it first waits") {
    virtual_loop world;
    bool reached = false, passed = false;
    auto waits = [&]() -> task<> {
        reached = true;
        co_await yield_now();
        passed = true;
    };
    auto work = [&]() -> task<> {
        int at_once = co_await timeout(0s, number(1));
        int long_ago = co_await timeout(-1h, number(2));
        int by_the_clock = co_await timeout_at(os::time_point::min(), number(3));
        CHECK(at_once + long_ago + by_the_clock == 6);
        for (auto limit : {0ns, -1ns, std::chrono::nanoseconds::min()}) {
            reached = false;
            std::string said = co_await verdict(timeout(limit, waits()));
            CHECK(said == "timed out after 0s");
            CHECK(reached);
            CHECK(!passed);
        }
        std::string said = co_await verdict(timeout_at(loop::now(), waits()));
        CHECK(said == "timed out after 0s");
        CHECK(world.elapsed() == 0s);
    };
    world.run(work());
}

TEST_CASE("the longest time there is arms no timer, in whichever unit it is said") {
    virtual_loop world;
    auto looks = [&]() -> task<std::size_t> {
        co_await yield_now();
        co_return world.reactor().timers().size();
    };
    auto work = [&]() -> task<> {
        std::size_t nanoseconds = co_await timeout(std::chrono::nanoseconds::max(), looks());
        std::size_t hours = co_await timeout(std::chrono::hours::max(), looks());
        std::size_t never = co_await timeout_at(os::time_point::max(), looks());
        CHECK(nanoseconds + hours + never == 0);
        std::size_t most = co_await timeout(std::chrono::nanoseconds::max() - 1ns, looks());
        CHECK(most == 0);  // beyond the end of the clock
        std::size_t fraction = co_await timeout(1.5s, looks());
        CHECK(fraction == 1);
    };
    world.run(work());
}

TEST_CASE("the clock of a timeout runs from its co_await, not from its call") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        task<int> later = timeout(5s, number_after(4s, 1));
        co_await sleep(1h);
        int value = co_await std::move(later);
        CHECK(value == 1);
    };
    world.run(work());
}

TEST_CASE("of nested limits the one that is passed first is told, at its own place") {
    virtual_loop world;
    auto inner_first = [&]() -> task<> {
        std::string said = co_await verdict(timeout(1s, number_after(1h, 0)));
        CHECK(said == "timed out after 1s");
        CHECK(world.elapsed() == 1s);
        co_await sleep(1s);  // and the outer one still has time
    };
    std::string outer;
    auto outer_first = [&]() -> task<> {
        std::string said = co_await verdict(timeout(1h, number_after(2h, 0)));
        CHECK(said == "cancelled");
        throw cancelled{};
    };
    auto work = [&]() -> task<> {
        co_await timeout(3s, inner_first());
        CHECK(world.elapsed() == 2s);
        outer = co_await verdict(timeout(3s, outer_first()));
        CHECK(world.elapsed() == 5s);
    };
    world.run(work());
    CHECK(outer == "timed out after 3s");
}

TEST_CASE("of two limits that are passed at the same instant the outer one is told") {
    virtual_loop world;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        if (seed > 0) world.reactor().shuffle(seed);
        std::string inner, outer;
        auto within = [&]() -> task<> {
            inner = co_await verdict(timeout(1s, number_after(1h, 0)));
            throw cancelled{};
        };
        auto work = [&]() -> task<> { outer = co_await verdict(timeout(1s, within())); };
        world.run(work());
        CHECK(inner == "cancelled");
        CHECK(outer == "timed out after 1s");
    }
}

TEST_CASE("a value that has come at the deadline is not thrown away") {
    for (std::uint64_t seed = 0; seed < 16; ++seed) {
        virtual_loop world;
        if (seed > 0) world.reactor().shuffle(seed);
        int value = 0;
        std::string other = "in time";
        auto work = [&]() -> task<> {
            channel<int> items{4};
            auto receives = [&]() -> task<int> {
                auto item = co_await items.receive();
                co_return *item;
            };
            auto sends = [&]() -> task<> {
                co_await sleep(1s);
                co_await items.send(7);
            };
            auto waits = [&]() -> task<> {
                try {
                    value = co_await timeout(1s, receives());
                } catch (const timed_out& error) {
                    other = error.what();
                }
            };
            co_await gather(waits(), sends());
            if (value == 0) {
                auto left = items.try_receive();
                CHECK(left.has_value());  // it was either received or is still there
            }
        };
        world.run(work());
        CHECK((value == 7) == (other == "in time"));
    }
}

TEST_CASE("a task that computes past its deadline and then ends gives its value") {
    virtual_loop world;
    auto computes = [&]() -> task<int> {
        co_await yield_now();
        world.skip(10s);
        co_return 9;
    };
    CHECK(world.run(timeout(1s, computes())) == 9);
}

TEST_CASE("a task that makes a value of its cancellation gives that, also after the deadline") {
    virtual_loop world;
    auto saves = []() -> task<int> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
        }
        co_return 11;
    };
    CHECK(world.run(timeout(1s, saves())) == 11);
}

TEST_CASE("a cancellation from outside is passed on, and is no timeout") {
    virtual_loop world;
    std::string said;
    auto waits = [&]() -> task<> {
        said = co_await verdict(timeout(1h, number_after(2h, 0)));
        throw cancelled{};
    };
    auto work = [&]() -> task<> {
        auto fails = []() -> task<> {
            co_await sleep(1s);
            throw std::runtime_error("enough");
        };
        co_await gather(waits(), fails());
    };
    CHECK_THROWS_WITH_AS(world.run(work()), "enough", std::runtime_error);
    CHECK(said == "cancelled");
    CHECK(world.reactor().timers().size() == 0);
}

TEST_CASE("a task that throws cancelled by itself before the time is up passes it on") {
    virtual_loop world;
    auto gives_up = []() -> task<> {
        co_await sleep(1ms);
        throw cancelled{};
    };
    CHECK(world.run(verdict(timeout(1s, gives_up()))) == "cancelled");
    CHECK_THROWS_AS(world.run(try_for(1s, gives_up())), cancelled);
}

TEST_CASE("a blocking call under way is waited for when the time is up") {
    virtual_loop world(virtual_time.patience(5s));
    std::atomic<bool> ran = false;
    auto blocks = [&]() -> task<> {
        co_await offload([&] {
            std::this_thread::sleep_for(5ms);
            ran = true;
        });
    };
    auto work = [&]() -> task<> {
        std::string said = co_await verdict(timeout(1ms, blocks()));
        CHECK((said == "timed out after 1ms" || said == "in time"));
        CHECK((ran || said != "in time"));
    };
    world.run(work());
}

TEST_CASE("try_for gives an optional, a bool for a task<>, a pointer for a reference") {
    virtual_loop world;
    int target = 3;
    auto reference = [&](std::chrono::nanoseconds time) -> task<int&> {
        co_await sleep(time);
        co_return target;
    };
    auto nothing = [](std::chrono::nanoseconds time) -> task<> { co_await sleep(time); };
    auto owner = [](std::chrono::nanoseconds time) -> task<std::unique_ptr<int>> {
        co_await sleep(time);
        co_return std::make_unique<int>(5);
    };
    auto work = [&]() -> task<> {
        auto number = co_await try_for(1s, number_after(1ms, 4));
        static_assert(std::is_same_v<decltype(number), std::optional<int>>);
        CHECK(number == 4);
        auto no_number = co_await try_for(1s, number_after(1h, 4));
        CHECK(!no_number);
        bool done = co_await try_for(1s, nothing(1ms));
        CHECK(done);
        bool not_done = co_await try_for(1s, nothing(1h));
        CHECK(!not_done);
        int* alias = co_await try_for(1s, reference(1ms));
        CHECK(alias == &target);
        int* no_alias = co_await try_for(1s, reference(1h));
        CHECK(no_alias == nullptr);
        if (auto owned = co_await try_for(1s, owner(1ms))) CHECK(**owned == 5);
        auto by_then = co_await try_until(loop::now() + 1s, number_after(999ms, 6));
        CHECK(by_then == 6);
        auto too_late = co_await try_until(loop::now() + 1s, number_after(1001ms, 6));
        CHECK(!too_late);
        CHECK(world.reactor().timers().size() == 0);
    };
    world.run(work());
}

TEST_CASE("try_for in a loop tries again as often as it likes") {
    virtual_loop world;
    int tries = 0;
    auto flaky = [&]() -> task<int> {
        ++tries;
        co_await sleep(tries < 4 ? 1h : 1ms);
        co_return tries;
    };
    auto work = [&]() -> task<int> {
        for (;;)
            if (auto value = co_await try_for(100ms, flaky())) co_return *value;
    };
    CHECK(world.run(work()) == 4);
    CHECK(world.elapsed() == 301ms);
}

TEST_CASE("several waits can share one deadline") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        os::time_point until = loop::now() + 10s;
        int first = co_await timeout_at(until, number_after(6s, 1));
        CHECK(first == 1);
        std::string said = co_await verdict(timeout_at(until, number_after(6s, 2)));
        CHECK(said == "timed out after 4s");
        CHECK(world.elapsed() == 10s);
    };
    world.run(work());
}

TEST_CASE("a timeout that is destroyed while it waits leaves no timer, and its task goes with it") {
    virtual_loop world;
    struct flag {
        bool& gone;
        ~flag() { gone = true; }
    };
    bool gone = false;
    auto waits = [&]() -> task<> {
        flag here(gone);
        co_await timeout(2h, number_after(3h, 0));
    };
    auto work = [&]() -> task<> {
        {
            async::job apart;
            task<> dropped = timeout(1h, waits());
            async::scheduler::run_as as(world.reactor(), apart);
            dropped.start();
            CHECK(world.reactor().timers().size() == 3);
        }
        CHECK(gone);
        CHECK(world.reactor().timers().size() == 0);
        co_return;
    };
    world.run(work());
}

TEST_CASE("asking again and again with no time to wait is no disobedience, and does not hold the loop") {
    virtual_loop world;
    static int reports = 0;
    reports = 0;
    reporter before = set_reporter([](std::string_view, const std::source_location&) noexcept { ++reports; });
    bool other_ran = false;
    auto polls = [&]() -> task<> {
        while (!other_ran) co_await try_for(0s, number_after(1s, 1));
    };
    auto other = [&]() -> task<> {
        co_await yield_now();
        other_ran = true;
    };
    auto work = [&]() -> task<> { co_await gather(polls(), other()); };
    world.run(work());
    set_reporter(before);
    CHECK(reports == 0);
}
