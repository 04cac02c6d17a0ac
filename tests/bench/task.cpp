// Cost of a call that can wait: frames, ready awaits, awaits that wait, and the turn of the loop that they take.
#include <coracle/async/event.hpp>
#include <coracle/async/frame_pool.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <chrono>
#include <cstdio>
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
[[gnu::noinline]] task<int> deeper(int n, int depth) {
    int value = n;
    if (depth > 0) value = co_await deeper(n, depth - 1);
    co_return value;
}
[[gnu::noinline]] task<int> waits_once(int n) {
    co_await sleep(0s);
    co_return n;
}

}  // namespace

int main() {
    measure("frame_allocate_release", 1'000'000, [](int count) -> task<> {
        for (int i = 0; i < count; ++i) {
            void* frame = async::frame_pool::allocate(120);
            asm volatile("" : : "r"(frame) : "memory");
            async::frame_pool::release(frame, 120);
        }
        co_return;
    });
    measure("task_made_and_dropped", 1'000'000, [](int count) -> task<> {
        for (int i = 0; i < count; ++i) {
            task<int> made = ready(i);
            made.start();
            asm volatile("" : : "r"(&made) : "memory");
        }
        co_return;
    });
    measure("await_ready_task", 1'000'000, [](int count) -> task<> {
        int sum = 0;
        for (int i = 0; i < count; ++i) sum += co_await ready(i & 1);
        asm volatile("" : : "r"(sum));
    });
    measure("await_ready_task_five_deep", 200'000, [](int count) -> task<> {
        int sum = 0;
        for (int i = 0; i < count; ++i) sum += co_await deeper(i & 1, 4);
        asm volatile("" : : "r"(sum));
    });
    measure("await_set_event", 1'000'000, [](int count) -> task<> {
        event always;
        always.set();
        for (int i = 0; i < count; ++i) co_await always.wait();
    });
    measure("yield_one_job", 200'000, [](int count) -> task<> {
        for (int i = 0; i < count; ++i) co_await sleep(0s);
    });
    measure("await_task_that_waits_once", 200'000, [](int count) -> task<> {
        int sum = 0;
        for (int i = 0; i < count; ++i) sum += co_await waits_once(i & 1);
        asm volatile("" : : "r"(sum));
    });
    measure("yield_among_200_jobs", 1'000'000, [](int count) -> task<> {
        auto job = [](int times) -> task<> {
            for (int i = 0; i < times; ++i) co_await sleep(0s);
        };
        std::vector<task<>> jobs;
        for (int i = 0; i < 200; ++i) jobs.push_back(job(count / 200));
        co_await gather(std::move(jobs));
    });
}
