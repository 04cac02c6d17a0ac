#include <doctest/doctest.h>

#include <coracle/json/tie.hpp>

#include <string>
#include <tuple>
#include <type_traits>

using namespace coracle;

namespace {

struct pair_of_two {
    int a = 1;
    std::string b = "two";
};
struct nothing {};
struct forty {
    int m[1] = {0};  // one binding: an array is one member
    int a1 = 1, a2 = 2, a3 = 3, a4 = 4, a5 = 5, a6 = 6, a7 = 7, a8 = 8, a9 = 9, a10 = 10, a11 = 11, a12 = 12, a13 = 13,
        a14 = 14, a15 = 15, a16 = 16, a17 = 17, a18 = 18, a19 = 19, a20 = 20, a21 = 21, a22 = 22, a23 = 23, a24 = 24,
        a25 = 25, a26 = 26, a27 = 27, a28 = 28, a29 = 29, a30 = 30, a31 = 31, a32 = 32, a33 = 33, a34 = 34, a35 = 35,
        a36 = 36, a37 = 37, a38 = 38, a39 = 39;
};

}  // namespace

TEST_CASE("members are tied by reference") {
    pair_of_two object;
    auto members = reflect::detail::tie_members<2>(object);
    std::get<0>(members) = 7;
    std::get<1>(members) += "!";
    CHECK(object.a == 7);
    CHECK(object.b == "two!");
}

TEST_CASE("a const object gives const references, an empty one nothing") {
    const pair_of_two object;
    auto members = reflect::detail::tie_members<2>(object);
    static_assert(std::is_same_v<decltype(members), std::tuple<const int&, const std::string&>>);
    CHECK(std::get<0>(members) == 1);
    nothing none;
    static_assert(std::is_same_v<decltype(reflect::detail::tie_members<0>(none)), std::tuple<>>);
}

TEST_CASE("the table ends at forty members") {
    forty object;
    auto members = reflect::detail::tie_members<reflect::max_fields>(object);
    CHECK(std::tuple_size_v<decltype(members)> == 40);
    CHECK(std::get<39>(members) == 39);
    CHECK(&std::get<20>(members) == &object.a20);
}
