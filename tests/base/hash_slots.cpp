#include <doctest/doctest.h>

#include <coracle/base/hash_slots.hpp>
#include <coracle/base/random_sequence.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using coracle::hash_slots;

TEST_CASE("an item is found by its key, and by whatever compares with it, until it is taken") {
    hash_slots<std::string, int> table;
    CHECK(table.find(1, std::string_view("a")) == table.none);
    auto a = table.insert(1, "a", 10);
    auto b = table.insert(1, "b", 20);
    CHECK(table.size() == 2);
    CHECK(table.find(1, std::string_view("a")) == a);
    CHECK(table.find(1, std::string("b")) == b);
    CHECK(table.find(2, std::string_view("a")) == table.none);
    CHECK(table[b].value == 20);
    CHECK(table.hash_of(b) == 1);
    auto taken = table.take(a);
    CHECK(taken.key == "a");
    CHECK(taken.value == 10);
    CHECK(table.find(1, std::string_view("a")) == table.none);
    CHECK(table.find(1, std::string_view("b")) == b);
    CHECK(table.insert(1, "c", 30) == a);  // the place is used again
}

TEST_CASE("any sequence of insertions and removals leaves what a std::map has, whatever the hashes") {
    for (std::uint64_t spread : {std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{1} << 40}) {
        hash_slots<std::uint64_t, std::unique_ptr<std::uint64_t>> table;
        std::map<std::uint64_t, std::uint64_t> model;
        coracle::random_sequence dice(spread);
        for (int i = 0; i < 20'000; ++i) {
            std::uint64_t key = dice.below(500);
            std::uint64_t hash = key % spread;
            auto at = table.find(hash, key);
            CHECK((at != table.none) == model.contains(key));
            if (at != table.none) {
                CHECK(*table[at].value == model[key]);
                table.take(at);
                model.erase(key);
            } else {
                table.insert(hash, key, std::make_unique<std::uint64_t>(dice.next()));
                model[key] = *table[table.find(hash, key)].value;
            }
            CHECK(table.size() == model.size());
        }
        std::size_t seen = 0;
        table.for_each([&](auto at) {
            ++seen;
            CHECK(*table[at].value == model.at(table[at].key));
            table.take(at);
        });
        CHECK(seen == model.size());
        CHECK(table.size() == 0);
    }
}

TEST_CASE("an item whose move throws is not in, and the table is as it was") {
    struct fragile {
        explicit fragile(bool breaks) : breaks_(breaks) {}
        fragile(fragile&& other) : breaks_(other.breaks_) {
            if (breaks_) throw std::runtime_error("broken");
        }
        bool breaks_;
    };
    hash_slots<int, std::shared_ptr<fragile>> whole;
    hash_slots<int, fragile> table;
    table.insert(1, 1, fragile(false));
    CHECK_THROWS(table.insert(2, 2, fragile(true)));
    CHECK(table.size() == 1);
    CHECK(table.find(2, 2) == table.none);
    table.insert(2, 2, fragile(false));
    CHECK(table.size() == 2);
}
