// The thread pool: growth, order, retraction, and offload over real threads.
#include <coracle/loop/thread_pool.hpp>

#include <coracle/async/context_local.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/offload_detached.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
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
using loop::pool_limits;
using loop::thread_pool;

namespace {

struct call_of final : async::blocking_call {
    std::function<void()> what;
    explicit call_of(std::function<void()> f) : what(std::move(f)) {}
    void run() noexcept override { what(); }
    void arrived() noexcept override {}
    void lost() noexcept override { was_lost = true; }
    bool was_lost = false;
};

/// Many calls of one lane, made and kept.
struct calls_of {
    std::vector<std::unique_ptr<call_of>> all;
    call_of& add(std::function<void()> f, lane in = lane::user) {
        all.push_back(std::make_unique<call_of>(std::move(f)));
        all.back()->stands_in = in;
        return *all.back();
    }
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
    CHECK(pool.statistics()[lane::user].limit == most);
    for (int i = 0; i < 3 * most; ++i)
        calls.push_back(std::make_unique<call_of>([&, i] {
            int now = ++under_way;
            for (int before = peak; now > before && !peak.compare_exchange_weak(before, now);) {
            }
            if (i < most) all_begun.count_down();
            let_go.wait();
            --under_way;
        }));
    for (auto& each : calls) pool.submit(*each, &home);
    all_begun.wait();  // hangs if the pool does not grow to its limit
    let_go.count_down();
    home.wait_for(3 * most);
    CHECK(peak == most);
}

TEST_CASE("no limit for one lane is none of the pool") {
    pool_limits most;
    most.user = static_cast<std::size_t>(-1);
    most.files = 1;
    thread_pool pool(most);
    counter back;
    std::latch together(4);
    calls_of calls;
    for (int i = 0; i < 4; ++i) pool.submit(calls.add([&] { together.arrive_and_wait(); }), &back);
    together.wait();
    back.wait_for(4);
    CHECK(pool.statistics().threads == 4);
}

TEST_CASE("a thread that has nothing to do takes the next call: one after another needs one thread") {
    counter home;
    thread_pool pool(8);
    std::set<std::thread::id> seen;
    for (int i = 0; i < 200; ++i) {
        call_of call([&] { seen.insert(std::this_thread::get_id()); });
        pool.submit(call, &home);
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
            CHECK(pool.statistics()[lane::user].limit == 1);
            for (int i = 0; i < 100; ++i) {
                calls.push_back(std::make_unique<call_of>([&order, i] { order.push_back(i); }));
                pool.submit(*calls.back(), &home);
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
    pool.submit(first, &home);
    begun.wait();
    pool.submit(second, &home);
    pool.submit(third, &home);
    CHECK(pool.retract(second));
    CHECK(!pool.retract(first));
    let_go.count_down();
    home.wait_for(2);
    CHECK(!second_ran);
    CHECK(!pool.retract(first));
    CHECK(!pool.retract(third));
    pool.submit(second, &home);  // a retracted call can be submitted anew
    home.wait_for(3);
    CHECK(second_ran);
}

TEST_CASE("an unused pool starts no thread, and a pool that is destroyed waits for its calls") {
    {
        thread_pool unused;
        CHECK(unused.statistics().threads == 0);
    }
    CHECK(pool_limits::default_user() >= 32);
    counter home;
    std::atomic<int> ran = 0;
    std::vector<std::unique_ptr<call_of>> calls;
    for (int i = 0; i < 50; ++i) calls.push_back(std::make_unique<call_of>([&] { ++ran; }));
    {
        thread_pool pool(3);
        for (auto& each : calls) pool.submit(*each, &home);
    }
    CHECK(ran == 50);
}

TEST_CASE("a full lane takes nothing from the others: a hundred slow calls delay neither files nor clean-up") {
    counter home;
    pool_limits limits;
    limits.user = 3;
    limits.files = 2;
    limits.clean_up = 1;
    std::latch full(3), let_go(1);
    calls_of slow, files, closes;
    thread_pool pool(limits);
    for (int i = 0; i < 100; ++i)
        pool.submit(slow.add([&, i] {
            if (i < 3) full.count_down();
            let_go.wait();
        }),
                    &home);
    full.wait();
    for (int i = 0; i < 10; ++i) {
        pool.submit(files.add([] {}, lane::files), &home);
        pool.submit(closes.add([] {}, lane::clean_up), &home);
    }
    home.wait_for(20);  // hangs if a lane starves
    loop::pool_statistics seen = pool.statistics();
    CHECK(seen[lane::user].running == 3);
    CHECK(seen[lane::user].queued == 97);
    CHECK(seen[lane::user].completed == 0);
    CHECK(seen[lane::files].queued == 0);
    CHECK(seen.threads >= 4);
    CHECK(seen.threads <= 6);
    let_go.count_down();
    home.wait_for(120);
    seen = pool.statistics();
    CHECK(seen[lane::user].completed == 100);
    CHECK(seen[lane::files].completed == 10);
    CHECK(seen[lane::clean_up].completed == 10);
}

TEST_CASE("each lane keeps its own limit and its own order") {
    counter home;
    pool_limits limits;
    limits.user = 2;
    limits.files = 1;
    limits.clean_up = 1;
    std::mutex mutex;
    std::vector<int> order[async::lanes];
    std::atomic<int> under_way[async::lanes] = {}, wrong = 0;
    const int most[async::lanes] = {2, 1, 1};
    calls_of all;
    thread_pool pool(limits);
    for (int i = 0; i < 300; ++i) {
        std::size_t in = static_cast<std::size_t>(i) % async::lanes;
        pool.submit(all.add(
                        [&, i, in] {
                            if (++under_way[in] > most[in]) ++wrong;
                            {
                                std::lock_guard lock(mutex);
                                order[in].push_back(i);
                            }
                            --under_way[in];
                        },
                        static_cast<lane>(in)),
                    &home);
    }
    home.wait_for(300);
    CHECK(wrong == 0);
    for (std::size_t in = 1; in < async::lanes; ++in)  // a lane of one thread shows its order
        CHECK(std::is_sorted(order[in].begin(), order[in].end()));
    for (auto& each : order) CHECK(each.size() == 100);
}

TEST_CASE("a thread that had nothing to do for the idle time ends, and one stays") {
    counter home;
    pool_limits limits;
    limits.user = 4;
    limits.idle_time = std::chrono::milliseconds(1);
    std::latch all_begun(4), let_go(1);
    calls_of calls;
    thread_pool pool(limits);
    auto use_all = [&](std::latch& begun, std::latch& go, int before) {
        for (int i = 0; i < 4; ++i)
            pool.submit(calls.add([&] {
                begun.count_down();
                go.wait();
            }),
                        &home);
        begun.wait();
        CHECK(pool.statistics().threads == 4);
        go.count_down();
        home.wait_for(before + 4);
    };
    use_all(all_begun, let_go, 0);
    while (pool.statistics().threads > 1) std::this_thread::yield();
    while (pool.statistics().idle != 1) std::this_thread::yield();
    std::latch again(4), go_again(1);
    use_all(again, go_again, 4);  // and the pool grows anew
    CHECK(home.count() == 8);
}

TEST_CASE("statistics tell how long calls were queued") {
    counter home;
    std::latch begun(1), let_go(1);
    thread_pool pool(1);
    call_of first([&] {
        begun.count_down();
        let_go.wait();
    });
    call_of second([] {}), third([] {});
    CHECK(pool.statistics()[lane::user].mean_wait().count() == 0);
    pool.submit(first, &home);
    begun.wait();
    auto since = std::chrono::steady_clock::now();
    pool.submit(second, &home);
    pool.submit(third, &home);
    auto until = since + std::chrono::milliseconds(2);
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    CHECK(pool.retract(third));
    let_go.count_down();
    home.wait_for(2);
    loop::lane_statistics seen = pool.statistics()[lane::user];
    CHECK(seen.completed == 2);
    CHECK(seen.longest >= std::chrono::milliseconds(1));
    CHECK(seen.waited >= seen.longest);
    CHECK(seen.mean_wait() <= seen.longest);
    CHECK(seen.mean_wait() * 2 <= seen.waited);
}

TEST_CASE("calls from many threads, some of them retracted, are each run once or never") {
    constexpr int threads = 4, calls_each = 500;
    counter home;
    std::atomic<int> ran = 0, retracted = 0;
    pool_limits limits;
    limits.user = 3;
    limits.idle_time = std::chrono::microseconds(50);  // threads come and go all the time
    {
        thread_pool pool(limits);
        std::vector<std::thread> submitters;
        for (int t = 0; t < threads; ++t)
            submitters.emplace_back([&, t] {
                calls_of mine;
                std::vector<call_of*> kept;
                counter back;
                int expected = 0;
                for (int i = 0; i < calls_each; ++i) {
                    call_of& call = mine.add([&] { ++ran; }, static_cast<lane>((t + i) % 3));
                    pool.submit(call, &back);
                    if (i % 3 == 0 && pool.retract(call))
                        ++retracted;
                    else
                        ++expected;
                }
                back.wait_for(expected);
            });
        for (std::thread& each : submitters) each.join();
        loop::pool_statistics seen = pool.statistics();
        CHECK(seen.lanes[0].completed + seen.lanes[1].completed + seen.lanes[2].completed ==
              static_cast<std::uint64_t>(ran));
        for (auto& each : seen.lanes) CHECK(each.queued + each.running == 0);
    }
    CHECK(ran + retracted == threads * calls_each);
}

TEST_CASE("a call that is given to nobody may end its own life in run, and a dying pool still runs it") {
    struct owns_itself final : async::blocking_call {
        std::atomic<int>& ended;
        explicit owns_itself(std::atomic<int>& count) : ended(count) {}
        void run() noexcept override {
            ++ended;
            delete this;
        }
        void arrived() noexcept override { CHECK(false); }
        void lost() noexcept override { CHECK(false); }
    };
    std::atomic<int> ended = 0;
    {
        thread_pool pool(2);
        for (int i = 0; i < 50; ++i) pool.submit(*new owns_itself(ended), nullptr);
    }
    CHECK(ended == 50);
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

TEST_CASE("a context_local is seen on the pool's thread, by calls that are awaited and by detached ones") {
    static context_local<int> number;
    int awaited = 0, detached = 0;
    auto work = [&]() -> task<> {
        number.set(5);
        awaited = co_await offload([] { return number.get(); });
        offload_detached([&] { detached = number.get(); });
        number.set(6);  // which those see that begin later
    };
    {
        thread_pool pool(1);
        loop::reactor on(pool);
        loop::run_on(on, work());
    }
    CHECK(awaited == 5);
    CHECK(detached == 5);
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
