// shared_ring: each item once, for all who had joined, and gone with the last of them.
#include <coracle/async/shared_ring.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

namespace {

struct traced {
    static inline int copies = 0;
    static inline int alive = 0;
    int number;
    explicit traced(int n) : number(n) { ++alive; }
    traced(const traced& other) : number(other.number) { ++alive, ++copies; }
    traced(traced&& other) noexcept : number(other.number) { ++alive; }
    ~traced() { --alive; }
};

struct fragile {
    static inline bool breaks = false;
    int number;
    explicit fragile(int n) : number(n) {}
    fragile(const fragile& other) : number(other.number) {
        if (breaks) throw std::runtime_error("a copy failed");
    }
};

template <class T>
std::optional<T> read(async::shared_ring<T>& from, typename async::shared_ring<T>::place& by) {
    std::optional<T> item;
    if (from.unread(by) > 0) from.read(by, item);
    return item;
}

}  // namespace

TEST_CASE("each reads what came since it joined, and an item goes when the last has read it") {
    async::shared_ring<int> items;
    auto first = items.join();
    for (int i : {1, 2}) items.push(i);
    auto second = items.join();
    int three = 3;
    items.push(three);
    CHECK(items.size() == 3);
    CHECK(items.unread(first) == 3);
    CHECK(items.unread(second) == 1);
    CHECK(read(items, second) == 3);
    CHECK(items.size() == 3);
    CHECK(read(items, first) == 1);
    CHECK(items.size() == 2);
    CHECK(read(items, first) == 2);
    CHECK(read(items, first) == 3);
    CHECK(items.size() == 0);
    CHECK(!read(items, first));
}

TEST_CASE("without readers an item is not stored") {
    async::shared_ring<int> items;
    int item = 1;
    items.push(item);
    CHECK(items.size() == 0);
    auto late = items.join();
    CHECK(items.unread(late) == 0);
    CHECK(late.missed_in_all() == 0);
}

TEST_CASE("what is dropped or skipped is missed by exactly those who had not read it") {
    async::shared_ring<int> items;
    auto slow = items.join();
    auto quick = items.join();
    for (int i : {0, 1, 2}) items.push(i);
    CHECK(read(items, quick) == 0);
    items.drop_oldest();
    items.drop_oldest();
    CHECK(read(items, slow) == 2);
    CHECK(slow.missed() == 2);
    CHECK(read(items, quick) == 2);
    CHECK(quick.missed() == 1);
    items.skip();
    int next = 4;
    items.push(next);
    CHECK(read(items, slow) == 4);
    CHECK(slow.missed() == 1);
    CHECK(slow.missed_in_all() == 3);
    items.skip();
    items.reach_end(slow);
    CHECK(slow.missed() == 1);
    CHECK(slow.missed_in_all() == 4);
}

TEST_CASE("who leaves frees what only it had to read, and has missed it") {
    async::shared_ring<std::string> items;
    auto slow = items.join();
    auto quick = items.join();
    for (std::string each : {"a", "b", "c"}) items.push(each);
    CHECK(read(items, quick) == "a");
    items.leave(slow);
    CHECK(items.size() == 2);
    CHECK(items.readers() == 1);
    CHECK(slow.missed_in_all() == 3);
    CHECK(read(items, quick) == "b");
    items.leave(quick);
    CHECK(items.size() == 0);
}

TEST_CASE("the last to read an item is given it, the others get a copy, and nothing is left over") {
    traced::alive = traced::copies = 0;
    {
        async::shared_ring<traced> items;
        auto a = items.join();
        auto b = items.join();
        auto c = items.join();
        traced item(7);
        items.push(item);
        CHECK(traced::copies == 0);
        CHECK(read(items, b)->number == 7);
        CHECK(read(items, a)->number == 7);
        CHECK(traced::copies == 2);
        CHECK(read(items, c)->number == 7);
        CHECK(traced::copies == 2);
        CHECK(traced::alive == 1);
        items.push(item);
    }
    CHECK(traced::alive == 0);
}

TEST_CASE("a copy that fails changes nothing, on the way in and on the way out") {
    async::shared_ring<fragile> items;
    auto one = items.join();
    fragile item(1);
    fragile::breaks = true;
    CHECK_THROWS_AS(items.push(item), std::runtime_error);
    CHECK(items.size() == 0);
    fragile::breaks = false;
    items.push(item);
    fragile::breaks = true;
    std::optional<fragile> got;
    CHECK_THROWS_AS(items.read(one, got), std::runtime_error);
    fragile::breaks = false;
    CHECK(!got);
    CHECK(items.unread(one) == 1);
    CHECK(items.read(one, got));
    CHECK(got->number == 1);
    CHECK(one.missed_in_all() == 0);
}
