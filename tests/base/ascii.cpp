#include <coracle/base/ascii.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using namespace coracle;

namespace {
// All 256 bytes, as chars.
template <class F>
void each_byte(F f) {
    for (int c = 0; c < 256; ++c) f(static_cast<char>(static_cast<unsigned char>(c)), c);
}
}  // namespace

TEST_CASE("classes hold for all 256 bytes, also where char is signed") {
    each_byte([](char c, int code) {
        CAPTURE(code);
        bool digit = code >= 48 && code <= 57, upper = code >= 65 && code <= 90, lower = code >= 97 && code <= 122;
        CHECK(ascii::is_digit(c) == digit);
        CHECK(ascii::is_upper(c) == upper);
        CHECK(ascii::is_lower(c) == lower);
        CHECK(ascii::is_alpha(c) == (upper || lower));
        CHECK(ascii::to_lower(c) == (upper ? static_cast<char>(code + 32) : c));
    });
}

TEST_CASE("F13: a token is 1*tchar: no control, no separator, no byte above 126") {
    std::string tchar = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    each_byte([&](char c, int code) {
        CAPTURE(code);
        bool expected = code != 0 && tchar.find(c) != std::string::npos;
        CHECK(ascii::is_token(c) == expected);
        CHECK(ascii::is_token(std::string("x") + c + "x") == expected);
    });
    CHECK_FALSE(ascii::is_token(std::string_view("")));
    CHECK(ascii::is_token(std::string_view("x-Header")));
    CHECK_FALSE(ascii::is_token(std::string_view("x header")));
    CHECK_FALSE(ascii::is_token(std::string_view("x:")));
    CHECK_FALSE(ascii::is_token(std::string_view("nul\0", 4)));
}

TEST_CASE("hexadecimal digits of both cases have their value, everything else -1") {
    each_byte([](char c, int code) {
        CAPTURE(code);
        auto position = std::string_view("0123456789abcdef").find(ascii::to_lower(c));
        CHECK(ascii::hex_value(c) == (position == std::string_view::npos ? -1 : static_cast<int>(position)));
    });
}

TEST_CASE("a hexadecimal digit is that of its value, and a byte is percent-encoded in two") {
    for (unsigned value = 0; value < 16; ++value) {
        CHECK(ascii::hex_value(ascii::hex_digit(value)) == static_cast<int>(value));
        CHECK(ascii::to_lower(ascii::upper_hex_digit(value)) == ascii::hex_digit(value));
    }
    CHECK(ascii::hex_digit(0xE2) == '2');  // higher bits do not count
    CHECK(ascii::upper_hex_digit(0xFA) == 'A');
    std::string out = "x";
    for (char c : {'\xE2', '\0', '/'}) ascii::append_percent(out, c);
    CHECK(out == "x%E2%00%2F");
}

TEST_CASE("iequals ignores the case of letters, and of nothing else") {
    CHECK(ascii::iequals("", ""));
    CHECK(ascii::iequals("Content-Length", "cONTENT-lENGTH"));
    CHECK_FALSE(ascii::iequals("abc", "abcd"));
    CHECK_FALSE(ascii::iequals("abcd", "abc"));
    // Bytes that differ by the case bit only, but are no letters.
    CHECK_FALSE(ascii::iequals("@", "`"));
    CHECK_FALSE(ascii::iequals("[", "{"));
    CHECK_FALSE(ascii::iequals("\xC4", "\xE4"));
    CHECK_FALSE(ascii::iequals("_", "\x7F"));
    // The Kelvin sign and the long s fold to k and s in Unicode: not here.
    CHECK_FALSE(ascii::iequals("\xE2\x84\xAA", "k"));
    static_assert(ascii::iequals("GET", "get"));
}

