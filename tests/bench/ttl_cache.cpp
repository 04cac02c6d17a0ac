// Cost of what a ttl_cache does when the value is there, by await and without; alone, and with a thread beside it.
#include <coracle/app/ttl_cache.hpp>
#include <coracle/loop/loop_thread.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/submit.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
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

template <class Cache, class Key>
task<> hits(Cache& cache, const std::vector<Key>& keys, int times) {
    for (int i = 0; i < times; ++i)
        static_cast<void>(
            co_await cache.get(keys[static_cast<std::size_t>(i) & 1023], [] { return typename Cache::value_type(); }));
}

}  // namespace

int main() {
    constexpr int count = 200'000;
    ttl_cache<int, int> numbers{{.max_size = 1024}};
    ttl_cache<std::string, std::shared_ptr<const std::string>> texts{{.max_size = 1024}};
    std::vector<int> ids;
    std::vector<std::string> names;
    for (int i = 0; i < 1024; ++i) {
        ids.push_back(i * 7919);
        names.push_back("/users/" + std::to_string(i));
        numbers.set(ids.back(), i);
        texts.set(names.back(), std::make_shared<const std::string>(names.back()));
    }
    measure("cache_hit_int", count, [&] { run(hits(numbers, ids, count)); });
    measure("cache_hit_text_shared", count, [&] { run(hits(texts, names, count)); });
    {
        loop_thread beside;
        auto busy = submit(
            beside, [](auto& cache, auto& keys) -> task<> { co_await hits(cache, keys, 20'000'000); }(numbers, ids));
        measure("cache_hit_int_two_threads", count, [&] { run(hits(numbers, ids, count)); });
        beside.stop();
    }
}
