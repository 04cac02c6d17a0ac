// Cost of being cancelled, and of what could cancel but does not: limits, groups, races.
#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/gather_settled.hpp>
#include <coracle/async/race.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

namespace {

using namespace coracle;

/// Prints the median and the best of several rounds of `work(count)`, a coroutine, per operation.
template <class F>
void measure(const char* name, int count, F work) {
    std::vector<double> rounds;
    for (int round = 0; round < 15; ++round) {
        auto start = std::chrono::steady_clock::now();
        run(work(count));
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        rounds.push_back(took.count() / count);
    }
    std::sort(rounds.begin(), rounds.end());
    std::printf("%-32s %.1f (best %.1f)\n", name, rounds[rounds.size() / 2], rounds.front());
}

[[gnu::noinline]] task<int> ready(int n) { co_return n; }
[[gnu::noinline]] task<> sleeps() { co_await sleep(1h); }
[[gnu::noinline]] task<> sleep_in_two() { co_await gather(sleeps(), sleeps()); }
[[gnu::noinline]] task<int> waits(event& never, int n) {
    co_await never.wait();
    co_return n;
}
[[gnu::noinline]] task<> yields() { co_await yield_now(); }

}  // namespace

int main() {
    measure("deadline_cancels_sleeper", 20'000, [](int count) -> task<> {
        for (int i = 0; i < count; ++i) {
            bool in_time = co_await try_for(1ns, sleeps());
            asm volatile("" : : "r"(in_time));
        }
    });
    measure("deadline_cancels_gather_of_two", 10'000, [](int count) -> task<> {
        for (int i = 0; i < count; ++i) co_await try_for(1ns, sleep_in_two());
    });
    measure("try_for_an_hour_ready", 200'000, [](int count) -> task<> {
        int sum = 0;
        for (int i = 0; i < count; ++i)
            if (auto value = co_await try_for(1h, ready(i))) sum += *value;
        asm volatile("" : : "r"(sum));
    });
    measure("race_of_two_ready", 200'000, [](int count) -> task<> {
        int sum = 0;
        for (int i = 0; i < count; ++i) sum += co_await race(ready(i), ready(1));
        asm volatile("" : : "r"(sum));
    });
    measure("race_with_a_loser", 20'000, [](int count) -> task<> {
        event never;
        int sum = 0;
        for (int i = 0; i < count; ++i) sum += co_await race(ready(i), waits(never, 1));
        asm volatile("" : : "r"(sum));
    });
    measure("gather_settled_three_ready", 200'000, [](int count) -> task<> {
        int sum = 0;
        for (int i = 0; i < count; ++i) {
            auto [a, b, c] = co_await gather_settled(ready(i), ready(1), ready(2));
            sum += *a + *b + *c;
        }
        asm volatile("" : : "r"(sum));
    });
    measure("with_group_spawn_yield_end", 100'000, [](int count) -> task<> {
        for (int i = 0; i < count; ++i) {
            co_await with_group([&](task_group& group) -> task<> {
                group.spawn(yields());
                co_return;
            });
        }
    });
    measure("spawn_and_await", 100'000, [](int count) -> task<> {
        int sum = 0;
        for (int i = 0; i < count; ++i) {
            auto handle = spawn(ready(i));
            sum += co_await handle;
        }
        asm volatile("" : : "r"(sum));
    });
    measure("yield_now", 200'000, [](int count) -> task<> {
        for (int i = 0; i < count; ++i) co_await yield_now();
    });
}
