#include <doctest/doctest.h>

#include <coracle/app/ttl_cache.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/gather_settled.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/loop/loop_thread.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/submit.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <async/hand_loop.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct user {
    int id = 0;
    std::string name{};
};
using user_cache = ttl_cache<int, user>;

/// A server elsewhere that takes a second, and counts.
struct upstream {
    int calls = 0;
    int finished = 0;
    task<user> fetch(int id) {
        ++calls;
        co_await sleep(1s);
        ++finished;
        co_return user{id, "user " + std::to_string(id)};
    }
};
task<user> get(user_cache& users, upstream& http, int id) {
    co_return co_await users.get(id, [&] { return http.fetch(id); });
}
template <class T>
task<std::vector<outcome<T>>> settle(std::vector<task<T>> all) {
    co_return co_await gather_settled(std::move(all));
}

}  // namespace

TEST_CASE("T12 the first get loads for a second, the second is there at once, and the upstream was asked once") {
    user_cache users{{.max_size = 1000, .ttl = 1h}};
    upstream http;
    virtual_loop loop;
    CHECK(loop.run(get(users, http, 1)).name == "user 1");
    CHECK(loop.elapsed() == 1s);
    CHECK(loop.run(get(users, http, 1)).name == "user 1");
    CHECK(loop.elapsed() == 1s);
    CHECK(http.calls == 1);
    CHECK(users.statistics().hits == 1);
    CHECK(users.statistics().misses == 1);
    CHECK(users.statistics().loads == 1);
}

TEST_CASE("T12 a hundred who miss at once make one call, and all have its value") {
    user_cache users{{.max_size = 1000, .ttl = 1h}};
    upstream http;
    virtual_loop loop;
    loop.run([](user_cache& cache, upstream& source) -> task<> {
        std::vector<task<user>> all;
        for (int i = 0; i < 100; ++i) all.push_back(get(cache, source, 7));
        std::vector<user> got = co_await gather(std::move(all));
        CHECK(got.size() == 100);
        for (const user& each : got) CHECK(each.name == "user 7");
    }(users, http));
    CHECK(http.calls == 1);
    CHECK(loop.elapsed() == 1s);
    CHECK(users.statistics().misses == 100);
    CHECK(users.statistics().waiting == 0);
}

TEST_CASE("T12 an hour later it is a miss, to the nanosecond, and unseen by everyone") {
    user_cache users{{.max_size = 1000, .ttl = 1h}};
    upstream http;
    virtual_loop loop;
    auto look = [&]() -> task<std::string> {
        std::string seen;
        if (users.contains(1)) seen += "contains ";
        if (users.peek(1)) seen += "peek ";
        if (users.find(1)) seen += "find ";
        co_return seen + std::to_string(users.size());
    };
    loop.run(get(users, http, 1));
    loop.run_for(1h - 1ns);
    CHECK(loop.run(look()) == "contains peek find 1");
    loop.run_for(1ns);
    CHECK(loop.run(look()) == "0");
    loop.run(get(users, http, 1));
    CHECK(http.calls == 2);
    CHECK(users.statistics().expirations == 1);
}

TEST_CASE("T12 the thousand-and-first item takes the place of the one that was used least recently") {
    user_cache users{{.max_size = 1000, .ttl = 1h}};
    upstream http;
    virtual_loop loop;
    loop.run([](user_cache& cache, upstream& source) -> task<> {
        for (int i = 1; i <= 1000; ++i) cache.set(i, user{i});
        user first = co_await get(cache, source, 1);  // used now
        CHECK(first.id == 1);
        CHECK(cache.peek(2));  // a peek is no use
        cache.set(1001, user{1001});
        CHECK(cache.contains(1));
        CHECK_FALSE(cache.contains(2));
        CHECK(cache.size() == 1000);
    }(users, http));
    CHECK(users.statistics().evictions == 1);
    CHECK(http.calls == 0);
}

