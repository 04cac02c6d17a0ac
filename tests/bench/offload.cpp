// Cost of a call on another thread: alone, and with a hundred under way.
#include <coracle/async/gather.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <utility>
#include <vector>

namespace {

using namespace coracle;

double nanoseconds_per_call(std::size_t threads, int at_once, int count) {
    double best = 1e18;
    for (int round = 0; round < 7; ++round) {
        loop::thread_pool pool(threads);
        loop::reactor on(pool);
        auto calls = [](int times) -> task<> {
            int sum = 0;
            for (int i = 0; i < times; ++i) sum += co_await offload([i] { return i; });
            asm volatile("" : : "r"(sum));
        };
        auto all = [&]() -> task<> {
            std::vector<task<>> jobs;
            for (int i = 0; i < at_once; ++i) jobs.push_back(calls(count / at_once));
            co_await gather(std::move(jobs));
        };
        auto start = std::chrono::steady_clock::now();
        loop::run_on(on, all());
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        if (took.count() / count < best) best = took.count() / count;
    }
    return best;
}

double nanoseconds_per_post(int count) {
    double best = 1e18;
    for (int round = 0; round < 7; ++round) {
        loop::thread_pool pool(1);
        loop::reactor on(pool);
        int arrived = 0;
        auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < count; ++i) on.post([&] { ++arrived; });
        on.run_until([&] { return arrived == count; });
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        if (took.count() / count < best) best = took.count() / count;
    }
    return best;
}

}  // namespace

int main() {
    std::printf("%-32s %.1f\n", "offload_alone", nanoseconds_per_call(1, 1, 2'000));
    std::printf("%-32s %.1f\n", "offload_100_under_way", nanoseconds_per_call(1, 100, 100'000));
    std::printf("%-32s %.1f\n", "offload_100_under_way_4_threads", nanoseconds_per_call(4, 100, 100'000));
    std::printf("%-32s %.1f\n", "offload_100_under_way_by_default",
                nanoseconds_per_call(coracle::loop::pool_limits::default_user(), 100, 100'000));
    std::printf("%-32s %.1f\n", "post", nanoseconds_per_post(100'000));
}
