#include <doctest/doctest.h>

#include <coracle/json/duration.hpp>

#include <chrono>
#include <limits>
#include <string>

using namespace coracle;
using namespace std::chrono;

namespace {

template <class D>
std::string written(D value) {
    char text[detail::max_time_length];
    return {text, detail::write_time(text, value)};
}
template <class D>
std::string read(std::string_view text) {
    std::string_view why;
    auto span = detail::read_span(text, why);
    if (!span) return std::string(why);
    auto value = detail::to_duration<D>(*span, why);
    return value ? written(*value) : std::string(why);
}

}  // namespace

TEST_CASE("durations are written as pydantic writes them") {
    CHECK(written(0s) == "PT0S");
    CHECK(written(90s) == "PT1M30S");
    CHECK(written(3600s) == "PT1H");
    CHECK(written(24h) == "P1D");
    CHECK(written(24h + 4s) == "P1DT4S");
    CHECK(written(93784s + 1us) == "P1DT2H3M4.000001S");
    CHECK(written(1500ms) == "PT1.5S");
    CHECK(written(-1500ms) == "-PT1.5S");
    CHECK(written(-90061s) == "-P1DT1H1M1S");
    CHECK(written(weeks(1)) == "P7D");
    CHECK(written(1ns) == "PT0.000000001S");
    CHECK(written(duration<double>(0.1)) == "PT0.1S");
    CHECK(written(duration<double>(0.9999999999)) == "PT1S");
    CHECK(written(duration<float, std::milli>(1.5f)) == "PT0.0015S");
    CHECK(written(duration<int, std::ratio<1, 3>>(4)) == "PT1.333333333S");
}

TEST_CASE("the longest durations are written without overflow, and what cannot be is refused") {
    CHECK(written(nanoseconds::min()) == "-P106751DT23H47M16.854775808S");
    CHECK(written(nanoseconds::max()) == "P106751DT23H47M16.854775807S");
    CHECK(written(seconds::max()) == "P106751991167300DT15H30M7S");
    CHECK(written(seconds::min()) == "-P106751991167300DT15H30M8S");
    CHECK(written(duration<std::uint64_t>::max()) == "P213503982334601DT7H15S");
    CHECK_THROWS_AS(written(duration<std::int64_t, std::ratio<31556952>>::max()), json_error);
    CHECK_THROWS_AS(written(duration<double>(std::numeric_limits<double>::infinity())), json_error);
    CHECK_THROWS_AS(written(duration<double>(std::numeric_limits<double>::quiet_NaN())), json_error);
    CHECK_THROWS_AS(written(duration<double>(1e300)), json_error);
}

TEST_CASE("durations are read as pydantic reads them") {
    CHECK(read<nanoseconds>("PT1.5S") == "PT1.5S");
    CHECK(read<nanoseconds>("P1DT2H") == "P1DT2H");
    CHECK(read<nanoseconds>("-PT1S") == "-PT1S");
    CHECK(read<nanoseconds>("+pt1s") == "PT1S");
    CHECK(read<nanoseconds>("P1W") == "P7D");
    CHECK(read<nanoseconds>("P1Y2M3DT4H5M6,789S") == "P428DT4H5M6.789S");
    CHECK(read<nanoseconds>("01:30:00") == "PT1H30M");
    CHECK(read<nanoseconds>("-100:00:00.5") == "-P4DT4H0.5S");
    CHECK(read<nanoseconds>("3 days") == "P3D");
    CHECK(read<nanoseconds>("1day") == "P1D");
    CHECK(read<nanoseconds>("3 days, 01:00:00") == "P3DT1H");
    CHECK(read<nanoseconds>("3 days 01:00:00.25") == "P3DT1H0.25S");
    CHECK(read<seconds>("P999999999D") == "P999999999D");
}

TEST_CASE("what is no duration says why") {
    for (std::string_view text : {"", "-", "P", "PT", "P1DT"}) CHECK(read<seconds>(text) == "input is too short");
    for (std::string_view text : {"abc", "P1", "PS", "PT1H1H", "PT1S1M", "P1H", "P1.5D", "PT1.5S2", "PT1.S", "PT1ST1S",
                                  "P-1D", "PTT1S", "P1D ", "PT1S\xC2\xA0"})
        CHECK(read<seconds>(text) == "invalid digit in duration");
    for (std::string_view text : {"1.5", "10", "1 01:30:00"})
        CHECK(read<seconds>(text) == "\"day\" identifier in duration not correctly formatted");
    for (std::string_view text : {"1:30", "01:60:00", "01:30:60", "01:30:0", "01:30:00."})
        CHECK(read<seconds>(text) == "invalid character in minute or second");
    CHECK(read<seconds>("01:30:00Z") == "unexpected extra characters at the end of the input");
    CHECK(read<seconds>("3 days, x") == "invalid character in hour");
    for (std::string_view text : {"P1000000000D", "P99999999999999999999999999999D", "PT999999999999999999999S"})
        CHECK(read<seconds>(text) == "durations may not exceed 999,999,999 days");
}

TEST_CASE("a duration that the type cannot hold exactly is refused") {
    CHECK(read<minutes>("PT1H") == "PT1H");
    CHECK(read<minutes>("PT1S") == "it is finer than can be held here");
    CHECK(read<seconds>("PT0.5S") == "it is finer than can be held here");
    CHECK(read<nanoseconds>("P999999999D") == "it is longer than can be held here");
    CHECK(read<duration<std::int8_t>>("PT127S") == "PT2M7S");
    CHECK(read<duration<std::int8_t>>("PT128S") == "it is longer than can be held here");
    CHECK(read<duration<unsigned>>("-PT1S") == "it is longer than can be held here");
    CHECK(read<duration<unsigned>>("-PT0S") == "PT0S");
    CHECK(read<duration<double, std::milli>>("-PT0.25S") == "-PT0.25S");
}

TEST_CASE("a number is seconds, to the microsecond") {
    auto read_number = [](double value) -> std::string {
        std::string_view why;
        auto span = detail::read_span(value, why);
        if (!span) return std::string(why);
        return written(*detail::to_duration<microseconds>(*span, why));
    };
    CHECK(read_number(1.5) == "PT1.5S");
    CHECK(read_number(-0.1) == "-PT0.1S");
    CHECK(read_number(0.9999999) == "PT1S");
    CHECK(read_number(1e14) == "durations may not exceed 999,999,999 days");
    CHECK(read_number(std::numeric_limits<double>::quiet_NaN()) == "durations may not exceed 999,999,999 days");
}
