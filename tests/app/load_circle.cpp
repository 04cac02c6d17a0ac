#include <coracle/app/load_circle.hpp>
#include <coracle/app/ttl_cache.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/loop/loop_thread.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/submit.hpp>
#include <coracle/testing/seeds.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

using cache_of_ints = ttl_cache<int, int>;

/// Loads `key`, waits a little, and asks for what stands behind it in the list.
task<int> load_in_turn(cache_of_ints& cache, const std::vector<int>& next, int key) {
    auto load = [&]() -> task<int> {
        co_await sleep(1ms);
        int behind = next[static_cast<std::size_t>(key)];
        if (behind < 0) co_return key;
        int got = co_await load_in_turn(cache, next, behind);
        co_return got + 1;
    };
    int got = co_await cache.get(key, load);
    co_return got;
}
task<std::string> said_by(task<int> work) {
    std::string said;
    try {
        int got = co_await std::move(work);
        said = std::to_string(got);
    } catch (const std::logic_error& error) {
        said = error.what();
    }
    co_return said;
}
constexpr std::string_view circle =
    "coracle: loaders of a ttl_cache ask for one another's keys, and would wait for one another; let one of them load "
    "without the cache";

}  // namespace

TEST_CASE("loaders that ask for one another's keys are told so instead of waiting for one another") {
    for (const std::vector<int>& next :
         {std::vector<int>{1, 0}, std::vector<int>{1, 2, 3, 0}, std::vector<int>{1, 2, 1}}) {
        for (auto time : seeds(20)) {
            cache_of_ints cache({.ttl = 1h});
            auto all = [&]() -> task<> {
                std::vector<join_handle<std::string>> asked;
                for (int key = 0; key < static_cast<int>(next.size()); ++key)
                    asked.push_back(spawn(said_by(load_in_turn(cache, next, key))));
                for (auto& each : asked) {
                    std::string said = co_await each;
                    // Whoever waited for the load that failed has its error.
                    CHECK((said == circle || said.find("would wait for itself") != said.npos));
                }
                CHECK(cache.size() == 0);
                int alone = co_await cache.get(0, [] { return 7; });
                CHECK(alone == 7);
            };
            run(time, all());
        }
    }
}

TEST_CASE("loads that wait for others which wait for nobody come to their end") {
    cache_of_ints cache({.ttl = 1h});
    virtual_loop loop;
    loop.run([](auto& of) -> task<> {
        const std::vector<int> next{1, 2, 3, -1, 2, 0};
        std::vector<join_handle<std::string>> all;
        for (int key : {5, 4, 3, 2, 1, 0, 0, 5}) all.push_back(spawn(said_by(load_in_turn(of, next, key))));
        std::vector<std::string> got;
        for (auto& each : all) {
            std::string said = co_await each;
            got.push_back(said);
        }
        CHECK(got == std::vector<std::string>{"7", "5", "3", "4", "5", "6", "6", "7"});
    }(cache));
}

TEST_CASE("a circle may go through two caches") {
    ttl_cache<std::string, int> users({.ttl = 1h});
    ttl_cache<int, std::string> posts({.ttl = 1h});
    virtual_loop loop;
    auto all = [&]() -> task<> {
        auto user = [&]() -> task<int> {
            auto load = [&]() -> task<int> {
                co_await sleep(1ms);
                std::string post = co_await posts.get(1, [] { return std::string("a post"); });
                co_return static_cast<int>(post.size());
            };
            int got = co_await users.get("ada", load);
            co_return got;
        };
        auto post = [&]() -> task<int> {
            auto load = [&]() -> task<std::string> {
                co_await sleep(1ms);
                int author = co_await users.get("ada", [] { return 1; });
                co_return std::to_string(author);
            };
            std::string got = co_await posts.get(1, load);
            co_return static_cast<int>(got.size());
        };
        auto one = spawn(said_by(user()));
        auto two = spawn(said_by(post()));
        std::string first = co_await one;
        std::string second = co_await two;
        CHECK(first == circle);
        CHECK(second == circle);
    };
    loop.run(all());
}

TEST_CASE("a circle may go through two loops") {
    for (int round = 0; round < 50; ++round) {
        cache_of_ints cache({.ttl = 1h, .parts = 2});
        const std::vector<int> next{1, 0};
        loop_thread one;
        loop_thread two;
        auto first = submit(one, said_by(load_in_turn(cache, next, 0)));
        auto second = submit(two, said_by(load_in_turn(cache, next, 1)));
        std::string a = first.get();
        std::string b = second.get();
        CHECK((a == circle || a.find("wait for itself") != a.npos));
        CHECK(a == b);
    }
}
