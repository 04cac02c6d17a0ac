#include <doctest/doctest.h>

#include <coracle/app/rate_table.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

using coracle::rate_table;

TEST_CASE("each client has a number of its own, which is 0 at first and again when its time has passed") {
    rate_table table(1000);
    CHECK(table.size() == 1024);
    table.find("a", 0) = 5;
    table.find("b", 0) = 7;
    CHECK(table.find("a", 0) == 5);
    CHECK(table.find("b", 0) == 7);
    CHECK(table.find("c", 0) == 0);
    CHECK(table.find("a", 4) == 5);
    CHECK(table.find("a", 5) == 0);
    CHECK(table.find("", 0) == 0);
}

TEST_CASE("a table that is flooded does not grow, and who has the largest numbers stays") {
    rate_table table(64);
    for (int i = 0; i < 8; ++i) table.find("heavy" + std::to_string(i), 0) = 1'000'000;
    for (int i = 0; i < 100'000; ++i) table.find(std::to_string(i), 0) = 1 + i % 1000;
    CHECK(table.size() == 64);
    int still = 0;
    for (int i = 0; i < 8; ++i) still += table.find("heavy" + std::to_string(i), 0) == 1'000'000;
    CHECK(still == 8);
}

TEST_CASE("with another key everybody is new, and stands elsewhere") {
    rate_table table(8);
    table.find("a", 0) = 5;
    table.use_key("secret");
    CHECK(table.find("a", 0) == 0);
    CHECK(rate_table(0).size() == 8);
}
