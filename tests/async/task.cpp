// task<T>: lazy, awaited once, values and exceptions, and a stack that does not grow.
#include <coracle/async/task.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/frame_pool.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

/// What `f` writes to stderr.
template <class F>
std::string errors_of(F f) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::fflush(stderr);
    int before = ::dup(2);
    ::dup2(ends[1], 2);
    f();
    std::fflush(stderr);
    ::dup2(before, 2);
    ::close(before);
    ::close(ends[1]);
    std::string text(4096, '\0');
    auto count = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
}

struct counted {
    static inline int alive = 0;
    static inline int copies = 0;
    static inline int moves = 0;
    counted() { ++alive; }
    counted(const counted&) { ++alive, ++copies; }
    counted(counted&&) noexcept { ++alive, ++moves; }
    ~counted() { --alive; }
};

task<int> one() { co_return 1; }
task<int> sum_to(int n) {
    int below = 0;
    if (n > 1) below = co_await sum_to(n - 1);
    co_return below + n;
}
task<int> sum_with_a_wait(int n) {
    int below = 0;
    if (n > 1)
        below = co_await sum_with_a_wait(n - 1);
    else
        co_await hop();
    co_return below + n;
}

}  // namespace

TEST_CASE("T32: calling an async function runs nothing") {
    hand_loop loop;
    int ran = 0;
    auto work = [&]() -> task<int> { co_return ++ran; };
    task<int> later = work();
    CHECK(ran == 0);
    CHECK(!later.done());
    auto outer = [&]() -> task<int> {
        task<int> inner = work();
        CHECK(ran == 0);
        int value = co_await std::move(inner);
        co_return value;
    };
    CHECK(run_through(loop, outer()) == 1);
    CHECK(ran == 1);
    CHECK(run_through(loop, std::move(later)) == 2);
}

TEST_CASE("T32: a task that is dropped without having run says so in debug builds, and frees its arguments") {
    hand_loop loop;
    counted::alive = 0;
    std::string said = errors_of([] {
        auto work = [](counted) -> task<int> { co_return 1; };
        task<int> dropped = work(counted());
        CHECK(counted::alive == 1);
    });
    CHECK(counted::alive == 0);
#if defined(NDEBUG)
    CHECK(said.empty());
#else
    CHECK(said.find("a task was dropped that never ran; write co_await") != std::string::npos);
    CHECK(said.find("task.cpp:") != std::string::npos);  // and where the function is
#endif
    CHECK(errors_of([&] { run_through(loop, one()); }).empty());
    CHECK(errors_of([] {
              task<int> moved = one();
              task<int> kept = std::move(moved);
              try {
                  task<int> lost = one();
                  throw 1;
              } catch (int) {
              }
              task<int> assigned = one();
              assigned = std::move(kept);  // says one line for the task it replaces
              kept = one();
              kept = std::move(assigned);
              auto run = [](task<int> last) -> task<> { co_await std::move(last); };
              hand_loop inner;
              run_through(inner, run(std::move(kept)));
          }).size() < 500);
}

TEST_CASE("values: copied never, moved into the task and out of it") {
    hand_loop loop;
    counted::alive = counted::copies = counted::moves = 0;
    auto make = []() -> task<counted> { co_return counted(); };
    auto outer = [&]() -> task<> {
        counted got = co_await make();
        CHECK(counted::alive == 1);
        static_cast<void>(got);
    };
    run_through(loop, outer());
    CHECK(counted::alive == 0);
    CHECK(counted::copies == 0);
    CHECK(counted::moves <= 3);
}

TEST_CASE("values that only move, references, const values, bool, and types without a default constructor") {
    hand_loop loop;
    struct plain {
        explicit plain(int v) : value(v) {}
        const int value;
    };
    int target = 1;
    auto owner = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
    auto reference = [&]() -> task<int&> { co_return target; };
    auto odd = []() -> task<plain> { co_return plain(7); };
    auto maybe = []() -> task<std::optional<std::string>> { co_return std::nullopt; };
    auto work = [&]() -> task<bool> {
        std::unique_ptr<int> five = co_await owner();
        CHECK(*five == 5);
        int& alias = co_await reference();
        alias = 9;
        plain seven = co_await odd();
        CHECK(seven.value == 7);
        std::optional<std::string> nothing = co_await maybe();
        CHECK(!nothing);
        auto&& straight = co_await owner();
        CHECK(*straight == 5);
        co_return true;
    };
    CHECK(run_through(loop, work()));
    CHECK(target == 9);
    static_assert(std::is_same_v<task<int&>::value_type, int&>);
    static_assert(!std::is_copy_constructible_v<task<int>>);
    static_assert(std::is_nothrow_move_constructible_v<task<int>>);
}

TEST_CASE("an exception goes to the awaiter, from before the first wait and from after it") {
    hand_loop loop;
    auto early = []() -> task<int> {
        throw std::runtime_error("early");
        co_return 1;
    };
    auto late = []() -> task<int> {
        co_await hop();
        throw std::runtime_error("late");
    };
    auto work = [&]() -> task<std::string> {
        std::string heard;
        try {
            co_await early();
        } catch (const std::runtime_error& error) {
            heard += error.what();
        }
        try {
            co_await late();
        } catch (const std::runtime_error& error) {
            heard += error.what();
        }
        co_return heard;
    };
    CHECK(run_through(loop, work()) == "earlylate");
    CHECK_THROWS_AS(run_through(loop, late()), std::runtime_error);
}