TEST_CASE("a load that fails is told to all who wait, and not kept") {
    user_cache users{{.max_size = 10, .ttl = 1h}};
    virtual_loop loop;
    int calls = 0;
    auto broken = [&]() -> task<user> {
        ++calls;
        co_await sleep(1s);
        throw std::runtime_error("upstream is down");
    };
    auto ask = [&]() -> task<user> { co_return co_await users.get(1, broken); };
    loop.run([](auto& one) -> task<> {
        std::vector<task<user>> all;
        for (int i = 0; i < 5; ++i) all.push_back(one());
        auto ends = co_await gather_settled(std::move(all));
        for (auto& each : ends) CHECK(each.error_text() == "upstream is down");
    }(ask));
    CHECK(calls == 1);
    CHECK(users.size() == 0);
    CHECK_THROWS_WITH(loop.run(ask()), "upstream is down");
    CHECK(calls == 2);
    CHECK(users.statistics().load_errors == 2);
}

TEST_CASE("who is cancelled while he waits leaves the others and the load alone") {
    user_cache users{{.max_size = 10, .ttl = 1h}};
    upstream http;
    virtual_loop loop;
    loop.run([](user_cache& cache, upstream& source) -> task<> {
        auto leader = spawn(get(cache, source, 1));
        auto leaves = spawn(get(cache, source, 1));
        auto stays = spawn(get(cache, source, 1));
        co_await sleep(100ms);
        CHECK(cache.statistics().waiting == 2);
        leaves.cancel();
        co_await sleep(100ms);
        CHECK(cache.statistics().waiting == 1);
        user first = co_await leader;
        user other = co_await stays;
        CHECK(first.name == other.name);
    }(users, http));
    CHECK(http.calls == 1);
    CHECK(loop.elapsed() == 1s);
}

TEST_CASE("when the loader's own coroutine is cancelled its load ends with it, and the next loads in its own frame") {
    user_cache users{{.max_size = 10, .ttl = 1h}};
    upstream first;
    upstream second;
    virtual_loop loop;
    loop.run([](user_cache& cache, upstream& source, upstream& next) -> task<> {
        auto leader = spawn(get(cache, source, 1));
        auto heir = spawn(get(cache, next, 1));
        auto third = spawn(get(cache, next, 1));
        co_await sleep(500ms);
        leader.cancel();
        user got = co_await heir;
        CHECK(got.name == "user 1");
        user same = co_await third;
        CHECK(same.name == "user 1");
    }(users, first, second));
    CHECK(first.calls == 1);
    CHECK(first.finished == 0);
    CHECK(second.calls == 1);
    CHECK(loop.elapsed() == 1500ms);
    CHECK(users.statistics().load_errors == 0);
    CHECK(users.contains(1));
}

TEST_CASE("when the loader's own coroutine is destroyed where it waits, the next loads in its own frame") {
    user_cache users{{.max_size = 10, .ttl = 1h}};
    hand_loop loop;
    hop* held = nullptr;
    int loads = 0;
    auto ask = [&](std::string name) -> task<user> {
        co_return co_await users.get(1, [&]() -> task<user> {
            ++loads;
            co_await hop(&held);
            co_return user{1, name};  // looks into the frame of its caller
        });
    };
    auto leader = std::make_unique<started<user>>(loop, ask("first, with a name that has to be allocated"));
    auto second = std::make_unique<started<user>>(loop, ask("second, with a name that has to be allocated"));
    started third(loop, ask("third, with a name that has to be allocated"));
    loop.turn_until_idle();
    CHECK(loads == 1);
    leader.reset();
    second.reset();  // it has been told that the lead is its own, and has not run since
    loop.turn_until_idle();
    CHECK(loads == 2);
    held->let_go();
    loop.turn_until_idle();
    CHECK(third.result().name == "third, with a name that has to be allocated");
    CHECK(users.size() == 1);
}

TEST_CASE("the last to leave ends the load, and the key can be loaded again") {
    user_cache users{{.max_size = 10, .ttl = 1h}};
    upstream http;
    virtual_loop loop;
    loop.run([](user_cache& cache, upstream& source) -> task<> {
        bool late = false;
        try {
            co_await timeout(500ms, get(cache, source, 1));
        } catch (const timed_out&) {
            late = true;
        }
        CHECK(late);
        user got = co_await get(cache, source, 1);
        CHECK(got.id == 1);
    }(users, http));
    CHECK(http.calls == 2);
    CHECK(http.finished == 1);
}

