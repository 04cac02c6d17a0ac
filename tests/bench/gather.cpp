// Cost of gather: tasks that are ready, tasks that wait, and many of them.
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <chrono>
#include <cstdio>
#include <utility>
#include <vector>

namespace {

using namespace coracle;

/// Prints the best of several rounds of `work(count)`, a coroutine, per operation.
template <class F>
void measure(const char* name, int count, F work) {
    double best = 1e18;
    for (int round = 0; round < 25; ++round) {
        auto start = std::chrono::steady_clock::now();
        run(work(count));
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        if (took.count() / count < best) best = took.count() / count;
    }
    std::printf("%-32s %.1f\n", name, best);
}

[[gnu::noinline]] task<int> ready(int n) { co_return n; }
[[gnu::noinline]] task<int> waits_once(int n) {
    co_await sleep(0s);
    co_return n;
}
[[gnu::noinline]] task<> nothing() { co_return; }

}  // namespace

int main() {
    measure("gather_three_ready", 200'000, [](int count) -> task<> {
        int sum = 0;
        for (int i = 0; i < count; ++i) {
            auto [a, b, c] = co_await gather(ready(i), ready(1), ready(2));
            sum += a + b + c;
        }
        asm volatile("" : : "r"(sum));
    });
    measure("gather_three_that_wait", 100'000, [](int count) -> task<> {
        int sum = 0;
        for (int i = 0; i < count; ++i) {
            auto [a, b, c] = co_await gather(waits_once(i), waits_once(1), waits_once(2));
            sum += a + b + c;
        }
        asm volatile("" : : "r"(sum));
    });
    measure("gather_vector_per_task", 200'000, [](int count) -> task<> {
        for (int i = 0; i < count / 1000; ++i) {
            std::vector<task<int>> tasks;
            for (int k = 0; k < 1000; ++k) tasks.push_back(ready(k));
            std::vector<int> values = co_await gather(std::move(tasks));
            asm volatile("" : : "r"(values.data()) : "memory");
        }
    });
    measure("task_group_spawn_ready", 200'000, [](int count) -> task<> {
        task_group group;
        for (int i = 0; i < count; ++i) {
            group.spawn(nothing());
            if (i % 100 == 99) co_await group.join();
        }
        co_await group.join();
    });
}
