#include <doctest/doctest.h>

#include <coracle/json/code_set.hpp>

#include <string_view>

using namespace coracle;

TEST_CASE("ranges are found, also between them and at their ends") {
    constexpr detail::code_range ranges[] = {{2, 4}, {7, 7}, {9, 0x10FFFF}};
    for (char32_t c : {2u, 3u, 4u, 7u, 9u, 100u, 0x10FFFFu}) CHECK(detail::holds(ranges, 3, c));
    for (char32_t c : {0u, 1u, 5u, 6u, 8u}) CHECK(!detail::holds(ranges, 3, c));
    CHECK(!detail::holds(ranges, 0, 2));
}

TEST_CASE("ranges that meet become one, whatever the order they come in") {
    detail::code_set set;
    set.add('m', 'p');
    set.add('a', 'c');
    set.add('d', 'd');
    set.add('o', 'z');
    set.add('b', 'b');
    REQUIRE(set.ranges().size() == 2);
    CHECK(set.ranges()[0].first == 'a');
    CHECK(set.ranges()[0].last == 'd');
    CHECK(set.ranges()[1].first == 'm');
    CHECK(set.ranges()[1].last == 'z');
    set.add(0, 0x10FFFF);
    CHECK(set.ranges().size() == 1);
}

TEST_CASE("a set turned inside out twice is itself") {
    detail::code_set set;
    set.invert();
    CHECK(set.holds(0));
    CHECK(set.holds(0x10FFFF));
    set.invert();
    CHECK(set.ranges().empty());
    set.add(0, 5);
    set.add(9, 0x10FFFF);
    set.invert();
    REQUIRE(set.ranges().size() == 1);
    CHECK(set.ranges()[0].first == 6);
    CHECK(set.ranges()[0].last == 8);
}

TEST_CASE("without case, ASCII letters come in pairs") {
    detail::code_set set;
    set.add('Y', 'b');
    set.ignore_case();
    for (char32_t c : std::u32string_view(U"YZyzaAbB_")) CHECK(set.holds(c));
    CHECK(!set.holds('c'));
    CHECK(!set.holds('C'));
}
