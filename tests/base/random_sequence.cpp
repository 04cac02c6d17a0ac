// random_sequence: the same numbers everywhere, within their bounds, and spread.
#include <coracle/base/random_sequence.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

using coracle::random_sequence;

TEST_CASE("a seed gives the same numbers everywhere, also at compile time") {
    // The first numbers of SplitMix64 with the seed 1234567, as published with xoshiro's test vectors.
    random_sequence numbers(1234567);
    CHECK(numbers.next() == 6457827717110365317u);
    CHECK(numbers.next() == 3203168211198807973u);
    CHECK(numbers.next() == 9817491932198370423u);
    static_assert(random_sequence(7).next() == random_sequence(7).next());
    static_assert(random_sequence(0).next() != random_sequence(1).next());
}

TEST_CASE("numbers stay within their bounds and reach them") {
    random_sequence numbers(3);
    int seen[5] = {};
    for (int i = 0; i < 5000; ++i) {
        auto number = numbers.below(5);
        REQUIRE(number < 5);
        ++seen[number];
    }
    for (int times : seen) CHECK((times > 850 && times < 1150));
    bool least = false;
    bool most = false;
    for (int i = 0; i < 1000; ++i) {
        auto number = numbers.between(-2, 3);
        REQUIRE((number >= -2 && number <= 3));
        least |= number == -2;
        most |= number == 3;
    }
    CHECK(least);
    CHECK(most);
    CHECK(numbers.below(1) == 0);
    CHECK(numbers.between(4, 4) == 4);
    (void)numbers.between(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("percentages come true about that often, and a split sequence is another one") {
    random_sequence numbers(11);
    int yes = 0;
    for (int i = 0; i < 10'000; ++i) yes += numbers.percent(30);
    CHECK(yes > 2800);
    CHECK(yes < 3200);
    CHECK(!numbers.percent(0));
    CHECK(numbers.percent(100));
    random_sequence part = numbers.split();
    CHECK(part.next() != numbers.next());
}
