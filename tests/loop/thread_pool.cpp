// The thread pool: growth, order, retraction, and offload over real threads.
#include <coracle/loop/thread_pool.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using loop::thread_pool;

namespace {

struct call_of final : async::blocking_call {
    std::function<void()> what;
    explicit call_of(std::function<void()> f) : what(std::move(f)) {}
    void run() noexcept override { what(); }
    void returned() noexcept override {}
};

/// Takes calls back on the pool's threads and counts them.
class counter final : public thread_pool::home {
public:
    void call_returned(async::blocking_call&) noexcept override {
        std::lock_guard lock(mutex_);
        ++count_;
        changed_.notify_all();
    }
    void wait_for(int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return count_ >= count; });
    }
    int count() {
        std::lock_guard lock(mutex_);
        return count_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
};

}  // namespace

TEST_CASE("calls that block at the same time each get a thread, up to the limit and no further") {
    constexpr int most = 4;
    counter home;
    std::atomic<int> under_way = 0, peak = 0;
    std::latch all_begun(most), let_go(1);
    std::vector<std::unique_ptr<call_of>> calls;
    thread_pool pool(most);
    CHECK(pool.size() == most);
    for (int i = 0; i < 3 * most; ++i)
        calls.push_back(std::make_unique<call_of>([&, i] {
            int now = ++under_way;
            for (int before = peak; now > before && !peak.compare_exchange_weak(before, now);) {
            }
            if (i < most) all_begun.count_down();
            let_go.wait();
            --under_way;
        }));
    for (auto& each : calls) pool.submit(*each, home);
    all_begun.wait();  // hangs if the pool does not grow to its limit
    let_go.count_down();
    home.wait_for(3 * most);
    CHECK(peak == most);
}

TEST_CASE("a thread that has nothing to do takes the next call: one after another needs one thread") {
    counter home;
    thread_pool pool(8);
    std::set<std::thread::id> seen;
    for (int i = 0; i < 200; ++i) {
        call_of call([&] { seen.insert(std::this_thread::get_id()); });
        pool.submit(call, home);
        home.wait_for(i + 1);
    }
    CHECK(seen.size() == 1);
}

TEST_CASE("with one thread calls run in the order in which they came; no size at all means one") {
    for (std::size_t most : {0u, 1u}) {
        counter home;
        std::vector<int> order;
        std::vector<std::unique_ptr<call_of>> calls;
        {
            thread_pool pool(most);
            CHECK(pool.size() == 1);
            for (int i = 0; i < 100; ++i) {
                calls.push_back(std::make_unique<call_of>([&order, i] { order.push_back(i); }));
                pool.submit(*calls.back(), home);
            }
        }
        std::vector<int> expected(100);
        std::iota(expected.begin(), expected.end(), 0);
        CHECK(order == expected);
        CHECK(home.count() == 100);
    }
}

TEST_CASE("a call that has not begun can be retracted, once begun it cannot, and the rest still runs") {
    counter home;
    std::latch begun(1), let_go(1);
    std::atomic<bool> second_ran = false;
    call_of first([&] {
        begun.count_down();
        let_go.wait();
    });
    call_of second([&] { second_ran = true; });
    call_of third([] {});
    thread_pool pool(1);
    pool.submit(first, home);
    begun.wait();
    pool.submit(second, home);
    pool.submit(third, home);
    CHECK(pool.retract(second));
    CHECK(!pool.retract(first));
    let_go.count_down();
    home.wait_for(2);
    CHECK(!second_ran);
    CHECK(!pool.retract(first));
    CHECK(!pool.retract(third));
    pool.submit(second, home);  // a retracted call can be submitted anew
    home.wait_for(3);
    CHECK(second_ran);
}

TEST_CASE("an unused pool starts no thread, and a pool that is destroyed waits for its calls") {
    {
        thread_pool unused;
    }
    CHECK(thread_pool::default_size() >= 32);
    counter home;
    std::atomic<int> ran = 0;
    std::vector<std::unique_ptr<call_of>> calls;
    for (int i = 0; i < 50; ++i) calls.push_back(std::make_unique<call_of>([&] { ++ran; }));
    {
        thread_pool pool(3);
        for (auto& each : calls) pool.submit(*each, home);
    }
    CHECK(ran == 50);
}

TEST_CASE("offload runs on another thread and comes back to this one") {
    std::thread::id here = std::this_thread::get_id();
    auto work = [&]() -> task<> {
        std::thread::id there = co_await offload([] { return std::this_thread::get_id(); });
        CHECK(there != here);
        CHECK(std::this_thread::get_id() == here);
        std::string said;
        try {
            co_await offload([] { throw std::runtime_error("there"); });
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        CHECK(said == "there");
        CHECK(std::this_thread::get_id() == here);
    };
    run(work());
}

TEST_CASE("a thousand calls at once all come back, and what they wrote is seen") {
    auto one = [](std::vector<int>& slots, std::size_t i) -> task<> {
        co_await offload([&] { slots[i] = static_cast<int>(i); });
        slots[i] += 1;
    };
    auto work = [&]() -> task<> {
        std::vector<int> slots(1000);
        std::vector<task<>> all;
        for (std::size_t i = 0; i < slots.size(); ++i) all.push_back(one(slots, i));
        co_await gather(std::move(all));
        bool right = true;
        for (std::size_t i = 0; i < slots.size(); ++i) right = right && slots[i] == static_cast<int>(i) + 1;
        CHECK(right);
    };
    run(work());
}

TEST_CASE("blocking calls do not keep the loop from turning") {
    std::latch let_go(1);
    auto blocked = [&]() -> task<> { co_await offload([&] { let_go.wait(); }); };
    auto frees = [&]() -> task<> {
        for (int i = 0; i < 100; ++i) co_await sleep(0s);
        let_go.count_down();
    };
    auto work = [&]() -> task<> { co_await gather(blocked(), frees()); };
    run(work());
}

TEST_CASE("cancelled while it waits for a thread, a call never begins; cancelled while it runs, it is waited for") {
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    std::latch begun(1);
    std::atomic<bool> let_go = false, first_ended = false, second_began = false;
    int heard = 0;
    auto first = [&]() -> task<> {
        try {
            co_await offload([&] {
                begun.count_down();
                while (!let_go) std::this_thread::yield();
                first_ended = true;
            });
        } catch (const cancelled&) {
            CHECK(first_ended);
            ++heard;
        }
    };
    auto second = [&]() -> task<> {
        try {
            co_await offload([&] { second_began = true; });
        } catch (const cancelled&) {
            CHECK(!first_ended);
            let_go = true;
            ++heard;
        }
    };
    auto cancels = [&](async::cancel_scope& part) -> task<> {
        begun.wait();
        part.cancel();
        co_return;
    };
    auto work = [&]() -> task<> {
        async::cancel_scope part(async::this_job());
        co_await gather(first(), second(), cancels(part));
    };
    loop::run_on(on, work());
    CHECK(heard == 2);
    CHECK(!second_began);
}

TEST_CASE("two loops share a pool, and each gets its own calls back") {
    thread_pool pool(3);
    std::atomic<int> wrong = 0;
    auto serve = [&] {
        loop::reactor on(pool);
        std::thread::id mine = std::this_thread::get_id();
        auto work = [&]() -> task<> {
            for (int i = 0; i < 200; ++i) {
                int back = co_await offload([i] { return i; });
                if (back != i || std::this_thread::get_id() != mine) ++wrong;
            }
        };
        loop::run_on(on, work());
    };
    std::thread one(serve), other(serve);
    one.join();
    other.join();
    CHECK(wrong == 0);
}