TEST_CASE("set, erase and clear win over a load that was under way before them") {
    user_cache users{{.max_size = 10, .ttl = 1h}};
    upstream http;
    virtual_loop loop;
    loop.run([](user_cache& cache, upstream& source) -> task<> {
        std::vector<join_handle<user>> before;
        for (int id : {1, 2, 3}) before.push_back(spawn(get(cache, source, id)));
        before.push_back(spawn(get(cache, source, 1)));  // waits with the first
        co_await sleep(500ms);
        cache.set(1, user{1, "set"});
        CHECK_FALSE(cache.erase(2));
        auto again = spawn(get(cache, source, 2));
        co_await sleep(750ms);
        CHECK(cache.peek(1)->name == "set");
        CHECK_FALSE(cache.contains(2));  // the load that the erase has overtaken is not kept
        CHECK(cache.contains(3));
        for (auto& each : before) {
            user got = co_await each;
            CHECK(got.name == "user " + std::to_string(got.id));
        }
        user fresh = co_await again;
        CHECK(fresh.id == 2);
        CHECK(cache.contains(2));
        auto last = spawn(get(cache, source, 4));
        co_await sleep(500ms);
        cache.clear();
        user cleared = co_await last;
        CHECK(cleared.id == 4);
        CHECK(cache.size() == 0);
        // What a load will give nobody can be asked about.
        auto unknown = spawn(get(cache, source, 5));
        co_await sleep(500ms);
        CHECK(cache.erase_if([](int, const user&) { return false; }) == 0);
        user given = co_await unknown;
        CHECK(given.id == 5);
        CHECK_FALSE(cache.contains(5));
    }(users, http));
    CHECK(http.calls == 6);
}

TEST_CASE("a stale value is given at once while one task renews it, and not for ever") {
    upstream http;
    ttl_cache<int, user> users{
        {.max_size = 10, .ttl = 1min, .stale = 5min, .load = [&](int id) { return http.fetch(id); }}};
    virtual_loop loop;
    loop.run([](auto& cache, upstream& source) -> task<> {
        user first = co_await cache.get(1);
        CHECK(first.id == 1);
        co_await sleep(90s);
        CHECK_FALSE(cache.contains(1));  // not fresh
        std::vector<task<user>> all;
        for (int i = 0; i < 10; ++i)
            all.push_back([](auto& from) -> task<user> { co_return co_await from.get(1); }(cache));
        std::vector<user> got = co_await gather(std::move(all));
        CHECK(got.size() == 10);
        CHECK(source.finished == 1);
        CHECK(source.calls == 2);
        co_await sleep(2s);
        CHECK(cache.contains(1));
        CHECK(cache.statistics().stale_hits == 10);
        co_await sleep(7min);
        user late = co_await cache.get(1);  // too old to be given
        CHECK(late.id == 1);
        CHECK(source.finished == 3);
    }(users, http));
}

TEST_CASE("who asked for a stale value may go: its renewal goes on; when that fails the value stays until its end") {
    int calls = 0;
    bool broken = false;
    std::optional<virtual_loop> loop;
    loop.emplace();
    ttl_cache<int, int> numbers{{.ttl = 1min, .stale = 5min, .load = [&](int) -> task<int> {
                                     ++calls;
                                     co_await sleep(1s);
                                     if (broken) throw std::runtime_error("down");
                                     co_return calls;
                                 }}};
    loop->run([](auto& cache, bool& down) -> task<> {
        int first = co_await cache.get(1);
        CHECK(first == 1);
        co_await sleep(2min);
        int stale = co_await timeout(1ms, [](auto& from) -> task<int> { co_return co_await from.get(1); }(cache));
        CHECK(stale == 1);
        co_await sleep(2s);
        CHECK(cache.peek(1) == 2);
        down = true;
        co_await sleep(2min);
        int second = co_await cache.get(1);
        CHECK(second == 2);
        co_await sleep(2s);
        CHECK_FALSE(cache.peek(1));
        int still = co_await cache.get(1);
        CHECK(still == 2);
        CHECK(cache.statistics().load_errors == 1);
    }(numbers, broken));
    loop.reset();  // with a renewal under way
    CHECK(numbers.statistics().waiting == 0);
    run([](auto& cache) -> task<> {  // which has been given up
        auto elsewhere = co_await cache.get(2, [] { return 5; });
        CHECK(elsewhere == 5);
    }(numbers));
}

