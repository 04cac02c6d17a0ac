// watch: the latest value for whoever looks, news once each, whoever is cancelled or destroyed when.
#include <coracle/async/watch.hpp>

#include <coracle/async/task.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/base/report.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

int reports = 0;
void count_report(std::string_view, const std::source_location&) noexcept { ++reports; }

// Waits for one change or another, which is all of select that is needed here.
template <class... Case>
class [[nodiscard]] either final : public async::choice {
public:
    explicit either(Case&... cases) noexcept { (add(cases), ...); }
    const async::waiter* await_resume() const {
        throw_if_cancelled();
        return chosen();
    }
};

// Throws when it is told to.
struct grumpy {
    int number = 0;
    bool refuses = false;
    grumpy() = default;
    explicit grumpy(int n, bool r = false) : number(n), refuses(r) {}
    grumpy(grumpy&& other) noexcept : number(other.number), refuses(other.refuses) {}
    grumpy& operator=(grumpy&& other) {
        if (other.refuses) throw std::runtime_error("not this one");
        number = other.number;
        return *this;
    }
};

}  // namespace

TEST_CASE("an observer has seen what was there when it came, and waits for what is newer") {
    hand_loop loop;
    watch<int> level(1);
    std::vector<int> seen;
    auto follows = [&]() -> task<> {
        auto here = level.observe();
        while (const int* value = co_await here.changed()) seen.push_back(*value);
    };
    started<> one(loop, follows());
    loop.turn_until_idle();
    CHECK(seen.empty());
    CHECK(level.set(2));
    loop.turn_until_idle();
    CHECK(level.set(3));
    loop.turn_until_idle();
    CHECK(seen == std::vector{2, 3});
    CHECK(level.get() == 3);
    level.close();
    loop.turn_until_idle();
    CHECK(one.ended());
}

TEST_CASE("a value that is set again before anybody looks is seen once, as it is then") {
    hand_loop loop;
    watch<int> level(0);
    std::vector<int> seen;
    auto follows = [&]() -> task<> {
        auto here = level.observe();
        while (const int* value = co_await here.changed()) {
            seen.push_back(*value);
            co_await hop();
            co_await hop();
        }
    };
    started<> one(loop, follows());
    level.set(1);
    level.set(2);  // the observer was woken by 1, and sees 2
    loop.turn();
    CHECK(seen == std::vector{2});
    level.set(3);
    level.set(4);  // while it does not wait
    loop.turn_until_idle();
    CHECK(seen == std::vector{2, 4});
    level.set(4);  // an equal value is news too
    loop.turn_until_idle();
    CHECK(seen == std::vector{2, 4, 4});
}

TEST_CASE("every observer is told, in the order in which they wait, and each remembers for itself") {
    hand_loop loop;
    watch<std::string> state("new");
    std::string order;
    auto follows = [&](char name) -> task<> {
        auto here = state.observe();
        const std::string* value = co_await here.changed();
        order += name;
        order += *value;
    };
    started<> a(loop, follows('a'));
    started<> b(loop, follows('b'));
    started<> c(loop, follows('c'));
    state.set("X");
    auto late = state.observe();
    loop.turn();
    CHECK(order == "aXbXcX");
    CHECK(!late.has_news());
}

TEST_CASE("looking counts as seeing, and a copy of an observer has seen the same") {
    hand_loop loop;
    watch<std::string> state("one");
    auto here = state.observe();
    CHECK(!here.has_news());
    state.set("three");
    CHECK(here.has_news());
    auto copy = here;
    CHECK(here->size() == 5);
    CHECK(!here.has_news());
    CHECK(copy.has_news());
    CHECK(*copy == "three");
    CHECK(!copy.has_news());
}

TEST_CASE("news that is there already is taken without waiting, also after close, and then there is nothing") {
    hand_loop loop;
    watch<int> level(1);
    auto here = level.observe();
    level.set(2);
    level.close();
    level.close();
    CHECK(level.closed());
    auto work = [&]() -> task<> {
        const int* value = co_await here.changed();
        REQUIRE(value);
        CHECK(*value == 2);
        const int* none = co_await here.changed();
        CHECK(!none);
        const int* still_none = co_await here.changed();
        CHECK(!still_none);
    };
    started<> one(loop, work());
    CHECK(one.ended());
    CHECK(level.get() == 2);
}

