#include <coracle/base/fixed_string.hpp>

#include <doctest/doctest.h>

#include <string_view>
#include <type_traits>

using namespace coracle;
using namespace std::literals;

namespace {

template <fixed_string Text>
struct named {
    static constexpr std::string_view text = Text.view();
};

}  // namespace

TEST_CASE("a text is a template argument, and the same text the same type") {
    CHECK(named<"x-id">::text == "x-id");
    CHECK(named<"">::text.empty());
    CHECK(named<"a\0b">::text == "a\0b"sv);
    static_assert(std::is_same_v<named<"a">, named<"a">>);
    static_assert(!std::is_same_v<named<"a">, named<"b">>);
    static_assert(fixed_string("abc").size() == 3);
}