TEST_CASE("a value may say how long it lasts, in a set or from its loader; nothing is not kept") {
    ttl_cache<std::string, std::string> tokens{{.max_size = 10, .ttl = 1h}};
    virtual_loop loop;
    loop.run([](auto& cache) -> task<> {
        std::string a =
            co_await cache.get("a", []() -> task<lasting<std::string>> { co_return lasting(std::string("A"), 5s); });
        CHECK(a == "A");
        std::string b = co_await cache.get("b", [] { return lasting(std::string("B"), 0s); });
        CHECK(b == "B");
        CHECK_FALSE(cache.contains("b"));
        cache.set("c", "C", 10s);
        cache.set("d", "D", std::chrono::nanoseconds::max());
        cache.set("e", "E", -1s);
        CHECK_FALSE(cache.contains("e"));
        co_await sleep(5s);
        CHECK_FALSE(cache.contains("a"));
        CHECK(cache.contains("c"));
        co_await sleep(5s);
        CHECK_FALSE(cache.contains("c"));
        co_await sleep(std::chrono::hours(24 * 365 * 10));
        CHECK(cache.contains("d"));
    }(tokens));
}

TEST_CASE("what is not there is kept only when the options say for how long") {
    using maybe = std::optional<user>;
    int calls = 0;
    auto nobody = [&]() -> task<maybe> {
        ++calls;
        co_return std::nullopt;
    };
    ttl_cache<int, maybe> forgetful{{.ttl = 1h}};
    ttl_cache<int, maybe> minded{{.ttl = 1h, .negative_ttl = 10s}};
    virtual_loop loop;
    loop.run([](auto& one, auto& other, auto& load, int& asked) -> task<> {
        for (int i = 0; i < 2; ++i) {
            maybe got = co_await one.get(1, load);
            CHECK_FALSE(got);
        }
        CHECK(asked == 2);
        for (int i = 0; i < 2; ++i) {
            maybe got = co_await other.get(1, load);
            CHECK_FALSE(got);
        }
        CHECK(asked == 3);
        std::optional<maybe> kept = other.peek(1);
        CHECK(kept.has_value());
        CHECK_FALSE(kept->has_value());
        co_await sleep(10s);
        maybe later = co_await other.get(1, load);
        CHECK_FALSE(later);
        CHECK(asked == 4);
    }(forgetful, minded, nobody, calls));
}

TEST_CASE("keys that are texts are looked for by views and literals, and kept as their own") {
    ttl_cache<std::string, int> lengths{{.max_size = 10, .ttl = 1h}};
    virtual_loop loop;
    loop.run([](auto& cache) -> task<> {
        {
            std::string text = "a key that has to be allocated";
            std::string_view part = std::string_view(text).substr(2);
            int got = co_await cache.get(part, [&] { return static_cast<int>(part.size()); });
            CHECK(got == 28);
        }
        int again = co_await cache.get(std::string("key that has to be allocated"), [] { return 0; });
        CHECK(again == 28);
        CHECK(cache.erase("key that has to be allocated"));
        CHECK(cache.erase_if([](const std::string&, int) { return true; }) == 0);
    }(lengths));
}

TEST_CASE("a value that is heavier than the whole cache is given, and never kept") {
    ttl_cache<int, std::string> texts{
        {.max_size = 100, .weigh = [](int, const std::string& text) { return text.size(); }}};
    virtual_loop loop;
    loop.run([](auto& cache) -> task<> {
        for (int i = 0; i < 4; ++i) cache.set(i, std::string(25, 'x'));
        std::string big = co_await cache.get(9, [] { return std::string(101, 'x'); });
        CHECK(big.size() == 101);
        CHECK_FALSE(cache.contains(9));
        CHECK(cache.size() == 4);
        cache.set(5, std::string(50, 'x'));
        CHECK(cache.size() == 3);
        CHECK(cache.erase_if([](int key, const std::string&) { return key == 5; }) == 1);
    }(texts));
}

