#include <doctest/doctest.h>

#include <coracle/json/number.hpp>

#include <bit>
#include <clocale>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

using namespace coracle;

namespace {

template <class T>
std::string written(T value) {
    char text[detail::max_number_length];
    char* end;
    if constexpr (std::is_floating_point_v<T>)
        end = detail::write_floating(text, value);
    else if constexpr (std::is_signed_v<T>)
        end = detail::write_signed(text, value);
    else
        end = detail::write_unsigned(text, value);
    return {text, end};
}

}  // namespace

TEST_CASE("integers are written exactly, at every power of ten and of two") {
    std::uint64_t power = 1;
    for (int i = 0; i < 20; ++i) {
        for (std::uint64_t value : {power - 1, power, power + 1, power * 3, power * 9 + 7}) {
            CHECK(written(value) == std::to_string(value));
            auto with_sign = static_cast<std::int64_t>(value);
            CHECK(written(with_sign) == std::to_string(with_sign));
        }
        power *= 10;
    }
    for (unsigned shift = 0; shift < 64; ++shift) {
        std::uint64_t value = std::uint64_t{1} << shift;
        CHECK(written(value) == std::to_string(value));
        CHECK(written(value - 1) == std::to_string(value - 1));
    }
    CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

TEST_CASE("doubles are spelled as Python spells them") {
    CHECK(written(0.0) == "0.0");
    CHECK(written(-0.0) == "-0.0");
    CHECK(written(1.0) == "1.0");
    CHECK(written(-1.5) == "-1.5");
    CHECK(written(19.99) == "19.99");
    CHECK(written(0.1) == "0.1");
    CHECK(written(0.001) == "0.001");
    CHECK(written(0.0001) == "0.0001");
    CHECK(written(0.00001) == "1e-05");
    CHECK(written(1.5e-7) == "1.5e-07");
    CHECK(written(1e15) == "1000000000000000.0");
    CHECK(written(1e16) == "1e+16");
    CHECK(written(1e22) == "1e+22");
    CHECK(written(1e300) == "1e+300");
    CHECK(written(123456789.125) == "123456789.125");
    CHECK(written(0.3) == "0.3");
    CHECK(written(0.1 + 0.2) == "0.30000000000000004");
    CHECK(written(1e11 + 0.5) == "100000000000.5");
    CHECK(written(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
    CHECK(written(std::numeric_limits<double>::denorm_min()) == "5e-324");
    CHECK(written(9007199254740993.0) == "9007199254740992.0");
    CHECK(written(1.005) == "1.005");
    CHECK(written(2.675) == "2.675");
    CHECK(written(0.1f) == "0.1");
    CHECK(written(16777216.0f) == "16777216.0");
}

TEST_CASE("every double reads back as itself, and no shorter text would") {
    std::mt19937_64 random(20240131);
    auto check = [](double value) {
        std::string text = written(value);
        if (text.size() > 30) FAIL("too long: ", text);
        if (std::bit_cast<std::uint64_t>(detail::read_double(text)) != std::bit_cast<std::uint64_t>(value)) FAIL(text);
        char shortest[64];
        auto done = std::to_chars(shortest, shortest + 64, value, std::chars_format::scientific);
        auto digits = [](std::string_view all) {
            std::string found;
            for (char c : all.substr(0, all.find('e')))
                if (c >= '0' && c <= '9' && !(found.empty() && c == '0')) found += c;
            while (found.size() > 1 && found.back() == '0') found.pop_back();
            return found;
        };
        std::string_view wanted(shortest, static_cast<std::size_t>(done.ptr - shortest));
        if (value != 0 && digits(text) != digits(wanted)) FAIL(text, " but ", wanted);
    };
    for (int i = 0; i < 200'000; ++i) {
        auto value = std::bit_cast<double>(random());
        if (std::isfinite(value)) check(value);
    }
    for (int i = 0; i < 100'000; ++i) check(static_cast<double>(random() % 100'000'000) / 100);
    for (int i = 0; i < 100'000; ++i) check(static_cast<double>(random() % 1'000'000'000'000) / 1000);
    for (int i = 0; i < 100'000; ++i) check(static_cast<double>(random() % 2'000'000) / 1e4 * 1.0000001);
}

TEST_CASE("reading is correctly rounded, in the hard cases too") {
    CHECK(detail::read_double("9007199254740993") == 9007199254740992.0);
    CHECK(detail::read_double("9007199254740993.00000000000000000000000000000000000000001") == 9007199254740994.0);
    CHECK(detail::read_double("2.2250738585072011e-308") == 2.2250738585072011e-308);
    CHECK(detail::read_double("2.4703282292062327208828e-324") == 0.0);
    CHECK(detail::read_double("2.4703282292062327208829e-324") == 5e-324);
    CHECK(detail::read_double("1.7976931348623158e308") == std::numeric_limits<double>::max());
    CHECK(detail::read_double("7.2057594037927933e16") == 7.2057594037927933e16);
}

TEST_CASE("too large is infinite, too small is zero, and the sign stays") {
    for (std::string_view large : {"1e309", "1.8e308", "123456789e999999999999", "1000000000000000000000e300"}) {
        CHECK(std::isinf(detail::read_double(large)));
        CHECK(detail::read_double("-" + std::string(large)) < 0);
    }
    CHECK(std::isinf(detail::read_double(std::string(400, '9'))));
    for (std::string_view small : {"1e-400", "0.00001e-320", "0e999999999999", "0.0e-9", "123e-99999999999999999999"}) {
        CHECK(detail::read_double(small) == 0);
        CHECK(std::signbit(detail::read_double("-" + std::string(small))));
    }
    CHECK(detail::read_double("0." + std::string(400, '0') + "1e401") == 1.0);
}

TEST_CASE("no locale changes a number") {
    const char* found = nullptr;
    for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ru_RU.UTF-8", "nl_NL.UTF-8"})
        if (!found) found = std::setlocale(LC_ALL, name);
    if (!found) MESSAGE("no locale with a decimal comma is installed: run with the C locale only");
    CHECK(detail::read_double("1.5") == 1.5);
    CHECK(detail::read_double("-2.25e3") == -2250);
    CHECK(written(1.5) == "1.5");
    CHECK(written(1234567.891) == "1234567.891");
    CHECK(written(1.23456789e-5) == "1.23456789e-05");
    std::setlocale(LC_ALL, "C");
}