TEST_CASE("an exception passes through many frames, and the frames are left on its way") {
    hand_loop loop;
    counted::alive = 0;
    struct thrower {
        static task<int> at(int depth) {
            counted here;
            if (depth == 0) {
                co_await hop();
                throw std::runtime_error("bottom");
            }
            int value = co_await at(depth - 1);
            co_return value;
        }
    };
    CHECK_THROWS_AS(run_through(loop, thrower::at(50)), std::runtime_error);
    CHECK(counted::alive == 0);
}

TEST_CASE("an exception of the move of a result goes to the awaiter") {
    hand_loop loop;
    struct brittle {
        brittle() = default;
        brittle(brittle&& other) : moves(other.moves + 1) {
            if (moves == 2) throw std::runtime_error("broke");
        }
        int moves = 0;
    };
    auto make = []() -> task<brittle> { co_return brittle(); };
    CHECK_THROWS_AS(run_through(loop, make()), std::runtime_error);
}

TEST_CASE("a million ready awaits in a loop need no more stack than one") {
    hand_loop loop;
    auto work = []() -> task<long> {
        long sum = 0;
        for (int i = 0; i < 1'000'000; ++i) sum += co_await one();
        co_return sum;
    };
    CHECK(run_through(loop, work()) == 1'000'000);
}

TEST_CASE("a hundred thousand awaits that do wait need no more stack than one") {
    hand_loop loop;
    auto child = []() -> task<int> {
        co_await hop();
        co_return 1;
    };
    auto work = [&]() -> task<long> {
        long sum = 0;
        for (int i = 0; i < 100'000; ++i) sum += co_await child();
        co_return sum;
    };
    CHECK(run_through(loop, work()) == 100'000);
}

TEST_CASE("awaits nest deeply, with a wait at the bottom and without") {
    hand_loop loop;
    CHECK(run_through(loop, sum_to(2000)) == 2000 * 2001 / 2);
    CHECK(run_through(loop, sum_with_a_wait(2000)) == 2000 * 2001 / 2);
}

TEST_CASE("a task resumes its awaiter where its last wait ended, in the same turn") {
    hand_loop loop;
    std::string order;
    hop* held = nullptr;
    auto inner = [&]() -> task<> {
        co_await hop(&held);
        order += 'i';
    };
    auto outer = [&]() -> task<> {
        co_await inner();
        order += 'o';
    };
    auto other = [&]() -> task<> {
        co_await hop();
        order += 'x';
    };
    started<> a(loop, outer());
    held->let_go();
    started<> b(loop, other());
    loop.turn();
    CHECK(order == "iox");
    CHECK(a.ended());
    CHECK(b.ended());
}

TEST_CASE("a task destroyed while it waits destroys what it holds, from the inside out") {
    hand_loop loop;
    event never;
    std::string order;
    struct at_end {
        std::string& to;
        char what;
        ~at_end() { to += what; }
    };
    auto inner = [&]() -> task<> {
        at_end mine{order, 'i'};
        co_await never.wait();
    };
    auto outer = [&]() -> task<> {
        at_end mine{order, 'o'};
        co_await inner();
    };
    {
        started<> gone(loop, outer());
    }
    CHECK(order == "io");
    never.set();
    CHECK(loop.idle());
}

TEST_CASE("a started task can be awaited later: before it ended, and after") {
    hand_loop loop;
    auto value = [](int turns) -> task<int> {
        for (int i = 0; i < turns; ++i) co_await hop();
        co_return turns;
    };
    auto work = [&]() -> task<int> {
        task<int> ready = value(0);
        ready.start();
        CHECK(ready.done());
        CHECK(ready.error() == nullptr);
        int first = co_await std::move(ready);
        task<int> waits = value(3);
        waits.start();
        CHECK(!waits.done());
        int second = co_await std::move(waits);
        co_return first + second;
    };
    CHECK(run_through(loop, work()) == 3);
}

TEST_CASE("tasks move: into vectors, out of optionals, over one another") {
    hand_loop loop;
    auto work = [&]() -> task<int> {
        std::vector<task<int>> many;
        for (int i = 0; i < 20; ++i) many.push_back(one());
        std::optional<task<int>> last(std::move(many.back()));
        many.pop_back();
        int sum = 0;
        for (task<int>& each : many) sum += co_await std::move(each);
        sum += co_await std::move(*last);
        task<int>& self = many[0];
        many[0] = std::move(self);
        co_return sum;
    };
    CHECK(run_through(loop, work()) == 20);
}

TEST_CASE("large frames, small frames and frames of other threads come and go") {
    hand_loop loop;
    auto large = []() -> task<int> {
        std::array<char, 6000> room;
        room.fill(3);
        co_await hop();
        co_return room[5999];
    };
    auto work = [&]() -> task<int> {
        int sum = 0;
        for (int i = 0; i < 1000; ++i) sum += co_await large();
        co_return sum;
    };
    CHECK(run_through(loop, work()) == 3000);
}
