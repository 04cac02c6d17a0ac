#include <doctest/doctest.h>

#include <coracle/route/text_table.hpp>

#include <cstdint>
#include <string>
#include <utility>

using coracle::route::text_table;

TEST_CASE("an empty table holds nothing") {
    text_table table;
    table.freeze();
    CHECK(table.find(0, "") == text_table::none);
    CHECK(table.find(0, "x") == text_table::none);
}

TEST_CASE("a text is found under its owner only") {
    text_table table;
    table.insert(0, "users", 1);
    table.insert(1, "users", 2);
    table.insert(0, "", 3);
    table.freeze();
    CHECK(table.find(0, "users") == 1);
    CHECK(table.find(1, "users") == 2);
    CHECK(table.find(2, "users") == text_table::none);
    CHECK(table.find(0, "") == 3);
    CHECK(table.find(1, "") == text_table::none);
    CHECK(table.find(0, "user") == text_table::none);
    CHECK(table.find(0, "users/") == text_table::none);
    CHECK(table.find(0, std::string(10000, 'u')) == text_table::none);
}

TEST_CASE("ten thousand texts of every length are told apart, also after a move") {
    text_table filling;
    auto key = [](std::uint32_t i) { return std::string(i % 23, 'k') + std::to_string(i); };
    for (std::uint32_t i = 0; i < 10000; ++i) filling.insert(i % 7, key(i), i);
    filling.freeze();
    text_table table = std::move(filling);
    for (std::uint32_t i = 0; i < 10000; ++i) {
        CHECK(table.find(i % 7, key(i)) == i);
        CHECK(table.find(i % 7 + 7, key(i)) == text_table::none);
        CHECK(table.find(i % 7, key(i) + "x") == text_table::none);
    }
}

TEST_CASE("texts that differ in one byte anywhere are told apart") {
    text_table table;
    std::string base(40, 'a');
    table.insert(0, base, 1000);
    for (std::uint32_t i = 0; i < base.size(); ++i) {
        std::string other = base;
        other[i] = 'b';
        table.insert(0, other, i);
    }
    table.freeze();
    CHECK(table.find(0, base) == 1000);
    for (std::uint32_t i = 0; i < base.size(); ++i) {
        std::string other = base;
        other[i] = 'b';
        CHECK(table.find(0, other) == i);
        other[i] = 'c';
        CHECK(table.find(0, other) == text_table::none);
    }
}
