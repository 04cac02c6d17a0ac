#include <coracle/json/decimal.hpp>

#include <doctest/doctest.h>

#include <coracle/json/checked.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/write.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace coracle;

namespace {
std::string again(std::string_view text) {
    auto value = decimal::parse(text);
    return value ? value->to_text() : "none";
}
struct bill {
    decimal price;
    decimal discount = 0;
    decimal tax = "0.19";
};
struct row {
    const char* a;
    const char* b;
    const char* sum;
    const char* difference;
    const char* product;
    const char* rest;
};
decimal of(const char* text) { return *decimal::parse(text); }
}  // namespace

// What str(Decimal(text)) gives in Python 3.
TEST_CASE("a decimal is written as it was read") {
    const std::pair<const char*, const char*> rows[] = {
        {"1.10", "1.10"},
        {"1e5", "1E+5"},
        {"1E+5", "1E+5"},
        {"0.0000001", "1E-7"},
        {"0.000001", "0.000001"},
        {"-0", "-0"},
        {"-0.0", "-0.0"},
        {"0E-3", "0.000"},
        {"0E3", "0E+3"},
        {"0e-7", "0E-7"},
        {"00012.30", "12.30"},
        {"12.3E-10", "1.23E-9"},
        {".5", "0.5"},
        {"5.", "5"},
        {"+1", "1"},
        {" 1.5\n", "1.5"},
        {"1_000.5", "1000.5"},
        {"_1_", "1"},
        {"1e0", "1"},
        {"123E-2", "1.23"},
        {"123E+2", "1.23E+4"},
        {"1e400", "1E+400"},
        {"1e-400", "1E-400"},
        {"123456789012345678901234567890123456", "123456789012345678901234567890123456"},
        {"000000000000000000000000000000000000000000000000000000001", "1"},
    };
    for (auto [text, written] : rows) CHECK_MESSAGE(again(text) == written, text);
    for (const char* none : {"",
                             " ",
                             ".",
                             "_",
                             "-",
                             "e5",
                             "1e",
                             "1e+",
                             "1.2.3",
                             "1,5",
                             "0x1",
                             "1 2",
                             "--1",
                             "1e401",
                             "1e-401",
                             "1e99999999999999999999",
                             "inf",
                             "NaN",
                             "snan12",
                             "-Infinity",
                             "1234567890123456789012345678901234567"})
        CHECK_MESSAGE(again(none) == "none", none);
    CHECK(decimal().to_text() == "0");
}

// What Python's decimal gives.
TEST_CASE("sums, differences, products and rests are exact") {
    const row rows[] = {
        {"19.99", "0.01", "20.00", "19.98", "0.1999", "0.00"},
        {"0.1", "0.2", "0.3", "-0.1", "0.02", "0.1"},
        {"-7", "3", "-4", "-10", "-21", "-1"},
        {"7.5", "-2", "5.5", "9.5", "-15.0", "1.5"},
        {"1E+3", "0.5", "1000.5", "999.5", "5E+2", "0.0"},
        {"1", "3", "4", "-2", "3", "1"},
        {"999999999999999999", "999999999999999999", "1999999999999999998", "0", "999999999999999998000000000000000001",
         "0"},
    };
    for (const row& each : rows) {
        CAPTURE(each.a);
        CAPTURE(each.b);
        CHECK((of(each.a) + of(each.b)).to_text() == each.sum);
        CHECK((of(each.a) - of(each.b)).to_text() == each.difference);
        CHECK((of(each.a) * of(each.b)).to_text() == each.product);
        CHECK((of(each.a) % of(each.b)).to_text() == each.rest);
    }
    static_assert(decimal("19.99") * 3 == "59.97");
    static_assert(-decimal("1.5") + 2 == "0.5");
    CHECK((-decimal(0)).to_text() == "0");
    decimal total = "1.00";
    total += "0.50";
    total *= 2;
    total -= 1;
    CHECK(total.to_text() == "2.00");
    CHECK(of("1e400") % 7 == 4);
}

TEST_CASE("what has no room is an exception and never a wrong sum") {
    decimal large = "123456789012345678901234567890123456";
    CHECK_THROWS_WITH_AS(large * 10, doctest::Contains("room for 36 digits"), std::overflow_error);
    CHECK_THROWS_AS(large + "0.1", std::overflow_error);
    CHECK_THROWS_AS(of("999999999999999999999999999999999999") + 1, std::overflow_error);
    CHECK_THROWS_AS(of("1e300") * of("1e300"), std::overflow_error);
    CHECK_THROWS_AS(of("1e400").rounded(2), std::overflow_error);
    CHECK_THROWS_AS(of("1") % 0, std::domain_error);
    double endless = std::numeric_limits<double>::infinity();
    CHECK_THROWS_AS(static_cast<void>(decimal{endless}), std::invalid_argument);
    CHECK(large - large == 0);
}

