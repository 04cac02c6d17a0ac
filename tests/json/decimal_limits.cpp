#include <coracle/json/decimal_limits.hpp>

#include <doctest/doctest.h>

#include <coracle/json/checked.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/write.hpp>

#include <optional>
#include <string>

using namespace coracle;

namespace {
template <class T>
std::string why_not(const char* text) {
    text_problem why;
    auto value = from_text<T>(text, why);
    return value ? "" : std::string(why.type);
}
}  // namespace

// pydantic 2.14.4.
TEST_CASE("digits are counted without the zeros at the ends") {
    using five = checked<decimal, max_digits<5>>;
    for (const char* good : {"12345", "1E+4", "0.00001", "00000123", "1.2300000", "0", "0.000000", "-99999"})
        CHECK_MESSAGE(why_not<five>(good) == "", good);
    for (const char* bad : {"123456", "1e5", "0.000001", "123.456"})
        CHECK_MESSAGE(why_not<five>(bad) == "decimal_max_digits", bad);
    using two_places = checked<decimal, decimal_places<2>>;
    for (const char* good : {"1.23", "1.230", "123456", "1e5", "0.000"})
        CHECK_MESSAGE(why_not<two_places>(good) == "", good);
    for (const char* bad : {"1.234", "1E-3"}) CHECK_MESSAGE(why_not<two_places>(bad) == "decimal_max_places", bad);
    using money = checked<decimal, max_digits<5, 2>>;
    CHECK(why_not<money>("123.45") == "");
    CHECK(why_not<money>("1234.5") == "decimal_whole_digits");
    CHECK(why_not<money>("1.234") == "decimal_max_places");
    CHECK(why_not<money>("123456") == "decimal_max_digits");
}

TEST_CASE("the first of several limits is told, as pydantic orders them") {
    using price = checked<decimal, minimum<1>, max_digits<3>, multiple_of<0.5>>;
    CHECK(why_not<price>("-12.34") == "decimal_max_digits");
    CHECK(why_not<price>("0.3") == "multiple_of");
    CHECK(why_not<price>("0.5") == "greater_than_equal");
    CHECK(why_not<price>("1.5") == "");
    schema_components named;
    CHECK(schema_of<price>(named).dump() ==
          R"({"anyOf":[{"type":"number","minimum":1,"multipleOf":0.5},{"type":"string"}]})");
    constexpr checked<decimal, max_digits<4, 2>> constant = decimal("12.50");
    CHECK(constant->to_text() == "12.50");
}
