#include <doctest/doctest.h>

#include <coracle/app/named_parameter.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace coracle;

namespace {
struct point {
    int x = 0;
};
enum class kind { a, b };
}  // namespace

TEST_CASE("a name stands for a word, perhaps a word, or all words") {
    static_assert(named_value<int>);
    static_assert(named_value<std::string>);
    static_assert(named_value<kind>);
    static_assert(named_value<std::chrono::seconds>);
    static_assert(named_value<std::optional<bool>>);
    static_assert(named_value<std::vector<double>>);
    static_assert(named_value<std::optional<std::vector<double>>>);
    static_assert(!named_value<point>);
    static_assert(!named_value<std::vector<point>>);
    static_assert(!named_value<std::vector<std::vector<int>>>);
    static_assert(!named_value<std::optional<std::optional<int>>>);
    static_assert(!named_value<const char*>);
}

TEST_CASE("it is required when there is neither a default, nor an optional, nor a list") {
    static_assert(named_parameter<int>::required);
    static_assert(!named_parameter<int, 3>::required);
    static_assert(!named_parameter<std::optional<int>>::required);
    static_assert(!named_parameter<std::vector<int>>::required);
    CHECK(named_parameter<int, 3>::default_value() == 3);
    CHECK(named_parameter<std::string, "x">::default_value() == "x");
    CHECK(named_parameter<std::optional<kind>, kind::b>::default_value() == kind::b);
}
