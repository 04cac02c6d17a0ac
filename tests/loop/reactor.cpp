// The reactor: the order of a turn, posting from other threads, waking, and the end of a loop.
#include <coracle/loop/reactor.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/arrival.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/offload_detached.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <loop/scripted_loop.hpp>
#include <doctest/doctest.h>

#include <csignal>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <latch>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

using namespace coracle;
using loop::reactor;
using loop::scripted_loop;

TEST_CASE("the reactor of this thread is found while it turns, and only then") {
    scripted_loop world;
    CHECK_THROWS_AS(reactor::current(), std::logic_error);
    auto work = [&]() -> task<> {
        CHECK(&reactor::current() == &world.on);
        co_return;
    };
    world.run(work());
    CHECK_THROWS_AS(reactor::current(), std::logic_error);
}

TEST_CASE("a reactor can be run again and again") {
    scripted_loop world;
    int ran = 0;
    auto work = [&]() -> task<> {
        co_await sleep(1s);
        ++ran;
    };
    for (int i = 0; i < 3; ++i) world.run(work());
    CHECK(ran == 3);
    CHECK(world.elapsed() == 3s);
}

TEST_CASE("the first turn begins when the loop is run, not when it was made") {
    scripted_loop world;
    world.world->pass(10s);  // the program prepares itself
    auto work = [&]() -> task<> {
        CHECK(world.on.turn_time() == world.on.now());
        co_return;
    };
    world.run(work());
}

TEST_CASE("posted functions run on the loop, in order, one turn for all; what they post comes later") {
    scripted_loop world;
    std::string order;
    event done;
    auto work = [&]() -> task<> {
        world.on.post([&] {
            order += '1';
            world.on.post([&] {
                order += '3';
                done.set();
            });
        });
        world.on.post([&, owned = std::make_unique<char>('2')] { order += *owned; });
        CHECK(order.empty());
        co_await done.wait();
    };
    world.run(work());
    CHECK(order == "123");
}

TEST_CASE("a thousand posts from each of four threads all arrive, each thread's in order") {
    loop::thread_pool pool(1);
    reactor on(pool);
    constexpr int threads = 4, posts = 1000;
    int next[threads] = {};
    int arrived = 0;
    bool in_order = true;
    std::vector<std::thread> posters;
    auto work = [&]() -> task<> {
        event all;
        for (int t = 0; t < threads; ++t)
            posters.emplace_back([&, t] {
                for (int i = 0; i < posts; ++i)
                    on.post([&, t, i] {
                        in_order = in_order && next[t]++ == i;
                        if (++arrived == threads * posts) all.set();
                    });
            });
        co_await all.wait();
    };
    loop::run_on(on, work());
    for (std::thread& each : posters) each.join();
    CHECK(arrived == threads * posts);
    CHECK(in_order);
}

TEST_CASE("a post reaches a loop that sleeps") {
    loop::thread_pool pool(1);
    reactor on(pool);
    for (int i = 0; i < 50; ++i) {
        std::thread poster;
        auto work = [&]() -> task<> {
            event arrived;
            poster = std::thread([&] { on.post([&] { arrived.set(); }); });
            co_await arrived.wait();
        };
        loop::run_on(on, work());
        poster.join();
    }
}

TEST_CASE("wake makes a sleeping loop ask again whether it is done, from another thread and from a signal handler") {
    static std::atomic<bool> stop;
    static reactor* woken;
    loop::thread_pool pool(1);
    reactor on(pool);
    woken = &on;
    stop = false;
    std::thread stops([&] {
        stop = true;
        on.wake();
    });
    on.run_until([&] { return stop.load(); });
    stops.join();
    stop = false;
    auto before = std::signal(SIGUSR1, [](int) {
        stop = true;
        woken->wake();
    });
    on.post([] { std::raise(SIGUSR1); });
    on.run_until([&] { return stop.load(); });
    std::signal(SIGUSR1, before);
    CHECK(stop);
}

TEST_CASE("while anything is ready the loop only looks at the world, and does so after every few batches") {
    scripted_loop world;
    auto work = [&]() -> task<> {
        co_await sleep(0s);
        std::size_t before = world.world->waits();
        for (int i = 0; i < 100; ++i) co_await sleep(0s);
        CHECK(world.world->waits() - before >= 100 / 16);
        CHECK(world.world->waits() - before <= 100 / 4);
        CHECK(world.elapsed() == 0s);
    };
    world.run(work());
}

TEST_CASE("a timer costs one wait, and its sleeper runs before the next") {
    scripted_loop world;
    auto work = [&]() -> task<> {
        co_await sleep(1ms);
        std::size_t before = world.world->waits();
        for (int i = 0; i < 100; ++i) co_await sleep(1ms);
        CHECK(world.world->waits() - before == 100);
    };
    world.run(work());
}

TEST_CASE("a wait that ends early wakes nobody early") {
    scripted_loop world;
    auto work = [&]() -> task<> {
        world.world->interrupt_next_wait();
        co_await sleep(5ms);
        CHECK(world.elapsed() == 5ms);
    };
    world.run(work());
}

TEST_CASE("the scratch buffer is made when it is first asked for, and stays") {
    scripted_loop world;
    std::span<char> room = world.on.scratch();
    CHECK(room.size() == 64 * 1024);
    room.back() = 'x';
    CHECK(world.on.scratch().data() == room.data());
}

TEST_CASE("a loop may end while the threads of the pool are still on their way out of it") {
    loop::thread_pool pool(4);
    auto work = []() -> task<int> {
        int value = co_await offload([] { return 1; });
        co_return value;
    };
    int sum = 0;
    for (int i = 0; i < 300; ++i) {
        reactor on(pool);
        sum += loop::run_on(on, work());
    }
    CHECK(sum == 300);
}

