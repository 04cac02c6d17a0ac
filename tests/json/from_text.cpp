#include <doctest/doctest.h>

#include <coracle/json/from_text.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

enum class model { alexnet, resnet, lenet };
enum class single { only };

template <class T>
std::optional<T> read(std::string_view text) {
    text_problem why;
    return from_text<T>(text, why);
}
template <class T>
std::string problem(std::string_view text) {
    text_problem why;
    if (from_text<T>(text, why)) return "none";
    return std::string(why.type) + ": " + why.msg;
}

}  // namespace

TEST_CASE("integers are read as pydantic reads them") {
    CHECK(read<int>("42") == 42);
    CHECK(read<int>("-42") == -42);
    CHECK(read<int>("+42") == 42);
    CHECK(read<int>(" 42 ") == 42);
    CHECK(read<int>("42.0") == 42);
    CHECK(read<int>("42.000") == 42);
    CHECK(read<int>("007") == 7);
    CHECK(read<int>("-0") == 0);
    CHECK(read<int>("0000000000000000000000000000000000001") == 1);
    for (std::string_view bad : {"", " ", "abc", "42.5", "True", "4 2", "--4", "+", "-", "0x10", "1e3", "42.", ".0",
                                 "1_0", "4\xC2\xB2", "42.0.0"})
        CHECK(problem<int>(bad) ==
              "int_parsing: Input should be a valid integer, unable to parse string as an integer");
}

TEST_CASE("an integer that does not fit its type is told the bound") {
    CHECK(read<std::int8_t>("127") == 127);
    CHECK(read<std::int8_t>("-128") == -128);
    CHECK(problem<std::int8_t>("128") == "less_than_equal: Input should be less than or equal to 127");
    CHECK(problem<std::int8_t>("-129") == "greater_than_equal: Input should be greater than or equal to -128");
    CHECK(problem<std::uint8_t>("-1") == "greater_than_equal: Input should be greater than or equal to 0");
    CHECK(read<std::uint8_t>("-0") == 0);
    CHECK(problem<int>("99999999999999999999999999") ==
          "less_than_equal: Input should be less than or equal to 2147483647");
    CHECK(read<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    CHECK(read<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
    text_problem why;
    CHECK(!from_text<int>("2147483648", why));
    CHECK(why.ctx == json{{"le", 2147483647}});
}

TEST_CASE("numbers are read as Python's float reads them, as long as they are finite") {
    CHECK(read<double>("1") == 1.0);
    CHECK(read<double>("-1.5") == -1.5);
    CHECK(read<double>("+.5") == 0.5);
    CHECK(read<double>("5.") == 5.0);
    CHECK(read<double>("005") == 5.0);
    CHECK(read<double>("0") == 0.0);
    CHECK(read<double>("1e3") == 1000.0);
    CHECK(read<double>("1E-2") == 0.01);
    CHECK(read<double>(" 1.5\t") == 1.5);
    CHECK(read<double>("1e-999") == 0.0);
    CHECK(read<float>("0.1") == 0.1F);
    for (std::string_view bad : {"", ".", "e5", "1e", "1e+", "x", "1,5", "1 2", "--1", "0x1p3", "1.2.3"})
        CHECK(problem<double>(bad) ==
              "float_parsing: Input should be a valid number, unable to parse string as a number");
    for (std::string_view endless : {"inf", "-Infinity", "nan", "1e999"})
        CHECK(problem<double>(endless) == "finite_number: Input should be a finite number");
    CHECK(problem<float>("1e39") == "finite_number: Input should be a finite number");
}

TEST_CASE("booleans have many spellings and no case") {
    for (std::string_view yes : {"1", "true", "True", "TRUE", "on", "yes", "t", "Y"}) CHECK(read<bool>(yes) == true);
    for (std::string_view no : {"0", "false", "False", "off", "no", "f", "N"}) CHECK(read<bool>(no) == false);
    for (std::string_view bad : {"", "2", "truee", " true", "ja"})
        CHECK(problem<bool>(bad) == "bool_parsing: Input should be a valid boolean, unable to interpret input");
}

TEST_CASE("text is taken as it is, but must be UTF-8") {
    CHECK(read<std::string>("") == "");
    CHECK(read<std::string>(" a ") == " a ");
    CHECK(problem<std::string>("\xFF") ==
          "string_unicode: Input should be a valid string, unable to parse raw data as a unicode string");
}

TEST_CASE("an enum is read by name, and the names are told when it is none") {
    CHECK(read<model>("resnet") == model::resnet);
    text_problem why;
    CHECK(!from_text<model>("Resnet", why));
    CHECK(why.type == "enum");
    CHECK(why.msg == "Input should be 'alexnet', 'resnet' or 'lenet'");
    CHECK(why.ctx == json{{"expected", "'alexnet', 'resnet' or 'lenet'"}});
    CHECK(problem<single>("x") == "enum: Input should be 'only'");
}

TEST_CASE("time is ISO 8601 or a number of seconds, in pydantic's words when it is neither") {
    using namespace std::chrono;
    CHECK(read<milliseconds>("PT1.5S") == milliseconds(1500));
    CHECK(read<milliseconds>(" 1.5 ") == milliseconds(1500));
    CHECK(read<seconds>("01:30:00") == seconds(5400));
    CHECK(read<year_month_day>("2024-01-31") == year(2024) / 1 / 31);
    CHECK(read<year_month_day>("2024-01-31T00:00:00") == year(2024) / 1 / 31);
    CHECK(read<sys_days>("86400") == sys_days(days(1)));
    CHECK(read<sys_seconds>("2024-01-31T12:34:56Z") == sys_seconds(seconds(1706704496)));
    CHECK(read<sys_seconds>("1706704496") == sys_seconds(seconds(1706704496)));
    CHECK(problem<seconds>("abc") ==
          "time_delta_parsing: Input should be a valid timedelta, invalid digit in duration");
    CHECK(problem<seconds>("1.5") ==
          "time_delta_parsing: Input should be a valid timedelta, it is finer than can be held here");
    CHECK(problem<year_month_day>("2024-13-01") ==
          "date_from_datetime_parsing: Input should be a valid date or datetime, month value is outside expected range "
          "of 1-12");
    CHECK(problem<year_month_day>("2024-01-31T01:00:00") ==
          "date_from_datetime_inexact: Datetimes provided to dates should have zero time - e.g. be exact dates");
    CHECK(problem<sys_seconds>("202-01-01T00:00") ==
          "datetime_from_date_parsing: Input should be a valid datetime or date, invalid character in year");
    text_problem why;
    CHECK(!from_text<sys_seconds>("", why));
    CHECK(why.ctx == json{{"error", "input is too short"}});
}
