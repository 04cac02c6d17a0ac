// time_span: every unit, every fraction, and what is too long.
#include <coracle/loop/time_span.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

using namespace std::chrono_literals;
using coracle::loop::time_span;
using coracle::loop::to_text;

namespace {

constexpr std::chrono::nanoseconds length(time_span span) { return span.nanoseconds(); }

}  // namespace

TEST_CASE("a time span is as long as it was said to be, in any unit") {
    static_assert(length(5s) == 5s);
    static_assert(length(1ns) == 1ns);
    static_assert(length(-3ms) == -3ms);
    static_assert(length(std::chrono::days(2)) == 48h);
    static_assert(length(std::chrono::duration<std::int16_t, std::milli>(7)) == 7ms);
    static_assert(length(std::chrono::duration<std::uint64_t, std::milli>(7)) == 7ms);
    CHECK(!time_span(5s).for_ever());
}

TEST_CASE("fractions are rounded up, so that nothing is early, and what is no number is no time") {
    CHECK(length(1.5s) == 1500ms);
    CHECK(length(std::chrono::duration<double, std::nano>(0.25)) == 1ns);
    CHECK(length(std::chrono::duration<std::int64_t, std::pico>(1500)) == 2ns);
    CHECK(length(-1.5s) == 0ns);
    CHECK(length(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())) == 0ns);
}

TEST_CASE("what does not fit into nanoseconds is for ever, or was for ever ago") {
    CHECK(time_span(std::chrono::hours::max()).for_ever());
    CHECK(time_span(std::chrono::seconds::max()).for_ever());
    CHECK(time_span(std::chrono::nanoseconds::max()).for_ever());
    CHECK(time_span(std::chrono::duration<double>(std::numeric_limits<double>::infinity())).for_ever());
    CHECK(time_span(std::chrono::duration<double>(1e300)).for_ever());
    CHECK(time_span(std::chrono::duration<std::uint64_t>(std::numeric_limits<std::uint64_t>::max())).for_ever());
    CHECK(length(std::chrono::hours::min()) == std::chrono::nanoseconds::min());
    CHECK(length(std::chrono::nanoseconds::min()) == std::chrono::nanoseconds::min());
}

TEST_CASE("its text has the largest unit that leaves no fraction") {
    CHECK(to_text(5s) == "5s");
    CHECK(to_text(90s) == "90s");
    CHECK(to_text(2h) == "7200s");
    CHECK(to_text(1500ms) == "1500ms");
    CHECK(to_text(1us) == "1us");
    CHECK(to_text(1001ns) == "1001ns");
    CHECK(to_text(0ns) == "0s");
    CHECK(to_text(-20ms) == "-20ms");
}
