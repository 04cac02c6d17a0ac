#include <doctest/doctest.h>

#include <coracle/app/parameter_default.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

using namespace coracle;

namespace {

enum class kind { a, b };

template <parameter_default Default>
struct of {
    static auto get() { return Default.get(); }
};

template <class T, parameter_default Default>
constexpr bool fits = detail::default_fits<T, Default>::value;

}  // namespace

TEST_CASE("a number, a bool, an enumerator and a text are template arguments") {
    CHECK(of<10>::get() == 10);
    CHECK(of<1.5>::get() == 1.5);
    CHECK(of<true>::get());
    CHECK(of<kind::b>::get() == kind::b);
    CHECK(of<"text">::get() == "text");
    CHECK(of<"">::get().empty());
    static_assert(std::is_same_v<of<"a">, of<"a">>);
    static_assert(!std::is_same_v<of<"a">, of<"b">>);
}

TEST_CASE("a default fits a type when nothing is lost") {
    static_assert(fits<int, 10>);
    static_assert(fits<std::uint8_t, 255>);
    static_assert(!fits<std::uint8_t, 256>);
    static_assert(!fits<unsigned, -1>);
    static_assert(!fits<int, 1.5>);
    static_assert(!fits<int, true>);
    static_assert(!fits<int, 'a'>);
    static_assert(!fits<int, "1">);
    static_assert(fits<double, 1>);
    static_assert(fits<double, 1.5>);
    static_assert(!fits<double, true>);
    static_assert(fits<bool, true>);
    static_assert(!fits<bool, 1>);
    static_assert(fits<kind, kind::a>);
    static_assert(!fits<kind, 0>);
    static_assert(!fits<int, kind::a>);
    static_assert(fits<std::string, "a">);
    static_assert(!fits<std::string, kind::a>);
    static_assert(fits<std::optional<int>, 10>);
    static_assert(!fits<std::optional<int>, "10">);
}
