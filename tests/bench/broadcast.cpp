// Cost of an item of a broadcast to each of its subscribers, by their number, received as it comes or many at once, and
// of a change of a watch to each of its observers.
#include <coracle/async/broadcast.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/async/watch.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/loop/run.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace coracle;

template <class Round>
void measure(const std::string& name, std::size_t count, Round round) {
    std::vector<double> took;
    for (int i = 0; i < 15; ++i) {
        auto start = std::chrono::steady_clock::now();
        round();
        std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
        took.push_back(time.count() / static_cast<double>(count));
    }
    std::sort(took.begin(), took.end());
    std::printf("%-40s min %.1f median %.1f\n", name.c_str(), took.front(), took[took.size() / 2]);
}

template <class T>
task<> receives(broadcast<T>& from) {
    auto mine = from.subscribe();
    int items = 0;
    while (auto item = co_await mine.receive()) ++items;
    asm volatile("" : : "r"(items));
}

template <class T>
task<> sends(broadcast<T>& to, std::size_t count, T item) {
    for (std::size_t i = 0; i < count; ++i) co_await to.send(item);
    to.close();
}

template <class T>
task<> whole_broadcast(std::size_t subscribers, std::size_t capacity, std::size_t count, T item) {
    broadcast<T> news(capacity);
    task_group all;
    for (std::size_t i = 0; i < subscribers; ++i) all.spawn(receives(news));
    co_await sends(news, count, item);
    co_await all.join();
}

task<> observes(watch<std::size_t>& at) {
    auto here = at.observe();
    std::size_t sum = 0;
    while (const std::size_t* value = co_await here.changed()) sum += *value;
    asm volatile("" : : "r"(sum));
}

task<> whole_watch(std::size_t observers, std::size_t count) {
    watch<std::size_t> level(0);
    task_group all;
    for (std::size_t i = 0; i < observers; ++i) all.spawn(observes(level));
    for (std::size_t i = 1; i <= count; ++i) {
        level.set(i);
        co_await yield_now();
    }
    level.close();
    co_await all.join();
}

}  // namespace

int main() {
    for (std::size_t subscribers : {1u, 100u}) {
        std::size_t count = 200'000 / subscribers;
        for (std::size_t capacity : {1u, 64u}) {
            std::string name = "broadcast_to_" + std::to_string(subscribers) + "_capacity_" + std::to_string(capacity);
            measure(name, count * subscribers, [&] { run(whole_broadcast(subscribers, capacity, count, 7)); });
        }
        measure("broadcast_to_" + std::to_string(subscribers) + "_long_string", count * subscribers,
                [&] { run(whole_broadcast(subscribers, 64, count, std::string(100, 'x'))); });
        measure("watch_by_" + std::to_string(subscribers), count * subscribers,
                [&] { run(whole_watch(subscribers, count)); });
    }
}