TEST_CASE("rounding gives as many places as are asked for, a half to the even neighbour") {
    const std::tuple<const char*, int, const char*> rows[] = {
        {"0.125", 2, "0.12"},    {"0.135", 2, "0.14"},  {"0.1251", 2, "0.13"}, {"-0.125", 2, "-0.12"},
        {"1", 2, "1.00"},        {"9.995", 2, "10.00"}, {"0.5", 0, "0"},       {"1.5", 0, "2"},
        {"15", -1, "2E+1"},      {"0.004", 2, "0.00"},  {"0.006", 2, "0.01"},  {"1234.5", -5, "0E+5"},
        {"71.3643", 2, "71.36"}, {"0", 3, "0.000"},     {"5E-9", 2, "0.00"},
    };
    for (auto [text, places, rounded] : rows) CHECK_MESSAGE(of(text).rounded(places).to_text() == rounded, text);
    CHECK(of("1.50").places() == 2);
    CHECK(of("1E+3").places() == 0);
}

TEST_CASE("a literal is a decimal wherever one is wanted") {
    CHECK(std::optional<decimal>().value_or("0.10") == "0.10");
    std::vector<decimal> all;
    all.emplace_back("1.5");
    all.push_back("2.5");
    CHECK(all[0] + all[1] == 4);
    CHECK_THROWS_WITH_AS(static_cast<void>(decimal("1,5")), doctest::Contains("this is no decimal"),
                         std::invalid_argument);
    static constexpr decimal constant = "0.19";
    CHECK(constant.places() == 2);
}

TEST_CASE("values are compared, not forms") {
    CHECK(of("1.0") == of("1.00"));
    CHECK(of("-0") == of("0"));
    CHECK(of("1E+2") == 100);
    const char* ascending[] = {"-1E+5", "-2", "-1.5", "-0.1", "0",  "0.09", "0.1",
                               "0.11",  "1",  "1.01", "9",    "10", "1E+5"};
    for (std::size_t i = 0; i + 1 < std::size(ascending); ++i) {
        CHECK(of(ascending[i]) < of(ascending[i + 1]));
        CHECK(of(ascending[i + 1]) > of(ascending[i]));
    }
    CHECK(!decimal("-0").is_negative());
    CHECK(decimal(std::numeric_limits<std::int64_t>::min()).to_text() == "-9223372036854775808");
    CHECK(decimal(std::numeric_limits<std::uint64_t>::max()).to_text() == "18446744073709551615");
    static_assert(!std::is_convertible_v<double, decimal>);
    static_assert(!std::is_constructible_v<decimal, bool>);
}

TEST_CASE("a double becomes the shortest decimal that is the same double") {
    CHECK(decimal(0.1).to_text() == "0.1");
    CHECK(decimal(1.0).to_text() == "1");
    CHECK(decimal(100.0).to_text() == "100");
    CHECK(decimal(1e22).to_text() == "10000000000000000000000");
    CHECK(decimal(1e-7).to_text() == "1E-7");
    CHECK(decimal(-2.5).to_text() == "-2.5");
    CHECK(decimal(std::numeric_limits<double>::max()).to_text() == "1.7976931348623157E+308");
    CHECK(of("0.1").to_double() == 0.1);
    CHECK(of("0E+3").to_double() == 0);
}

TEST_CASE("in JSON it is a string, and a number is read too") {
    std::vector<validation_issue> issues;
    auto one = read_json_text<bill>(R"({"price":"19.90","discount":1.5})", issues);
    REQUIRE(one);
    CHECK(to_json_text(*one) == R"({"price":"19.90","discount":"1.5","tax":"0.19"})");
    CHECK(json(*one).dump() == to_json_text(*one));
    CHECK(read_json_text<decimal>("18446744073709551615", issues)->to_text() == "18446744073709551615");
    CHECK(read_json_text<decimal>("-5", issues)->to_text() == "-5");
    CHECK(issues.empty());
    CHECK(!read_json_text<bill>("{}", issues));
    REQUIRE(issues.size() == 1);  // = 0 is a default, and none is none
    CHECK(issues[0].loc.dump() == R"(["price"])");
    schema_components named;
    CHECK(schema_of<decimal>(named).dump() == R"({"anyOf":[{"type":"number"},{"type":"string"}]})");
    CHECK(schema_of<checked<decimal, minimum<0>, multiple_of<0.25>>>(named).dump() ==
          R"({"anyOf":[{"type":"number","minimum":0,"multipleOf":0.25},{"type":"string"}]})");
}

TEST_CASE("D12: the rest of a number with a large exponent takes no long time") {
    text_problem why;
    for (int i = 0; i < 2000; ++i) CHECK(!checked<decimal, multiple_of<0.7>>::make(of("1e400"), why));
    CHECK(why.type == "multiple_of");
}
