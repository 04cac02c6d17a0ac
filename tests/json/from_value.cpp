#include <coracle/json/from_value.hpp>

#include <doctest/doctest.h>

#include <coracle/json/decimal.hpp>
#include <coracle/json/uuid.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

using namespace coracle;

namespace {
enum class color { red, green };

template <class T>
std::string why_not(const json& in) {
    text_problem why;
    return from_value<T>(in, why) ? "" : std::string(why.type);
}
template <class T>
std::optional<T> value_of(const json& in) {
    text_problem why;
    return from_value<T>(in, why);
}
}  // namespace

TEST_CASE("values convert as pydantic converts them, and no further") {
    CHECK(value_of<int>(json(true)) == 1);
    CHECK(value_of<int>(json(3.0)) == 3);
    CHECK(value_of<int>(json("3")) == 3);
    CHECK(why_not<int>(json(3.5)) == "int_from_float");
    CHECK(why_not<int>(json()) == "int_type");
    CHECK(value_of<double>(json(3)) == 3.0);
    CHECK(value_of<double>(json(false)) == 0.0);
    CHECK(why_not<double>(json::array()) == "float_type");
    CHECK(value_of<bool>(json(1)) == true);
    CHECK(value_of<bool>(json(0.0)) == false);
    CHECK(value_of<bool>(json("off")) == false);
    CHECK(why_not<bool>(json(2)) == "bool_parsing");
    CHECK(why_not<bool>(json(0.5)) == "bool_type");
    CHECK(value_of<std::string>(json("x")) == "x");
    CHECK(why_not<std::string>(json(1)) == "string_type");
    CHECK(value_of<color>(json("green")) == color::green);
    CHECK(why_not<color>(json(1)) == "enum");
    CHECK(value_of<std::chrono::seconds>(json(true)) == std::chrono::seconds(1));
    CHECK(why_not<std::chrono::sys_seconds>(json(true)) == "datetime_type");
    CHECK(why_not<std::chrono::year_month_day>(json(true)) == "date_type");
    CHECK(why_not<uuid>(json(1)) == "uuid_type");
    CHECK(value_of<decimal>(json(1.5)) == decimal("1.5"));
    CHECK(why_not<decimal>(json(true)) == "decimal_type");
}

TEST_CASE("an integer that its type cannot hold is told the bound") {
    CHECK(value_of<std::int8_t>(json(-128)) == std::int8_t{-128});
    CHECK(why_not<std::int8_t>(json(128)) == "less_than_equal");
    CHECK(why_not<std::int8_t>(json(-129)) == "greater_than_equal");
    CHECK(why_not<unsigned>(json(-1)) == "greater_than_equal");
    CHECK(value_of<std::uint64_t>(json(std::numeric_limits<std::uint64_t>::max())) ==
          std::numeric_limits<std::uint64_t>::max());
    CHECK(why_not<std::int64_t>(json(std::numeric_limits<std::uint64_t>::max())) == "less_than_equal");
    CHECK(value_of<std::uint64_t>(json(0x1p63)) == std::uint64_t{1} << 63);
    CHECK(why_not<std::uint64_t>(json(0x1p64)) == "less_than_equal");
    CHECK(why_not<std::int64_t>(json(-0x1p64)) == "greater_than_equal");
    CHECK(value_of<std::int64_t>(json(-0x1p63)) == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("what a type is written as") {
    CHECK(detail::is_kindred<int>(json(1)));
    CHECK(!detail::is_kindred<int>(json(1.0)));
    CHECK(detail::is_kindred<double>(json(1.0)));
    CHECK(!detail::is_kindred<double>(json(1)));
    CHECK(detail::is_kindred<decimal>(json("1")));
    CHECK(detail::is_kindred<std::monostate>(json()));
    CHECK(detail::is_kindred<std::vector<int>>(json::array()));
    CHECK(detail::is_kindred<std::map<std::string, int>>(json::object()));
}
