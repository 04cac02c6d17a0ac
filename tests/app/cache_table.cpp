#include <doctest/doctest.h>

#include <coracle/app/cache_table.hpp>
#include <coracle/base/random_sequence.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <utility>

using coracle::cache_table;

namespace {

using table = cache_table<int, int>;
std::uint64_t hash_of(int key) { return static_cast<std::uint64_t>(key) * 0x9e37'79b9'7f4a'7c15; }
struct driven : table {
    using table::table;
    removed out;
    void set(int key, int value, std::int64_t gone, std::int64_t now, std::size_t weight = 1) {
        put(hash_of(key), key, entry(value, gone, gone, weight), now, out);
    }
    int get(int key, std::int64_t now) {
        auto* found = use(hash_of(key), key, now);
        return found ? found->value : -1;
    }
};

}  // namespace

TEST_CASE("when it is full what was used least recently makes room") {
    driven three(3);
    for (int i = 1; i <= 3; ++i) three.set(i, i * 10, 100, 0);
    CHECK(three.get(1, 0) == 10);
    three.set(4, 40, 100, 0);
    CHECK(three.get(2, 0) == -1);
    CHECK(three.get(1, 0) == 10);
    CHECK(three.get(3, 0) == 30);
    three.set(1, 11, 100, 0);  // in its own place: nobody goes
    CHECK(three.size() == 3);
    CHECK(three.counts.evictions == 1);
    CHECK(three.counts.expirations == 0);
}

TEST_CASE("what has expired is not seen, and makes room before anybody else does") {
    driven three(3);
    three.set(1, 10, 5, 0);
    three.set(2, 20, 100, 0);
    three.set(3, 30, 100, 0);
    CHECK(three.get(1, 4) == 10);
    CHECK(three.get(1, 5) == -1);
    three.set(4, 40, 100, 6);
    CHECK(three.counts.evictions == 0);
    CHECK(three.counts.expirations == 1);
    CHECK(three.get(2, 6) == 20);
    CHECK(three.get(3, 6) == 30);
}

TEST_CASE("what is heavier than the table is not kept, and takes the old value with it") {
    driven ten(10);
    ten.set(1, 10, 100, 0, 6);
    ten.set(2, 20, 100, 0, 4);
    ten.set(3, 30, 100, 0, 11);
    CHECK(ten.size() == 2);
    ten.set(1, 10, 100, 0, 11);
    CHECK(ten.get(1, 0) == -1);
    CHECK(ten.weight() == 4);
    ten.set(4, 40, 100, 0, 10);
    CHECK(ten.size() == 1);
    CHECK(ten.get(4, 0) == 40);
    ten.set(5, 50, 100, 0, static_cast<std::size_t>(-1));
    CHECK(ten.get(4, 0) == 40);
    driven none(0);
    none.set(1, 1, 100, 0);
    CHECK(none.size() == 0);
}

TEST_CASE("erase says whether it was there; erase_if does not ask for what has expired; clear takes all") {
    driven ten(10);
    for (int i = 0; i < 6; ++i) ten.set(i, i, i == 5 ? 1 : 100, 0);
    CHECK(ten.erase(hash_of(0), 0, ten.out, 0));
    CHECK_FALSE(ten.erase(hash_of(0), 0, ten.out, 0));
    CHECK_FALSE(ten.erase(hash_of(5), 5, ten.out, 2));
    CHECK(ten.counts.expirations == 1);
    CHECK(ten.erase_if([](int key, int) { return key % 2 == 1; }, 2, ten.out) == 2);
    CHECK(ten.size() == 2);
    ten.clear(ten.out);
    CHECK(ten.size() == 0);
    CHECK(ten.weight() == 0);
    CHECK(ten.out.size() == 6);
}

TEST_CASE("a put takes out a few of those that have expired, and expire as many as it is told") {
    driven wide(1000);
    for (int i = 0; i < 500; ++i) wide.set(i, i, 10, 0);
    wide.set(1000, 1, 100, 20);
    CHECK(wide.size() == 501 - 16);
    CHECK_FALSE(wide.expire(20, 100, wide.out));
    CHECK(wide.size() == 401 - 16);
    CHECK(wide.expire(20, 1000, wide.out));
    CHECK(wide.size() == 1);
    CHECK(wide.counts.expirations == 500);
}

TEST_CASE("any sequence of calls leaves what a plain list of items would have") {
    struct kept {
        int key;
        int value;
        std::int64_t gone;
        std::size_t weight;
    };
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        coracle::random_sequence dice(seed);
        constexpr std::size_t room = 40;
        driven real(room);
        std::list<kept> model;  // the least recently used in front
        std::int64_t now = 0;
        auto find = [&](int key) {
            return std::find_if(model.begin(), model.end(), [&](const kept& each) { return each.key == key; });
        };
        for (int i = 0; i < 3000; ++i) {
            now += dice.between(0, 3);
            int key = static_cast<int>(dice.below(60));
            model.remove_if([&](const kept& each) { return each.gone <= now; });
            if (dice.percent(50)) {
                auto at = find(key);
                CHECK(real.get(key, now) == (at == model.end() ? -1 : at->value));
                if (at != model.end()) model.splice(model.end(), model, at);
            } else if (dice.percent(90)) {
                kept next{key, i, now + dice.between(0, 60), static_cast<std::size_t>(dice.below(4))};
                real.set(key, next.value, next.gone, now, next.weight);
                if (auto at = find(key); at != model.end()) model.erase(at);
                if (next.gone <= now) continue;
                std::size_t sum = next.weight;
                for (const kept& each : model) sum += each.weight;
                for (; sum > room; model.pop_front()) sum -= model.front().weight;
                model.push_back(next);
            } else {
                auto at = find(key);
                CHECK(real.erase(hash_of(key), key, real.out, now) == (at != model.end()));
                if (at != model.end()) model.erase(at);
            }
        }
        now += 1;
        model.remove_if([&](const kept& each) { return each.gone <= now; });
        real.expire(now, 1'000'000, real.out);
        CHECK(real.size() == model.size());
        for (const kept& each : model) CHECK(real.get(each.key, now) == each.value);
    }
}