TEST_CASE("a loop that is destroyed under its calls: queued ones never begin, running ones are waited for") {
    loop::thread_pool pool(1);
    std::latch begun(1);
    std::atomic<bool> first_ended = false, second_began = false;
    async::job one, other;
    auto first = [&]() -> task<> {
        co_await offload([&] {
            begun.count_down();
            for (int i = 0; i < 1000; ++i) std::this_thread::yield();
            first_ended = true;
        });
    };
    auto second = [&]() -> task<> { co_await offload([&] { second_began = true; }); };
    // The coroutines outlive the loop, as they do when a program ends with them somewhere.
    task<> running = first(), queued = second();
    {
        reactor on(pool);
        on.post([&] {
            async::scheduler::run_as as(on, one);
            running.start();
        });
        on.post([&] {
            async::scheduler::run_as as(on, other);
            queued.start();
        });
        on.run_until([&] { return on.calls_out() == 2; });
        begun.wait();
    }
    CHECK(first_ended);
    CHECK(!second_began);
    CHECK(pool.statistics()[lane::user].queued == 0);
    CHECK(!running.done());
    CHECK(!queued.done());
}

TEST_CASE("a coroutine that is destroyed while its call runs waits for it, after asking it to stop") {
    loop::thread_pool pool(1);
    reactor on(pool);
    std::latch begun(1);
    std::atomic<bool> asked = false;
    auto waits = [&]() -> task<> {
        co_await offload([&](stop_token stop) {
            begun.count_down();
            while (!stop.stop_requested()) std::this_thread::yield();
            asked = true;
        });
    };
    async::job job;
    std::optional<task<>> work(waits());
    on.post([&] {
        async::scheduler::run_as as(on, job);
        work->start();
    });
    on.run_until([&] { return on.calls_out() == 1; });
    begun.wait();
    work.reset();
    CHECK(asked);
    CHECK(on.calls_out() == 0);
}

TEST_CASE("detached calls outlive the loop, see its context, and end before the pool does") {
    std::atomic<int> ran = 0;
    std::atomic<bool> asked = false;
    std::latch begun(1);
    auto work = [&]() -> task<> {
        for (int i = 0; i < 20; ++i) offload_detached([&] { ++ran; });
        offload_detached(lane::clean_up, [&](stop_token stop) {
            begun.count_down();
            while (!stop.stop_requested()) std::this_thread::yield();
            asked = true;
        });
        co_return;
    };
    {
        loop::thread_pool pool(2);
        {
            reactor on(pool);
            loop::run_on(on, work());
        }
        begun.wait();
        CHECK(!asked);
    }
    CHECK(asked);
    CHECK(ran == 20);
}

namespace {

struct letter final : async::arrival {
    std::atomic<int>& came;
    std::atomic<int>& went_astray;
    letter(std::atomic<int>& c, std::atomic<int>& a) : came(c), went_astray(a) {}
    void arrived() noexcept override { ++came; }
    void lost() noexcept override { ++went_astray; }
};

}  // namespace

TEST_CASE("what is delivered from other threads arrives once, also at a loop that sleeps; the rest is lost with it") {
    loop::thread_pool pool(1);
    std::atomic<int> came = 0, astray = 0;
    std::deque<letter> letters;
    for (int i = 0; i < 1000; ++i) letters.emplace_back(came, astray);
    letter withdrawn(came, astray), late(came, astray), later(came, astray);
    {
        reactor on(pool);
        std::thread sends([&] {
            for (letter& each : letters) on.deliver(each);
        });
        on.run_until([&] { return came == 1000; });
        sends.join();
        on.deliver(withdrawn);
        on.deliver(late);
        on.deliver(later);
        on.withdraw(withdrawn);
    }
    CHECK(came == 1000);
    CHECK(astray == 2);
}

TEST_CASE("functions that were posted and never run are destroyed with the loop") {
    auto owned = std::make_shared<int>(1);
    {
        scripted_loop world;
        world.on.post([owned] {});
        CHECK(owned.use_count() == 2);
    }
    CHECK(owned.use_count() == 1);
}

TEST_CASE("timers that outlive the loop's queue are let go") {
    auto world = std::make_unique<scripted_loop>();
    struct quiet final : loop::timer {
        void fire(os::time_point) noexcept override {}
    } late;
    world->on.timers().arm(late, os::time_point::max());
    world.reset();
    CHECK(!late.armed());
}

TEST_CASE("a loop has belongings of its own, each made when it is first asked for, and gone with it") {
    static int alive = 0;
    struct counted {
        counted() { ++alive; }
        ~counted() { --alive; }
        int value = 0;
    };
    struct other {
        int value = 7;
    };
    loop::thread_pool pool;
    {
        loop::reactor one(pool);
        loop::reactor two(pool);
        CHECK(alive == 0);
        one.own<counted>().value = 1;
        CHECK(one.own<counted>().value == 1);
        CHECK(two.own<counted>().value == 0);
        CHECK(one.own<other>().value == 7);
        CHECK(alive == 2);
    }
    CHECK(alive == 0);
}

TEST_CASE("what other threads are expected to deliver counts among the calls that are out") {
    loop::thread_pool pool;
    loop::reactor on(pool);
    on.expect(1);
    on.expect(1);
    CHECK(on.calls_out() == 2);
    on.expect(-1);
    on.expect(-1);
    CHECK(on.calls_out() == 0);
}
