#include <doctest/doctest.h>

#include <coracle/json/instant.hpp>

#include <chrono>
#include <limits>
#include <random>
#include <string>

using namespace coracle;
using namespace std::chrono;

namespace {

template <class T>
std::string written(T value) {
    char text[detail::max_time_length];
    return {text, detail::write_time(text, value)};
}
template <class D>
std::string read(std::string_view text) {
    std::string_view why;
    auto found = detail::read_instant(text, why);
    if (!found) return std::string(why);
    auto value = detail::to_sys_time<D>(*found);
    return value ? written(*value) : "out of range";
}

}  // namespace

TEST_CASE("dates and points in time are written as pydantic writes them") {
    CHECK(written(year(2024) / 1 / 31) == "2024-01-31");
    CHECK(written(year(0) / 12 / 1) == "0000-12-01");
    CHECK(written(sys_days(year(1969) / 12 / 31)) == "1969-12-31");
    CHECK(written(sys_seconds(1706704496s)) == "2024-01-31T12:34:56Z");
    CHECK(written(sys_time<milliseconds>(-500ms)) == "1969-12-31T23:59:59.500000Z");
    CHECK(written(sys_time<nanoseconds>(1ns)) == "1970-01-01T00:00:00.000000001Z");
    CHECK(written(sys_time<nanoseconds>(120ms)) == "1970-01-01T00:00:00.120000Z");
    CHECK(written(sys_time<hours>(1h)) == "1970-01-01T01:00:00Z");
}

TEST_CASE("dates that are in no calendar, or need five digits, are refused") {
    CHECK_THROWS_AS(written(year(2023) / 2 / 29), json_error);
    CHECK_THROWS_AS(written(year(10000) / 1 / 1), json_error);
    CHECK_THROWS_AS(written(year(-1) / 1 / 1), json_error);
    CHECK_THROWS_AS(written(year_month_day{}), json_error);
    CHECK_THROWS_AS(written(sys_seconds::max()), json_error);
    CHECK_THROWS_AS(written(sys_seconds::min()), json_error);
    CHECK(written(sys_seconds(253402300799s)) == "9999-12-31T23:59:59Z");
    CHECK_THROWS_AS(written(sys_seconds(253402300800s)), json_error);
}

TEST_CASE("points in time are read as pydantic reads them") {
    for (std::string_view text :
         {"2024-01-31T12:34:56Z", "2024-01-31 12:34:56", "2024-01-31t12:34:56z", "2024-01-31_12:34:56+00:00",
          "2024-01-31T14:34:56+02:00", "2024-01-31T04:34:56-0800", "2024-01-31T12:34:56.000Z"})
        CHECK(read<seconds>(text) == "2024-01-31T12:34:56Z");
    CHECK(read<seconds>("2024-01-31") == "2024-01-31T00:00:00Z");
    CHECK(read<seconds>("2024-01-31T12:34") == "2024-01-31T12:34:00Z");
    CHECK(read<nanoseconds>("2024-01-31T12:34:56.1234567899") == "2024-01-31T12:34:56.123456789Z");
    CHECK(read<milliseconds>("1969-12-31T23:59:59.5Z") == "1969-12-31T23:59:59.500000Z");
    CHECK(read<seconds>("1969-12-31T23:59:59.5Z") == "1969-12-31T23:59:59Z");
    CHECK(read<seconds>("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00Z");
    CHECK(read<seconds>("2000-02-29") == "2000-02-29T00:00:00Z");
}

TEST_CASE("what is no point in time says why, in pydantic's words") {
    for (std::string_view text : {"", "abc", "2024-1-31", "2024-01-3"})
        CHECK(read<seconds>(text) == "input is too short");
    CHECK(read<seconds>("202-01-01T00:00") == "invalid character in year");
    CHECK(read<seconds>("2024/01/01") == "invalid date separator, expected `-`");
    CHECK(read<seconds>("2024-0x-01") == "invalid character in month");
    CHECK(read<seconds>("2024-01-0x") == "invalid character in day");
    CHECK(read<seconds>("2024-13-01") == "month value is outside expected range of 1-12");
    CHECK(read<seconds>("2024-00-01") == "month value is outside expected range of 1-12");
    CHECK(read<seconds>("2023-02-29") == "day value is outside expected range");
    CHECK(read<seconds>("1900-02-29") == "day value is outside expected range");
    CHECK(read<seconds>("2024-01-31Z") == "invalid datetime separator, expected `T`, `t`, `_` or space");
    for (std::string_view tail :
         {"T", "T1", "T12", "T12:", "T12:3", "T24:00", "T12:60", "T12:00:60", "T12:00:00.", "T12:00:00+24:00",
          "T12:00:00+1:00", "T12:00:00+01", "T12:00:00ZZ", "T12:00:00 Z", "T-1:00:00"})
        CHECK(read<seconds>("2024-01-31" + std::string(tail)) == "unexpected extra characters at the end of the input");
}

TEST_CASE("a point in time that the type cannot hold is refused") {
    CHECK(read<nanoseconds>("9999-12-31T23:59:59Z") == "out of range");
    CHECK(read<nanoseconds>("0001-01-01") == "out of range");
    CHECK(read<nanoseconds>("2262-04-11T00:00:00Z") == "2262-04-11T00:00:00Z");
    CHECK(read<duration<std::int32_t>>("2038-01-19T00:00:00Z") == "2038-01-19T00:00:00Z");
    CHECK(read<duration<std::int32_t>>("2039-01-01T00:00:00Z") == "out of range");
}

TEST_CASE("a number is seconds since 1970, or milliseconds when it is large") {
    auto read_number = [](double value) -> std::string {
        auto found = detail::read_instant(value);
        return found ? written(*detail::to_sys_time<microseconds>(*found)) : "out of range";
    };
    CHECK(read_number(1706659200) == "2024-01-31T00:00:00Z");
    CHECK(read_number(1706659200000) == "2024-01-31T00:00:00Z");
    CHECK(read_number(0.5) == "1970-01-01T00:00:00.500000Z");
    CHECK(read_number(-0.5) == "1969-12-31T23:59:59.500000Z");
    CHECK(read_number(1e18) == "out of range");
    CHECK(read_number(std::numeric_limits<double>::quiet_NaN()) == "out of range");
}

TEST_CASE("every day of four-digit years goes out and comes back") {
    for (auto day = sys_days(year(1) / 1 / 1); day <= sys_days(year(9999) / 12 / 31); day += days(37)) {
        std::string text = written(day);
        std::string_view why;
        auto back = detail::read_date(text, why);
        if (!back || *back != day) FAIL(text);
    }
}
