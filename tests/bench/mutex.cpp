// Cost of locking and unlocking a mutex: by await, and by try_lock.
#include <coracle/async/mutex.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

namespace {

using namespace coracle;

template <class Round>
void measure(const char* name, int count, Round round) {
    std::vector<double> took;
    for (int i = 0; i < 21; ++i) {
        auto start = std::chrono::steady_clock::now();
        round();
        std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
        took.push_back(time.count() / count);
    }
    std::sort(took.begin(), took.end());
    std::printf("%-32s min %.1f median %.1f\n", name, took.front(), took[took.size() / 2]);
}

task<> locks(mutex& door, int times) {
    for (int i = 0; i < times; ++i) auto lock = co_await door.lock();
}

}  // namespace

int main() {
    constexpr int count = 1'000'000;
    mutex door;
    measure("mutex_free", count, [&] { run(locks(door, count)); });
    measure("mutex_try_lock", count, [&] {
        for (int i = 0; i < count; ++i) {
            auto lock = door.try_lock();
            asm volatile("" : : "g"(&lock) : "memory");
        }
    });
}
