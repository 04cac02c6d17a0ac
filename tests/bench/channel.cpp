// Cost of an item through a channel, by capacity, and without a wait.
#include <coracle/async/channel.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

namespace {

using namespace coracle;

template <class T>
double nanoseconds_per_item(std::size_t capacity, int count, T item) {
    double best = 1e18;
    for (int round = 0; round < 15; ++round) {
        channel<T> pipe(capacity);
        auto produces = [&]() -> task<> {
            for (int i = 0; i < count; ++i) co_await pipe.send(item);
            pipe.close();
        };
        auto consumes = [&]() -> task<> {
            int items = 0;
            while (auto got = co_await pipe.receive()) ++items;
            asm volatile("" : : "r"(items));
        };
        auto both = [&]() -> task<> { co_await gather(produces(), consumes()); };
        auto start = std::chrono::steady_clock::now();
        run(both());
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        if (took.count() / count < best) best = took.count() / count;
    }
    return best;
}

}  // namespace

int main() {
    for (std::size_t capacity : {0u, 1u, 16u, 100u, 1000u}) {
        std::string name = "channel_item_capacity_" + std::to_string(capacity);
        std::printf("%-32s %.1f\n", name.c_str(), nanoseconds_per_item(capacity, 200'000, 7));
    }
    std::printf("%-32s %.1f\n", "channel_short_string_capacity_100",
                nanoseconds_per_item(100, 200'000, std::string("job")));

    double best = 1e18;
    for (int round = 0; round < 15; ++round) {
        channel<int> pipe(16);
        auto start = std::chrono::steady_clock::now();
        int sum = 0;
        for (int i = 0; i < 200'000; ++i) {
            pipe.try_send(i);
            sum += *pipe.try_receive();
        }
        asm volatile("" : : "r"(sum));
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        if (took.count() / 200'000 < best) best = took.count() / 200'000;
    }
    std::printf("%-32s %.1f\n", "channel_try_send_receive", best);
}