TEST_CASE("a closed watch takes no value") {
    hand_loop loop;
    watch<int> level(1);
    level.close();
    bool called = false;
    CHECK(!level.set(2));
    CHECK(!level.update([&](int& value) {
        called = true;
        value = 3;
    }));
    CHECK(!called);
    CHECK(level.get() == 1);
}

TEST_CASE("update changes the value where it is, and says nothing when it changed nothing") {
    hand_loop loop;
    watch<std::vector<int>> rows;
    auto here = rows.observe();
    const auto* place = &rows.get();
    CHECK(rows.update([](std::vector<int>& all) { all.push_back(1); }));
    CHECK(here.has_news());
    CHECK(here->size() == 1);
    CHECK(!rows.update([](std::vector<int>& all) { return std::erase(all, 7) > 0; }));
    CHECK(!here.has_news());
    CHECK(rows.update([](std::vector<int>& all) { return std::erase(all, 1) > 0; }));
    CHECK(here.has_news());
    CHECK(&rows.get() == place);
}

TEST_CASE("an exception from a change or from the value's move reaches the writer, and nobody is told") {
    hand_loop loop;
    watch<grumpy> value(grumpy(1));
    int told = 0;
    auto follows = [&]() -> task<> {
        auto here = value.observe();
        while (const grumpy* seen = co_await here.changed()) told += seen->number;
    };
    started<> one(loop, follows());
    CHECK_THROWS_AS(value.set(grumpy(2, true)), std::runtime_error);
    CHECK_THROWS_AS(value.update([](grumpy&) { throw std::runtime_error("midway"); }), std::runtime_error);
    loop.turn_until_idle();
    CHECK(told == 0);
    CHECK(value.get().number == 1);
    CHECK(value.set(grumpy(4)));
    loop.turn_until_idle();
    CHECK(told == 4);
}

TEST_CASE("who is cancelled while it waits has seen nothing; who was told before has been told") {
    hand_loop loop;
    watch<int> level(0);
    auto here = level.observe();
    std::vector<int> seen;
    int heard = 0;
    auto work = [&]() -> task<> {
        try {
            const int* value = co_await here.changed();
            seen.push_back(*value);
            co_await hop();
        } catch (const cancelled&) {
            ++heard;
        }
    };
    started<> first(loop, work());
    first.cancel();
    level.set(1);
    loop.turn_until_idle();
    CHECK(heard == 1);
    CHECK(seen.empty());
    CHECK(here.has_news());
    here.get();
    started<> second(loop, work());
    level.set(2);
    second.cancel();  // too late for this wait, in time for the next
    loop.turn_until_idle();
    CHECK(seen == std::vector{2});
    CHECK(heard == 2);
}

TEST_CASE("a job that is cancelled already is not told, however new the value is") {
    hand_loop loop;
    watch<int> level(0);
    auto here = level.observe();
    level.set(1);
    auto work = [&]() -> task<> {
        async::this_job().root().cancel();
        co_await here.changed();
    };
    started<> one(loop, work());
    CHECK(one.threw_cancelled());
    CHECK(here.has_news());
}

TEST_CASE("a coroutine that is destroyed while it waits, or after it was told, leaves the news to others") {
    hand_loop loop;
    watch<int> level(0);
    auto here = level.observe();
    std::vector<int> seen;
    auto work = [&]() -> task<> {
        const int* value = co_await here.changed();
        seen.push_back(*value);
    };
    auto waits = std::make_unique<started<>>(loop, work());
    waits.reset();
    auto told = std::make_unique<started<>>(loop, work());
    level.set(1);
    told.reset();
    loop.turn_until_idle();
    CHECK(seen.empty());
    CHECK(here.has_news());
    started<> next(loop, work());
    CHECK(seen == std::vector{1});
}