TEST_CASE("a loader that asks for its own key is told so instead of waiting for itself") {
    ttl_cache<int, int> numbers{{.ttl = 1h}};
    virtual_loop loop;
    auto asks = [&](int key) -> task<int> {
        co_return co_await numbers.get(1,
                                       [&]() -> task<int> { co_return co_await numbers.get(key, [] { return 2; }); });
    };
    CHECK_THROWS_AS(loop.run(asks(1)), std::logic_error);
    CHECK(loop.run(asks(2)) == 2);
    CHECK_THROWS_WITH_AS(static_cast<void>(numbers.get(1)),
                         "coracle: ttl_cache::get(key) needs the option .load; or give get() a loader",
                         std::logic_error);
}

TEST_CASE("a hit in a cancelled task is refused as any wait is, and a loop of hits lets others have their turn") {
    ttl_cache<int, int> numbers{{.ttl = 1h}};
    numbers.set(1, 5);
    hand_loop loop;
    bool other = false;
    auto hits = [&]() -> task<int> {
        int count = 0;
        while (true) {
            if (other) break;
            ++count;
            int got = co_await numbers.get(1, [] { return 0; });
            CHECK(got == 5);
        }
        co_return count;
    };
    started busy(loop, hits());
    started patient(loop, [](bool& seen) -> task<> {
        co_await hop();
        seen = true;
    }(other));
    for (int i = 0; i < 10; ++i) loop.turn();
    CHECK(busy.ended());
    CHECK(busy.result() < 1000);
    started refused(loop, [](ttl_cache<int, int>& cache) -> task<int> {
        co_await hop();
        co_return co_await cache.get(1, [] { return 0; });
    }(numbers));
    refused.cancel();
    loop.turn_until_idle();
    CHECK(refused.threw_cancelled());
}

TEST_CASE("the awaited lambda, and what it captures, are destroyed once on every compiler") {
    struct counted {
        explicit counted(int& to) : alive(&to) { ++*alive; }
        counted(const counted& other) : alive(other.alive) { ++*alive; }
        ~counted() { --*alive; }
        counted& operator=(const counted&) = delete;
        int* alive;
    };
    int alive = 0;
    {
        ttl_cache<int, int> numbers{{.ttl = 1h}};
        virtual_loop loop;
        loop.run([](auto& cache, int& count) -> task<> {
            counted one(count);
            auto named = [one](int key) -> task<int> {
                co_await sleep(1ms);
                co_return key + *one.alive;
            };
            for (int key = 0; key < 3; ++key) {
                int got = co_await cache.get(key, named);
                CHECK(got == key + 2);
                int by_reference = co_await cache.get(key + 10, [&, key] { return key + *one.alive; });
                CHECK(by_reference == key + 2);
                int again = co_await cache.get(key + 10, [&] { return 0; });
                CHECK(again == key + 2);
            }
        }(numbers, alive));
    }
    CHECK(alive == 0);
}

TEST_CASE("a value that can be shared is not copied: all have the same") {
    using shared_user = std::shared_ptr<const user>;
    ttl_cache<int, shared_user> users{{.ttl = 1h}};
    virtual_loop loop;
    loop.run([](auto& cache) -> task<> {
        shared_user one = co_await cache.get(1, [] { return std::make_shared<const user>(user{1, "Ann"}); });
        shared_user two = co_await cache.get(1, [] { return shared_user(); });
        CHECK(one == two);
    }(users));
}

