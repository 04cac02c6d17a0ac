#include <doctest/doctest.h>

#include <coracle/app/signature.hpp>

#include <functional>
#include <string>
#include <type_traits>

using namespace coracle;

namespace {

[[maybe_unused]] int plain(int, std::string) { return 0; }
[[maybe_unused]] task<std::string> waits(int) { co_return "x"; }
[[maybe_unused]] void quiet() noexcept {}

struct counter {
    int n = 0;
    int operator()(int by) { return n += by; }
};
struct several {
    int operator()(int) { return 0; }
    int operator()(double) { return 0; }
};

template <class F, class... P>
constexpr bool takes = std::is_same_v<parameters_of<F>, types<P...>>;

}  // namespace

TEST_CASE("functions, pointers, lambdas and function objects say what they take and give") {
    static_assert(takes<decltype(plain), int, std::string>);
    static_assert(takes<decltype(&plain), int, std::string>);
    static_assert(takes<decltype(&quiet)>);
    static_assert(takes<counter, int>);
    static_assert(takes<counter&, int>);
    static_assert(takes<std::function<void(double)>, double>);
    auto constant = [](int, const std::string&) { return 1.0; };
    auto changing = [n = 0](int) mutable noexcept { return ++n; };
    static_assert(takes<decltype(constant), int, const std::string&>);
    static_assert(takes<decltype(changing), int>);
    static_assert(std::is_same_v<result_of<decltype(constant)>, double>);
    static_assert(std::is_same_v<result_of<decltype(&quiet)>, void>);
}

TEST_CASE("a coroutine's result is what its task yields") {
    static_assert(is_coroutine<decltype(&waits)>);
    static_assert(!is_coroutine<decltype(&plain)>);
    static_assert(std::is_same_v<returned_by<decltype(&waits)>, task<std::string>>);
    static_assert(std::is_same_v<result_of<decltype(&waits)>, std::string>);
    auto nothing = []() -> task<> { co_return; };
    static_assert(is_coroutine<decltype(nothing)>);
    static_assert(std::is_same_v<result_of<decltype(nothing)>, void>);
}

TEST_CASE("what takes anything, or several things, has no signature") {
    auto generic = [](auto) {};
    static_assert(!has_signature<decltype(generic)>);
    static_assert(!has_signature<several>);
    static_assert(!has_signature<int>);
}
