#include <coracle/base/function.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

using namespace coracle;

namespace {

// Counts the living and the copies, so that a leak, a double destruction or a copy shows.
struct counted {
    static inline int alive = 0;
    static inline int moves = 0;
    counted() { ++alive; }
    counted(counted&&) noexcept { ++alive, ++moves; }
    counted(const counted&) = delete;
    counted& operator=(counted&&) = delete;
    ~counted() { --alive; }
};

template <std::size_t Size>
struct sized_callable {
    counted count;
    std::array<unsigned char, Size> bytes{};
    int operator()(int x) { return x + static_cast<int>(bytes[0]); }
};

struct throwing_move {
    counted count;
    throwing_move() = default;
    throwing_move(throwing_move&& other) noexcept(false) : count(std::move(other.count)) {}
    int operator()(int x) { return x; }
};

struct alignas(64) wide {
    counted count;
    int operator()(int) { return reinterpret_cast<std::uintptr_t>(this) % 64 == 0 ? 1 : 0; }
};

struct thrower {
    thrower() = default;
    thrower(thrower&&) { throw std::runtime_error("move"); }
    void operator()() {}
    std::array<char, 100> large{};
};

int twice(int x) { return 2 * x; }

struct account {
    int balance = 5;
    int with(int x) const { return balance + x; }
};

}  // namespace

static_assert(!std::is_copy_constructible_v<function<void()>>);
static_assert(std::is_nothrow_move_constructible_v<function<void()>>);
static_assert(std::is_nothrow_move_assignable_v<function<void()>>);
static_assert(!std::is_constructible_v<function<void(int)>, void (*)(std::string)>);
static_assert(!std::is_constructible_v<function<std::string()>, int (*)()>);
static_assert(std::is_constructible_v<function<void()>, int (*)()>, "a result may be dropped");

TEST_CASE("an empty function says so") {
    function<void()> none, null = nullptr;
    CHECK_FALSE(none);
    CHECK_FALSE(null);
    none = [] {};
    CHECK(none);
    none = nullptr;
    CHECK_FALSE(none);
}

TEST_CASE("what can be called can be kept: functions, lambdas, members, mutable and move-only callables") {
    function<int(int)> pointer = twice;
    CHECK(pointer(4) == 8);
    int seen = 0;
    function<void(int)> reference = [&seen](int x) { seen = x; };
    reference(3);
    CHECK(seen == 3);
    function<int(const account&, int)> member = &account::with;
    CHECK(member(account{}, 2) == 7);
    function<int()> counter = [n = 0]() mutable { return ++n; };
    counter();
    CHECK(counter() == 2);
    function<int()> owner = [p = std::make_unique<int>(9)] { return *p; };
    CHECK(owner() == 9);
    function<int(int)> nested = std::function<int(int)>(twice);
    CHECK(nested(1) == 2);
}

TEST_CASE("arguments and results pass with their kind: references stay references, move-only values move") {
    function<int&(int&)> same = [](int& x) -> int& { return x; };
    int value = 1;
    same(value) = 5;
    CHECK(value == 5);
    function<std::unique_ptr<int>(std::unique_ptr<int>)> pass = [](std::unique_ptr<int> p) { return p; };
    CHECK(*pass(std::make_unique<int>(6)) == 6);
    function<void(int&&)> take = [](int&& x) { x = 0; };
    take(std::move(value));
    CHECK(value == 0);
    function<long(short)> converting = [](int x) { return x + 1; };
    CHECK(converting(1) == 2);
}

TEST_CASE("small and large callables are moved, called and destroyed once, and never copied") {
    auto exercise = [](auto callable, int expected) {
        {
            function<int(int)> first(std::move(callable));
            CHECK(first(1) == expected);
            function<int(int)> second(std::move(first));
            CHECK_FALSE(first);
            CHECK(second(1) == expected);
            first = std::move(second);
            CHECK_FALSE(second);
            CHECK(first(1) == expected);
            function<int(int)>& alias = first;
            first = std::move(alias);
            CHECK(first(1) == expected);
            first = [](int) { return 7; };
            CHECK(first(1) == 7);
        }
        return 0;
    };
    exercise(sized_callable<1>{}, 1);
    exercise(sized_callable<31>{}, 1);
    exercise(sized_callable<32>{}, 1);
    exercise(sized_callable<33>{}, 1);
    exercise(sized_callable<500>{}, 1);
    exercise(throwing_move{}, 1);
    exercise(wide{}, 1);
    CHECK(counted::alive == 0);
}

TEST_CASE("moving a function with a large callable does not move the callable") {
    function<int(int)> large = sized_callable<500>{};
    int before = counted::moves;
    function<int(int)> other = std::move(large);
    CHECK(counted::moves == before);
    CHECK(other(2) == 2);
}

TEST_CASE("a callable that throws on its way in leaks nothing, and one that throws when called stays") {
    thrower source;
    CHECK_THROWS_AS(function<void()>(std::move(source)), std::runtime_error);
    function<void()> fails = [n = std::make_unique<int>(1)] {
        if (*n == 1) throw std::logic_error("called");
    };
    CHECK_THROWS_AS(fails(), std::logic_error);
    CHECK_THROWS_AS(fails(), std::logic_error);
    CHECK(fails);
}

TEST_CASE("assigning replaces: the old callable is gone before the new one is called") {
    auto token = std::make_shared<int>(1);
    function<int()> f = [token] { return *token; };
    CHECK(token.use_count() == 2);
    f = [] { return 2; };
    CHECK(token.use_count() == 1);
    CHECK(f() == 2);
}