TEST_CASE("F14: trim takes SP and HT at both ends, and no other white space") {
    CHECK(ascii::trim("") == "");
    CHECK(ascii::trim(" \t \t") == "");
    CHECK(ascii::trim("a") == "a");
    CHECK(ascii::trim(" \ta b\t c\t ") == "a b\t c");
    for (char c : std::string("\r\n\v\f\0\x85\xA0", 7)) {
        std::string text = std::string(1, c) + "a" + c;
        CHECK(ascii::trim(text) == text);
    }
    std::string_view whole = "  inner  ";
    CHECK(ascii::trim(whole).data() == whole.data() + 2);
}

TEST_CASE("lower makes a copy with ASCII letters lowered") {
    CHECK(ascii::lower("") == "");
    CHECK(ascii::lower("Keep-ALIVE @[`{\xC4") == "keep-alive @[`{\xC4");
    CHECK(ascii::lower(std::string_view("A\0B", 3)) == std::string("a\0b", 3));
}

TEST_CASE("F3: a decimal number is digits only, and fits") {
    CHECK(ascii::parse_decimal("0") == 0);
    CHECK(ascii::parse_decimal("00") == 0);
    CHECK(ascii::parse_decimal("010") == 10);
    CHECK(ascii::parse_decimal("18446744073709551615") == UINT64_MAX);
    CHECK(ascii::parse_decimal("00000000000000000000000018446744073709551615") == UINT64_MAX);
    for (std::string_view bad : {"", "+1", "-1", "-0", " 1", "1 ", "1Z", "0x10", "1_0", "1e3", "1.", ".1", "1,1", "\t1",
                                 "18446744073709551616", "18446744073709551620", "99999999999999999999", "\xD9\xA1"}) {
        CAPTURE(bad);
        CHECK_FALSE(ascii::parse_decimal(bad).has_value());
    }
    CHECK_FALSE(ascii::parse_decimal(std::string_view("1\0", 2)).has_value());
}

TEST_CASE("F3: a decimal number is checked against the type it is asked for") {
    CHECK(ascii::parse_decimal<std::uint8_t>("255") == 255);
    CHECK_FALSE(ascii::parse_decimal<std::uint8_t>("256").has_value());
    CHECK_FALSE(ascii::parse_decimal<std::uint8_t>("260").has_value());
    CHECK_FALSE(ascii::parse_decimal<std::uint8_t>("1000").has_value());
    CHECK(ascii::parse_decimal<std::uint16_t>("65535") == 65535);
    CHECK_FALSE(ascii::parse_decimal<std::uint16_t>("65536").has_value());
    CHECK(ascii::parse_decimal<std::uint32_t>("4294967295") == 4294967295u);
    CHECK_FALSE(ascii::parse_decimal<std::uint32_t>("4294967296").has_value());
    // Every number of a small type, there and back; and every one behind its end.
    for (unsigned n = 0; n < 1000; ++n) {
        auto parsed = ascii::parse_decimal<std::uint8_t>(std::to_string(n));
        REQUIRE(parsed.has_value() == (n <= 255));
        if (parsed) REQUIRE(*parsed == n);
    }
    static_assert(ascii::parse_decimal("42") == 42u);
}

TEST_CASE("F4: a hexadecimal number is 1 to 16 digits without prefix or sign") {
    CHECK(ascii::parse_hex("0") == 0);
    CHECK(ascii::parse_hex("a") == 10);
    CHECK(ascii::parse_hex("FfFf") == 0xFFFF);
    CHECK(ascii::parse_hex("ffffffffffffffff") == UINT64_MAX);
    CHECK(ascii::parse_hex("0000000000000001") == 1);
    for (std::string_view bad : {"", "0x1", "0X1", "+1", "-1", " 1", "1 ", "1_0", "g", "1;", "10000000000000000",
                                 "00000000000000001", "fffffffffffffffff", "\xFF"}) {
        CAPTURE(bad);
        CHECK_FALSE(ascii::parse_hex(bad).has_value());
    }
    static_assert(ascii::parse_hex("2a") == 42u);
}