TEST_CASE("tasks of several loops share one load, whoever is cancelled, and one cache") {
    ttl_cache<int, std::string> texts{{.max_size = 64, .ttl = 1h, .parts = 4}};
    std::atomic<int> loads{0};
    std::atomic<int> cancelled_ones{0};
    auto ask = [&](int key, int turns) -> task<std::string> {
        std::string mine = "value of " + std::to_string(key) + ", which has to be allocated";
        co_return co_await texts.get(key, [&]() -> task<std::string> {
            ++loads;
            for (int i = 0; i < turns; ++i) co_await yield_now();
            co_return mine;
        });
    };
    auto work = [&](int seed) -> task<> {
        random_sequence dice(static_cast<std::uint64_t>(seed));
        for (int i = 0; i < 300; ++i) {
            int key = static_cast<int>(dice.below(100));
            auto one = spawn(ask(key, static_cast<int>(dice.below(4))));
            auto two = spawn(ask(key, static_cast<int>(dice.below(4))));
            if (dice.percent(30)) one.cancel();
            if (dice.percent(10)) texts.erase(key);
            if (dice.percent(5)) texts.clear();
            if (dice.percent(20)) texts.set(key, "value of " + std::to_string(key) + ", which has to be allocated");
            for (auto* each : {&one, &two}) {
                try {
                    std::string got = co_await *each;
                    CHECK(got == "value of " + std::to_string(key) + ", which has to be allocated");
                } catch (const task_cancelled&) {
                    ++cancelled_ones;
                } catch (const cancelled&) {
                    ++cancelled_ones;
                }
            }
            if (i % 50 == 0) CHECK(texts.size() <= 64);
        }
    };
    {
        loop_thread one;
        loop_thread two;
        loop_thread three;
        auto a = submit(one, work(1));
        auto b = submit(two, work(2));
        auto c = submit(three, work(3));
        for (int i = 0; i < 2000; ++i) {  // and a thread without a loop
            texts.find(i % 100);
            texts.peek(i % 100);
            if (i % 100 == 0) texts.statistics();
        }
        a.get();
        b.get();
        c.get();
    }
    CHECK(texts.statistics().waiting == 0);
    CHECK(loads > 0);
    CHECK(texts.size() <= 64);
}

TEST_CASE("a hundred tasks on four loops that miss at once make one load") {
    for (int round = 0; round < 10; ++round) {
        ttl_cache<int, int> numbers{{.ttl = 1h}};
        std::atomic<int> loads{0};
        auto ask = [&]() -> task<int> {
            co_return co_await numbers.get(1, [&]() -> task<int> {
                ++loads;
                co_await sleep(20ms);
                co_return 42;
            });
        };
        auto many = [&]() -> task<int> {
            std::vector<task<int>> all;
            for (int i = 0; i < 25; ++i) all.push_back(ask());
            int sum = 0;
            for (int each : co_await gather(std::move(all))) sum += each;
            co_return sum;
        };
        loop_thread threads[4];
        std::vector<std::future<int>> sums;
        for (loop_thread& each : threads) sums.push_back(submit(each, many()));
        for (auto& each : sums) CHECK(each.get() == 25 * 42);
        CHECK(loads == 1);
    }
}

TEST_CASE("who began a renewal may wait for it, when its value has gone in the meantime") {
    int calls = 0;
    ttl_cache<int, int> numbers{{.ttl = 10s, .stale = 10s, .load = [&](int) -> task<int> {
                                     ++calls;
                                     co_await sleep(30s);
                                     co_return calls;
                                 }}};
    run(virtual_time, [](auto& cache) -> task<> {
        int first = co_await cache.get(1);
        CHECK(first == 1);
        co_await sleep(15s);
        int stale = co_await cache.get(1);
        CHECK(stale == 1);
        co_await sleep(10s);
        int renewed = co_await cache.get(1);
        CHECK(renewed == 2);
    }(numbers));
}

TEST_CASE("more parts than items are refused: a part without room would never keep its keys") {
    CHECK_THROWS_AS((ttl_cache<int, int>{{.max_size = 4, .parts = 8}}), std::logic_error);
    CHECK_NOTHROW((ttl_cache<int, int>{{.max_size = 0}}));
    ttl_cache<int, int> small{{.max_size = 8, .parts = 8}};
    small.set(1, 10);
    CHECK(small.peek(1) == 10);
}
