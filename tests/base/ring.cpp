// ring: order around the end of its memory, growth, and what a throwing move leaves behind.
#include <coracle/base/ring.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("items come out in order, around the end of the memory and across growth") {
    ring<std::string> items;
    std::deque<std::string> model;
    for (int i = 0; i < 1000; ++i) {
        for (int n = i % 7; n > 0; --n) {
            items.emplace_back(std::to_string(i * 10 + n) + " and so long that it needs memory");
            model.push_back(std::to_string(i * 10 + n) + " and so long that it needs memory");
        }
        for (int n = i % 5; n > 0 && !model.empty(); --n) {
            REQUIRE(items.front() == model.front());
            items.pop_front();
            model.pop_front();
        }
        REQUIRE(items.size() == model.size());
        if (!model.empty()) REQUIRE(items[model.size() - 1] == model.back());
    }
    CHECK(!items.empty());
    items.clear();
    CHECK(items.empty());
    items.emplace_back("again");
    CHECK(items.front() == "again");
}

TEST_CASE("items that only move") {
    ring<std::unique_ptr<int>> items;
    for (int i = 0; i < 20; ++i) items.emplace_back(std::make_unique<int>(i));
    for (int i = 0; i < 20; ++i) {
        CHECK(*items.front() == i);
        items.pop_front();
    }
}

TEST_CASE("a copy that throws while the ring grows leaves it as it was") {
    struct brittle {
        int number;
        int* left;
        brittle(int n, int* copies_left) : number(n), left(copies_left) {}
        brittle(const brittle& other) : number(other.number), left(other.left) {
            if ((*left)-- == 0) throw std::runtime_error("no copy is left");
        }
    };
    int left = 2;
    ring<brittle> items;
    for (int i = 0; i < 4; ++i) items.emplace_back(i, &left);
    CHECK_THROWS_AS(items.emplace_back(4, &left), std::runtime_error);
    REQUIRE(items.size() == 4);
    left = 100;
    items.emplace_back(4, &left);
    for (int i = 0; i < 5; ++i) {
        CHECK(items.front().number == i);
        items.pop_front();
    }
}
