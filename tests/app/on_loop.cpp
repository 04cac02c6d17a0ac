#include <doctest/doctest.h>

#include <coracle/app/on_loop.hpp>

#include <memory>
#include <type_traits>

using namespace coracle;

TEST_CASE("on_loop keeps the signature of what it wraps") {
    auto wrapped = on_loop([](int, double) { return 'c'; });
    static_assert(std::is_same_v<parameters_of<decltype(wrapped)>, types<int, double>>);
    static_assert(std::is_same_v<result_of<decltype(wrapped)>, char>);
    static_assert(detail::is_loop_handler<decltype(wrapped)>);
    CHECK(wrapped.call()(1, 2) == 'c');
}

TEST_CASE("on_loop takes functions, and things that only move") {
    auto owned = on_loop([held = std::make_unique<int>(7)] { return *held; });
    CHECK(owned.call()() == 7);
    static_assert(!std::is_copy_constructible_v<decltype(owned)>);
}
