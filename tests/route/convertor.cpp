#include <doctest/doctest.h>

#include <coracle/route/convertor.hpp>

#include <string_view>

using namespace coracle::route;

TEST_CASE("a convertor is known by Starlette's name") {
    CHECK(convertor_named("str") == convertor::text);
    CHECK(convertor_named("int") == convertor::integer);
    CHECK(convertor_named("float") == convertor::decimal);
    CHECK(convertor_named("uuid") == convertor::uuid);
    CHECK(convertor_named("path") == convertor::rest);
    CHECK(!convertor_named(""));
    CHECK(!convertor_named("Int"));
    CHECK(!convertor_named("int "));
}

TEST_CASE("text takes anything but nothing, rest takes nothing too") {
    CHECK(takes(convertor::text, "a"));
    CHECK(takes(convertor::text, "a/b"));
    CHECK(!takes(convertor::text, ""));
    CHECK(takes(convertor::rest, ""));
    CHECK(takes(convertor::rest, "a/b/"));
}

TEST_CASE("int takes digits without a sign, however many") {
    for (std::string_view good : {"0", "42", "007", "99999999999999999999999999"})
        CHECK(takes(convertor::integer, good));
    for (std::string_view bad : {"", "-1", "+1", "1.0", "1a", " 1", "1 ", "0x1", "\xD9\xA1"})
        CHECK_FALSE(takes(convertor::integer, bad));
}

TEST_CASE("float takes digits and perhaps a fraction") {
    for (std::string_view good : {"0", "42", "4.2", "0.50"}) CHECK(takes(convertor::decimal, good));
    for (std::string_view bad : {"", ".", ".5", "5.", "-4.2", "1e3", "1.2.3", "1,5", "nan", "inf"})
        CHECK_FALSE(takes(convertor::decimal, bad));
}

TEST_CASE("uuid takes 8-4-4-4-12 hexadecimal digits, each dash optional") {
    for (std::string_view good : {"123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000",
                                  "123e4567e89b-12d3a456-426614174000"})
        CHECK(takes(convertor::uuid, good));
    for (std::string_view bad : {"", "123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-4266141740000",
                                 "123e4567--e89b-12d3-a456-426614174000", "g23e4567-e89b-12d3-a456-426614174000",
                                 "-123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000-",
                                 "123e45-67e89b12d3a456426614174000"})
        CHECK_FALSE(takes(convertor::uuid, bad));
}
