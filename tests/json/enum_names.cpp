#include <doctest/doctest.h>

#include <coracle/json/enum_names.hpp>

#include <string>

enum class wide { first = -300, second = 4000 };
template <>
inline constexpr int coracle::reflect::enum_min<wide> = -300;
template <>
inline constexpr int coracle::reflect::enum_max<wide> = 4096;

enum class all_negative { a = -5, b = -2 };
template <>
inline constexpr int coracle::reflect::enum_max<all_negative> = -1;

using namespace coracle;

namespace {

template <class E>
std::string listed() {
    std::string all;
    for (const auto& entry : reflect::enum_entries<E>)
        all += std::string(entry.name) + "=" + std::to_string(static_cast<long long>(entry.value)) + " ";
    return all;
}

enum class color { red, green, blue = 5 };
enum class small : unsigned char { low, high = 127, unseen = 200 };
enum class tiny : signed char { bottom = -16, top = 127 };
enum class truth : bool { no, yes };
enum class huge : unsigned long long { one = 1, hundred = 100 };
enum plain : int { plain_a = 1, plain_b };
enum loose { loose_a, loose_b };
enum class single { only };
template <class T, int N>
struct holder {
    enum class kind { p, q = -3, r = 127 };
};
enum class größe { groß };

}  // namespace

TEST_CASE("enumerators are found with their names, by rising value") {
    CHECK(listed<color>() == "red=0 green=1 blue=5 ");
    CHECK(listed<truth>() == "no=0 yes=1 ");
    CHECK(listed<huge>() == "one=1 hundred=100 ");
    CHECK(listed<plain>() == "plain_a=1 plain_b=2 ");
    CHECK(listed<single>() == "only=0 ");
    CHECK(listed<größe>() == "groß=0 ");
}

TEST_CASE("the range is [-16, 127], cut to the underlying type, and can be widened") {
    CHECK(listed<small>() == "low=0 high=127 ");
    CHECK(listed<tiny>() == "bottom=-16 top=127 ");
    CHECK(listed<wide>() == "first=-300 second=4000 ");
    CHECK(listed<all_negative>() == "a=-5 b=-2 ");
}

TEST_CASE("enums in templates, functions and lambdas have names too") {
    CHECK(listed<holder<std::pair<int, std::string>, 3>::kind>() == "q=-3 p=0 r=127 ");
    enum class local { one, two = 9 };
    CHECK(listed<local>() == "one=0 two=9 ");
    auto inside = [] {
        enum class deeper { k, m };
        return listed<deeper>();
    };
    CHECK(inside() == "k=0 m=1 ");
}

TEST_CASE("names to values and back") {
    static_assert(reflect::enum_name(color::blue) == "blue");
    static_assert(reflect::enum_cast<color>("green") == color::green);
    CHECK(reflect::enum_name(static_cast<color>(77)).empty());
    CHECK(!reflect::enum_cast<color>("Green"));
    CHECK(!reflect::enum_cast<color>(""));
    CHECK(!reflect::enum_cast<color>("color::red"));
}

TEST_CASE("an enum without an underlying type is told from the others") {
    static_assert(reflect::fixed_enum<color>);
    static_assert(reflect::fixed_enum<plain>);
    static_assert(!reflect::fixed_enum<loose>);
    static_assert(!reflect::fixed_enum<int>);
}
