#include <doctest/doctest.h>

#include <coracle/json/constraint.hpp>
#include <coracle/json/write.hpp>

#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace coracle;

namespace {

/// "type: msg ctx" of a value that does not fit.
template <class Constraint, class T>
std::string said(const T& value) {
    REQUIRE(!Constraint::holds(value));
    text_problem why = Constraint::problem(value);
    return std::string(why.type) + ": " + why.msg + " " + why.ctx.dump();
}

}  // namespace

// What pydantic 2.14.4 says.

TEST_CASE("bounds of integers") {
    CHECK(minimum<3>::holds(3));
    CHECK(maximum<3>::holds(3));
    CHECK(exclusive_minimum<3>::holds(4));
    CHECK(exclusive_maximum<3>::holds(2));
    CHECK(said<minimum<3>>(2) == R"(greater_than_equal: Input should be greater than or equal to 3 {"ge":3})");
    CHECK(said<maximum<3>>(4) == R"(less_than_equal: Input should be less than or equal to 3 {"le":3})");
    CHECK(said<exclusive_minimum<3>>(3) == R"(greater_than: Input should be greater than 3 {"gt":3})");
    CHECK(said<exclusive_maximum<-3>>(-3) == R"(less_than: Input should be less than -3 {"lt":-3})");
    CHECK(
        said<minimum<std::numeric_limits<std::uint64_t>::max()>>(std::uint64_t{1}) ==
        R"(greater_than_equal: Input should be greater than or equal to 18446744073709551615 {"ge":18446744073709551615})");
}

TEST_CASE("bounds of numbers: no exponent in the message, Python's spelling in the context") {
    CHECK(said<exclusive_minimum<3>>(3.0) == R"(greater_than: Input should be greater than 3 {"gt":3.0})");
    CHECK(said<minimum<0.5>>(0.25) == R"(greater_than_equal: Input should be greater than or equal to 0.5 {"ge":0.5})");
    CHECK(said<maximum<1e20>>(2e20) ==
          R"(less_than_equal: Input should be less than or equal to 100000000000000000000 {"le":1e+20})");
    CHECK(said<maximum<1e-7>>(1.0) ==
          R"(less_than_equal: Input should be less than or equal to 0.0000001 {"le":1e-07})");
    CHECK(maximum<0.1>::holds(0.1F));
    CHECK(minimum<0.1>::holds(0.1F));
    CHECK(!minimum<0>::holds(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("multiples, of fractions within a tolerance") {
    CHECK(multiple_of<5>::holds(-10));
    CHECK(multiple_of<5>::holds(0));
    CHECK(said<multiple_of<5>>(-3) == R"(multiple_of: Input should be a multiple of 5 {"multiple_of":5})");
    for (double good : {0.3, 0.7, -0.7, 0.0}) CHECK(multiple_of<0.1>::holds(good));
    for (double good : {0.07, 1.1, 19.99, 1e16 + 2}) CHECK(multiple_of<0.01>::holds(good));
    CHECK(said<multiple_of<0.1>>(0.75) == R"(multiple_of: Input should be a multiple of 0.1 {"multiple_of":0.1})");
    CHECK(!multiple_of<0.01>::holds(0.015));
}

TEST_CASE("lengths count characters, not bytes") {
    CHECK(min_length<3>::holds("abc"));
    CHECK(min_length<3>::holds("\xC3\xA4\xC3\xB6\xC3\xBC"));
    CHECK(!min_length<4>::holds("\xC3\xA4\xC3\xB6\xC3\xBC"));
    CHECK(max_length<3>::holds("\xC3\xA4\xC3\xB6\xC3\xBC"));
    CHECK(!max_length<2>::holds("\xC3\xA4\xC3\xB6\xC3\xBC"));
    CHECK(max_length<1>::holds("\xF0\x9F\x98\x80"));
    CHECK(min_length<0>::holds(""));
    CHECK(max_length<0>::holds(""));
    CHECK(said<min_length<3>>(std::string()) ==
          R"(string_too_short: String should have at least 3 characters {"min_length":3})");
    CHECK(said<min_length<1>>(std::string()) ==
          R"(string_too_short: String should have at least 1 character {"min_length":1})");
    CHECK(said<max_length<1>>(std::string("ab")) ==
          R"(string_too_long: String should have at most 1 character {"max_length":1})");
    CHECK(said<max_length<2>>(std::string("abc")) ==
          R"(string_too_long: String should have at most 2 characters {"max_length":2})");
}

TEST_CASE("numbers of elements") {
    using list = std::vector<int>;
    CHECK(min_items<1>::holds(list{1}));
    CHECK(
        said<min_items<1>>(list{}) ==
        R"(too_short: List should have at least 1 item after validation, not 0 {"field_type":"List","min_length":1,"actual_length":0})");
    CHECK(
        said<max_items<3>>(list(5)) ==
        R"(too_long: List should have at most 3 items after validation, not 5 {"field_type":"List","max_length":3,"actual_length":5})");
    CHECK(
        said<max_items<1>>(std::set<int>{1, 2}) ==
        R"(too_long: Set should have at most 1 item after validation, not more {"field_type":"Set","max_length":1,"actual_length":null})");
    CHECK(
        said<min_items<2>>(std::set<int>{1}) ==
        R"(too_short: Set should have at least 2 items after validation, not 1 {"field_type":"Set","min_length":2,"actual_length":1})");
    CHECK(
        said<max_items<0>>(std::map<std::string, int>{{"a", 1}}) ==
        R"(too_long: Dictionary should have at most 0 items after validation, not more {"field_type":"Dictionary","max_length":0,"actual_length":null})");
}

TEST_CASE("elements of which no two are the same") {
    CHECK(unique_items::holds(std::vector<int>{3, 1, 2}));
    CHECK(unique_items::holds(std::vector<int>{}));
    CHECK(!unique_items::holds(std::vector<int>{3, 1, 3}));
    CHECK(!unique_items::holds(std::list<std::string>{"a", "b", "a"}));
    CHECK(unique_items::holds(std::vector<bool>{true, false}));
    CHECK(!unique_items::holds(std::vector<bool>{true, true}));
    CHECK(!unique_items::holds(std::vector<bool>{true, false, true}));
    CHECK(said<unique_items>(std::vector<int>{1, 1}) == "unique_list: List must be unique null");
}
