#include <doctest/doctest.h>

#include <coracle/json/bound.hpp>
#include <coracle/json/write.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

using namespace coracle;

namespace {

template <bound Limit>
struct limited {};

}  // namespace

TEST_CASE("any number is a template argument, and the same number the same type") {
    static_assert(std::is_same_v<limited<1>, limited<1L>>);
    static_assert(std::is_same_v<limited<0.5>, limited<0.5F>>);
    static_assert(!std::is_same_v<limited<1>, limited<1.0>>);
    static_assert(!std::is_same_v<limited<-1>, limited<std::numeric_limits<std::uint64_t>::max()>>);
}

TEST_CASE("a bound keeps its value, and knows which integers hold it") {
    CHECK(bound(-7).as<int>() == -7);
    CHECK(bound(2.5).as<double>() == 2.5);
    CHECK(bound(3).as<double>() == 3.0);
    CHECK(bound(std::numeric_limits<std::uint64_t>::max()).as<std::uint64_t>() ==
          std::numeric_limits<std::uint64_t>::max());
    CHECK(bound(255).fits<std::uint8_t>());
    CHECK(!bound(256).fits<std::uint8_t>());
    CHECK(!bound(-1).fits<unsigned>());
    CHECK(!bound(1.0).fits<int>());
    CHECK(!bound(std::numeric_limits<std::uint64_t>::max()).fits<std::int64_t>());
    CHECK(bound(0.1).is_positive());
    CHECK(!bound(0).is_positive());
    CHECK(!bound(-0.5).is_positive());
    CHECK(bound(std::numeric_limits<std::uint64_t>::max()).is_positive());
}

TEST_CASE("a bound is written to JSON as it was written in C++") {
    CHECK(bound(1).to_json().dump() == "1");
    CHECK(bound(1.0).to_json().dump() == "1.0");
    CHECK(bound(std::numeric_limits<std::uint64_t>::max()).to_json().dump() == "18446744073709551615");
    CHECK(bound(-0.25).to_json().dump() == "-0.25");
}
