// Cost of timers by how many are armed: add, re-arm in random order, cancel, expire; and of a deadline moved later.
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/os/poller.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace coracle;

struct quiet final : loop::timer {
    void fire(os::time_point) noexcept override {}
};

struct stopwatch {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    double per(std::size_t count) {
        auto now = std::chrono::steady_clock::now();
        std::chrono::duration<double, std::nano> took = now - start;
        start = now;
        return took.count() / static_cast<double>(count);
    }
};

void measure_queue(std::size_t count) {
    std::mt19937_64 random(1);
    const os::time_point now = os::time_point(std::chrono::hours(1000));
    double add = 1e18, rearm = 1e18, cancel = 1e18, expire = 1e18;
    for (int round = 0; round < 5; ++round) {
        std::vector<std::size_t> order(count);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::shuffle(order.begin(), order.end(), random);
        std::vector<os::time_point> due(2 * count);
        for (os::time_point& each : due) each = now + std::chrono::nanoseconds(random() % 30'000'000'000);
        loop::timer_queue queue;
        auto timers = std::make_unique<quiet[]>(count);
        stopwatch watch;
        for (std::size_t i = 0; i < count; ++i) queue.arm(timers[i], due[i]);
        add = std::min(add, watch.per(count));
        for (std::size_t i = 0; i < count; ++i) queue.arm(timers[order[i]], due[count + i]);
        rearm = std::min(rearm, watch.per(count));
        for (std::size_t i = 0; i < count * 9 / 10; ++i) queue.disarm(timers[order[i]]);
        cancel = std::min(cancel, watch.per(count * 9 / 10));
        queue.fire_due(now + std::chrono::hours(1));
        expire = std::min(expire, watch.per(count / 10));
    }
    std::printf("timer_%zu_add %.1f\ntimer_%zu_rearm %.1f\ntimer_%zu_cancel %.1f\ntimer_%zu_expire %.1f\n", count, add,
                count, rearm, count, cancel, count, expire);
}

void measure_deadlines(std::size_t count) {
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    auto missed = [] {};
    using limit = loop::deadline<decltype(missed)>;
    auto all = std::make_unique<std::optional<limit>[]>(count);
    for (std::size_t i = 0; i < count; ++i) {
        all[i].emplace(on, missed);
        all[i]->set(std::chrono::seconds(30));
    }
    std::mt19937 random(1);
    std::vector<std::size_t> order(1'000'000);
    for (std::size_t& each : order) each = random() % count;
    double best = 1e18;
    for (int round = 0; round < 10; ++round) {
        stopwatch watch;
        for (std::size_t each : order) all[each]->set(std::chrono::seconds(31 + round));
        best = std::min(best, watch.per(order.size()));
    }
    std::printf("deadline_%zu_moved_later %.1f\n", count, best);
}

}  // namespace

int main() {
    for (std::size_t count : {1000u, 100'000u, 1'000'000u}) measure_queue(count);
    for (std::size_t count : {1000u, 1'000'000u}) measure_deadlines(count);
}
