// virtual_time: exact and free, repeatable by seed, patient with threads, and quick to tell a deadlock.
#include <coracle/testing/virtual_time.hpp>

#include <coracle/async/caller.hpp>
#include <coracle/async/channel.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/deadline.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

using namespace coracle;

namespace {

task<int> after(std::chrono::nanoseconds time, int value) {
    co_await sleep(time);
    co_return value;
}

/// The order in which 'a' to 'f' go on when all could at once.
task<std::string> order_of_equals(std::chrono::nanoseconds pause) {
    std::string order;
    auto named = [&](char name) -> task<> {
        co_await sleep(pause);
        order += name;
        co_await sleep(pause);
    };
    co_await gather(named('a'), named('b'), named('c'), named('d'), named('e'), named('f'));
    co_return order;
}

}  // namespace

TEST_CASE("run(virtual_time, work()) gives the value, and a year takes no time") {
    auto began = std::chrono::steady_clock::now();
    CHECK(run(virtual_time, after(24h * 365, 7)) == 7);
    auto quick = []() -> task<> { co_return; };
    run(virtual_time, quick());
    int target = 0;
    auto reference = [&]() -> task<int&> { co_return target; };
    CHECK(&run(virtual_time, reference()) == &target);
    auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
    CHECK(*run(virtual_time, owner()) == 3);
    CHECK(std::chrono::steady_clock::now() - began < 60s);
    static_assert(!std::is_aggregate_v<testing::virtual_clock>);
}

TEST_CASE("what the task throws comes out of run, and run inside of a running loop is refused") {
    auto fails = []() -> task<> {
        co_await sleep(1s);
        throw std::runtime_error("broken");
    };
    CHECK_THROWS_WITH_AS(run(virtual_time, fails()), "broken", std::runtime_error);
    auto inner = []() -> task<> {
        CHECK_THROWS_AS(run(virtual_time, after(1s, 1)), std::logic_error);
        co_return;
    };
    run(virtual_time, inner());
}

TEST_CASE("a loop runs one task after the other, and its time goes on from one to the next") {
    virtual_loop loop;
    CHECK(loop.elapsed() == 0s);
    CHECK(loop.run(after(2s, 1)) == 1);
    CHECK(loop.elapsed() == 2s);
    CHECK(loop.run(after(1ns, 2)) == 2);
    CHECK(loop.elapsed() == 2s + 1ns);
}

TEST_CASE("run_for lets the loop live for a while; skip is a handler that computes for long") {
    virtual_loop loop;
    int missed = 0;
    loop::deadline limit(loop.reactor(), [&] { ++missed; });
    limit.set(10s);
    loop.run_for(9s);
    CHECK(missed == 0);
    loop.run_for(1s);
    CHECK(missed == 1);
    CHECK(loop.elapsed() == 10s);
    auto computes = [&]() -> task<> {
        auto [a, b] = co_await gather(after(1s, 1), after(2s, 2));
        CHECK(a + b == 3);
        CHECK(loop.elapsed() == 12s);
        loop.skip(5s);
        co_await sleep(1s);
        CHECK(loop.elapsed() == 18s);
    };
    loop.run(computes());
}

