#include <doctest/doctest.h>

#include <coracle/app/typed_store.hpp>

#include <memory>
#include <string>
#include <utility>

using namespace coracle;

TEST_CASE("a store has one value of each type, which stays where it is") {
    typed_store store;
    CHECK(store.empty());
    CHECK(store.find<int>() == nullptr);
    int& n = store.emplace<int>(3);
    store.emplace<std::string>("text");
    store.emplace<std::unique_ptr<int>>(std::make_unique<int>(7));
    CHECK(store.find<int>() == &n);
    CHECK(*store.find<std::string>() == "text");
    CHECK(**store.find<std::unique_ptr<int>>() == 7);
    CHECK(store.find<double>() == nullptr);
    store.emplace<std::string>("other");
    CHECK(*store.find<std::string>() == "other");
    typed_store moved = std::move(store);
    CHECK(moved.find<int>() == &n);
    moved.clear();
    CHECK(moved.empty());
}

TEST_CASE("values go in reverse") {
    struct first {
        std::string* seen;
        ~first() { *seen += "first "; }
    };
    struct second {
        std::string* seen;
        ~second() { *seen += "second "; }
    };
    std::string seen;
    {
        typed_store store;
        store.emplace<first>(&seen);
        store.emplace<second>(&seen);
    }
    CHECK(seen == "second first ");
}