TEST_CASE("two tasks that wait with one observer are both told") {
    hand_loop loop;
    watch<int> level(0);
    auto here = level.observe();
    std::vector<int> seen;
    auto work = [&]() -> task<> {
        const int* value = co_await here.changed();
        REQUIRE(value);
        seen.push_back(*value);
    };
    started<> a(loop, work());
    started<> b(loop, work());
    level.set(5);
    loop.turn_until_idle();
    CHECK(seen == std::vector{5, 5});
}

TEST_CASE("a watch that goes before those who wait is reported, and they wait until they are cancelled") {
    hand_loop loop;
    reports = 0;
    reporter before = set_reporter(count_report);
    std::optional<watch<int>> level(std::in_place, 1);
    auto work = [&]() -> task<> {
        auto here = level->observe();
        co_await here.changed();
    };
    started<> one(loop, work());
    level.reset();
    set_reporter(before);
    loop.turn_until_idle();
    CHECK(!one.ended());
    one.cancel();
    loop.turn_until_idle();
    CHECK(one.threw_cancelled());
#if !defined(NDEBUG)
    CHECK(reports == 1);
#endif
}

TEST_CASE("one of two watches changes, and the other's news stays unseen") {
    hand_loop loop;
    watch<int> left(0), right(0);
    auto at_left = left.observe();
    auto at_right = right.observe();
    const async::waiter* chosen = nullptr;
    bool was_left = false;
    auto work = [&]() -> task<> {
        auto on_left = at_left.changed();
        auto on_right = at_right.changed();
        either both(on_left, on_right);
        chosen = co_await both;
        was_left = chosen == &on_left;
        if (was_left) on_left.await_resume();
    };
    started<> one(loop, work());
    left.set(1);
    right.set(1);
    loop.turn_until_idle();
    CHECK(one.ended());
    CHECK(was_left);
    CHECK(!at_left.has_news());
    CHECK(at_right.has_news());
}

TEST_CASE("a task that always finds news lets the others run") {
    hand_loop loop;
    watch<int> level(0);
    int rounds = 0, at = 0;
    auto busy = [&]() -> task<> {
        auto here = level.observe();
        for (; rounds < 10'000; ++rounds) {
            level.set(rounds);
            co_await here.changed();
        }
    };
    auto other = [&]() -> task<> {
        co_await hop();
        at = rounds;
    };
    started<> one(loop, busy());
    started<> two(loop, other());
    loop.turn_until_idle();
    CHECK(rounds == 10'000);
    CHECK(at < 1000);
}

// Nobody goes back, nobody sees a value twice, and who follows to the end has seen the last.
TEST_CASE("every observer sees ever newer values and the last, with everybody cancelled and destroyed at random") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_sequence random(seed);
        hand_loop loop;
        if (seed % 2 == 1) loop.shuffle_ready(seed);
        watch<int> level(0);
        bool went_back = false;
        auto follows = [&](int& last) -> task<> {
            auto here = level.observe();
            last = level.get();
            while (const int* value = co_await here.changed()) {
                went_back = went_back || *value <= last;
                last = *value;
                for (std::uint64_t stay = random.below(3); stay > 0; --stay) co_await hop();
            }
        };
        std::vector<int> last(8, -1);
        std::vector<bool> whole(8, true);
        std::vector<std::unique_ptr<started<>>> all;
        for (std::size_t i = 0; i < 8; ++i) all.push_back(std::make_unique<started<>>(loop, follows(last[i])));
        int next = 1;
        for (int step = 0; step < 40; ++step) {
            std::size_t which = random.below(all.size());
            if (random.percent(60)) level.set(next++);
            if (random.percent(5)) {
                all[which]->cancel();
                whole[which] = false;
            }
            if (random.percent(5)) {
                all[which].reset();
                all[which] = std::make_unique<started<>>(loop, follows(last[which]));
                whole[which] = true;
            }
            if (random.percent(60)) loop.turn();
        }
        level.set(next);
        level.close();
        loop.turn_until_idle();
        REQUIRE(!went_back);
        for (std::size_t i = 0; i < all.size(); ++i) {
            REQUIRE(all[i]->ended());
            if (whole[i]) REQUIRE(last[i] == next);
        }
    }
}