TEST_CASE("the time of day begins where it is told, and goes on with the loop") {
    using namespace std::chrono;
    virtual_loop loop(virtual_time.begins(sys_days(year(2024) / 2 / 29) + 23h + 59min));
    auto begin = loop.reactor().unix_milliseconds();
    CHECK(begin == 1'709'251'140'000);
    loop.run_for(2min);
    CHECK(loop.reactor().unix_milliseconds() == begin + 120'000);
    CHECK(virtual_loop().reactor().unix_milliseconds() == 1'000'000'000'000);
}

TEST_CASE("without a seed it is first come, first served") {
    CHECK(run(virtual_time, order_of_equals(0s)) == "abcdef");
    CHECK(run(virtual_time, order_of_equals(1s)) == "abcdef");
    CHECK(run(virtual_time.seed(0), order_of_equals(1s)) == "abcdef");
}

TEST_CASE("a seed decides the order of those who could go on at once, the same each time") {
    for (std::chrono::nanoseconds pause : {0ns, 1'000ns}) {
        std::set<std::string> orders;
        for (std::uint64_t seed = 1; seed <= 300; ++seed) {
            std::string order = run(virtual_time.seed(seed), order_of_equals(pause));
            CHECK(order.size() == 6);
            CHECK(run(virtual_time.seed(seed), order_of_equals(pause)) == order);
            orders.insert(order);
        }
        CHECK(orders.size() > 200);  // of the 720 there are; 300 draws hit about 245
    }
}

TEST_CASE("a seed decides which of two timers of the same instant comes first, a timeout or what it limits") {
    auto race = []() -> task<bool> {
        bool cancelled_first = false;
        async::cancel_scope limited(async::this_job());
        loop::deadline limit(loop::reactor::current(), [&] { limited.cancel(); });
        limit.set(1s);
        try {
            co_await sleep(1s);
        } catch (const cancelled&) {
            cancelled_first = true;
        }
        co_return cancelled_first;
    };
    CHECK(run(virtual_time, race()));
    int cancelled_first = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) cancelled_first += run(virtual_time.seed(seed), race());
    CHECK(cancelled_first > 20);
    CHECK(cancelled_first < 80);
}

TEST_CASE("an offloaded call takes none of the time, however long the others would sleep meanwhile") {
    virtual_loop loop;
    auto work = [&]() -> task<> {
        auto called = [&]() -> task<> {
            int sum = co_await offload([] {
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                return 3;
            });
            CHECK(sum == 3);
            CHECK(loop.elapsed() == 0s);
        };
        co_await gather(called(), after(1h, 1));
        CHECK(loop.elapsed() == 1h);
    };
    loop.run(work());
    CHECK(loop.reactor().calls_out() == 0);
}

TEST_CASE("threads of your own have the patience that you give them") {
    virtual_loop loop(virtual_time.patience(60s));
    std::thread poster;
    auto work = [&]() -> task<> {
        event arrived;
        poster = std::thread([&] { loop.reactor().post([&] { arrived.set(); }); });
        co_await arrived.wait();
    };
    loop.run(work());
    poster.join();
    CHECK(loop.elapsed() == 0s);
}

TEST_CASE("when everybody waits for ever it is an error that says so, after everybody has left in good order") {
    std::string left;
    auto work = [&]() -> task<> {
        event never;
        task_group group;
        auto waits = [&](char name) -> task<> {
            try {
                co_await never.wait();
            } catch (const cancelled&) {
                left += name;
                throw;
            }
        };
        group.spawn(waits('a'));
        group.spawn(waits('b'));
        co_await gather(group.join(), waits('c'));
    };
    virtual_loop loop(virtual_time.patience(0s));
    std::string text;
    try {
        loop.run(work());
    } catch (const testing::deadlock& why) {
        text = why.what();
    }
    CHECK(text.find("everybody waits for ever") != std::string::npos);
    std::size_t named = 0;
    for (std::size_t at = text.find("virtual_time.cpp:"); at != std::string::npos; ++named)
        at = text.find("virtual_time.cpp:", at + 1);
    CHECK(named >= 4);  // the three that wait for the event, and who waits for them
    CHECK(left.size() == 3);
    CHECK(loop.run(after(1s, 5)) == 5);  // the loop is as good as before
}

TEST_CASE("a deadlock is told too when the task makes something else of its cancellation") {
    event never;
    auto swallows = [&]() -> task<int> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
        }
        co_return 1;
    };
    auto fails = [&]() -> task<> {
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            throw std::runtime_error("something else");
        }
    };
    CHECK_THROWS_AS(run(virtual_time.patience(0s), swallows()), testing::deadlock);
    CHECK_THROWS_AS(run(virtual_time.patience(0s), fails()), testing::deadlock);
}

TEST_CASE("one who does not even leave a deadlock is destroyed where he waits") {
    // Cancelling does not move it: what it waits for has to be waited for.
    class [[nodiscard]] stubborn final : public async::operation {
    public:
        bool await_ready() const noexcept { return false; }
        void await_suspend(async::caller waiting) noexcept { park(waiting); }
        void await_resume() const noexcept {}
        void cancel() noexcept override {}
    };
    auto held = std::make_shared<int>(1);
    auto work = [](std::shared_ptr<int>) -> task<> { co_await stubborn(); };
    CHECK_THROWS_AS(run(virtual_time.patience(0s), work(held)), testing::deadlock);
    CHECK(held.use_count() == 1);
}

TEST_CASE("run in virtual time ends what was spawned, as in life; a virtual_loop lets it go on in the next run") {
    std::string log;
    auto ticks = [&]() -> task<> {
        try {
            for (;;) {
                co_await sleep(1s);
                log += 't';
            }
        } catch (const cancelled&) {
            log += 'c';
            throw;
        }
    };
    auto work = [&]() -> task<> {
        spawn(ticks());
        co_await sleep(2500ms);
    };
    run(virtual_time, work());
    CHECK(log == "ttc");
    log.clear();
    {
        virtual_loop loop;
        loop.run(work());
        CHECK(log == "tt");
        loop.run_for(2s);
        CHECK(log == "tttt");
    }
    CHECK(log == "tttt");
}
