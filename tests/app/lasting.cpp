#include <doctest/doctest.h>

#include <coracle/app/lasting.hpp>

#include <chrono>
#include <string>
#include <type_traits>

TEST_CASE("a lasting value is made of a value and its time, in whatever unit") {
    using namespace std::chrono_literals;
    coracle::lasting made(std::string("token"), 55min);
    static_assert(std::is_same_v<decltype(made), coracle::lasting<std::string>>);
    CHECK(made.value == "token");
    CHECK(made.ttl == 3300s);
}
