#include <doctest/doctest.h>

#include <coracle/json/parse.hpp>
#include <coracle/json/write.hpp>

#include <chrono>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>

using namespace coracle;
using namespace std::literals;

namespace {

/// Parses from memory of exactly the text's size, so that a sanitizer sees a byte read too far.
result<json, parse_error> parsed(std::string_view text, const parse_options& options = {}) {
    auto exact = std::make_unique<char[]>(text.size());
    if (!text.empty()) std::memcpy(exact.get(), text.data(), text.size());
    return json::try_parse({exact.get(), text.size()}, options);
}
std::string round(std::string_view text) {
    auto value = parsed(text);
    return value ? value->dump() : "refused: " + value.error().what();
}
/// Python's message and character position.
std::string wrong(std::string_view text) {
    auto value = parsed(text);
    return value ? "accepted" : std::string(value.error().message) + " @" + std::to_string(value.error().character);
}

}  // namespace

TEST_CASE("texts that RFC 8259 allows are accepted") {
    // After JSONTestSuite's y_ cases.
    const std::string_view good[] = {"null",
                                     "true",
                                     "false",
                                     "0",
                                     "-0",
                                     "1",
                                     "-1",
                                     "42",
                                     " 42 ",
                                     "\t[\n]\r",
                                     "1.5",
                                     "-1.5e3",
                                     "1E5",
                                     "1e-5",
                                     "1e+5",
                                     "0.0",
                                     "0e0",
                                     "123456789012345678901234567890",
                                     "1.7976931348623157e308",
                                     "[]",
                                     "[ ]",
                                     "[1]",
                                     "[1,2]",
                                     "[[]]",
                                     "[[[[[[]]]]]]",
                                     "{}",
                                     "{ }",
                                     R"({"a":1})",
                                     R"({"a":1,"b":{}})",
                                     R"({"":0})",
                                     R"({"a":1,"a":2})",
                                     R"("")",
                                     R"("a")",
                                     R"("\"\\\/\b\f\n\r\t")",
                                     R"("\u0041")",
                                     R"("\u00e9")",
                                     R"("\u20ac")",
                                     R"("\ud83d\ude00")",
                                     R"("\u0000")",
                                     R"("\uFFFF")",
                                     R"("\u007f")",
                                     "\"\x7F\"",
                                     "\"\xC3\xA9\"",
                                     "\"\xE2\x82\xAC\"",
                                     "\"\xF0\x9F\x98\x80\"",
                                     "\"\xEF\xBF\xBF\"",
                                     "\"\xF4\x8F\xBF\xBF\"",
                                     "\"\xE2\x80\xA8\xE2\x80\xA9\"",
                                     R"(["\u0060\u012a\u12AB"])",
                                     R"({"\u0066":"x"})",
                                     "[1e-400]",
                                     "[-1e-400]",
                                     "[0.1,0.2]",
                                     R"([null,1,"1",{}])",
                                     "{\"a\":[]\n}",
                                     "[[] ]",
                                     "\"asd \""};
    for (auto text : good) CHECK_MESSAGE(parsed(text).has_value(), text);
}

TEST_CASE("texts that RFC 8259 forbids are refused, each with a place inside the text") {
    // After JSONTestSuite's n_ cases, and what coracle refuses of its i_ cases.
    const std::string_view bad[] = {"",
                                    " ",
                                    "nul",
                                    "nulll",
                                    "NULL",
                                    "True",
                                    "tru",
                                    "truee",
                                    "fals",
                                    "undefined",
                                    "NaN",
                                    "Infinity",
                                    "-Infinity",
                                    "-NaN",
                                    "+1",
                                    "01",
                                    "-01",
                                    "00",
                                    "1.",
                                    ".5",
                                    "-.5",
                                    "-",
                                    "--1",
                                    "-+1",
                                    "+",
                                    "0x1",
                                    "1e",
                                    "1e+",
                                    "1E-",
                                    "1.e5",
                                    "1.5e",
                                    "1 000",
                                    "1_000",
                                    "0.1.2",
                                    "1eE2",
                                    "0e+-1",
                                    "2.e3",
                                    "0.3e",
                                    "1a",
                                    "-1x",
                                    "1e400",
                                    "-1e400",
                                    "1e999999999999999999",
                                    "[",
                                    "]",
                                    "[1",
                                    "[1,",
                                    "[1,]",
                                    "[,1]",
                                    "[,]",
                                    "[1,,2]",
                                    "[1 2]",
                                    "[1:2]",
                                    "[1}",
                                    "[1]]",
                                    "[][]",
                                    "[\"a\"",
                                    "[\"",
                                    "{",
                                    "}",
                                    "{,}",
                                    "{1:1}",
                                    "{a:1}",
                                    "{'a':1}",
                                    R"({"a")",
                                    R"({"a":)",
                                    R"({"a" 1})",
                                    R"({"a":1)",
                                    R"({"a":1,)",
                                    R"({"a":1,})",
                                    R"({"a":1,,"b":2})",
                                    R"({"a"::1})",
                                    R"({"a":1 "b":2})",
                                    R"({"a":1]})",
                                    R"({"a":1}})",
                                    R"({"a":1}x)",
                                    R"({"a":1}/**/)",
                                    R"(/**/{})",
                                    R"({null:1})",
                                    R"({"a",1})",
                                    "{[]:1}",
                                    R"({:1})",
                                    "\"",
                                    "\"a",
                                    "'a'",
                                    "\"\\",
                                    "\"\\\"",
                                    R"("\x")",
                                    R"("\')",
                                    R"("\u")",
                                    R"("\u1")",
                                    R"("\u12")",
                                    R"("\u123")",
                                    R"("\u12g4")",
                                    R"("\U0041")",
                                    R"("\ 41")",
                                    R"("\0")",
                                    R"("\v")",
                                    "\"\n\"",
                                    "\"\t\"",
                                    "\"\0\""sv,
                                    "\"\x1F\"",
                                    "\"a\x01z\"",
                                    R"("\ud800")",
                                    R"("\udc00")",
                                    R"("\ud800\ud800")",
                                    R"("\ud800x")",
                                    R"("\ud800\n")",
                                    R"("\ud83d\u0041")",
                                    R"("\ud83d\ude0")",
                                    R"("\ude00\ud83d")",
                                    "\"\x80\"",
                                    "\"\xBF\"",
                                    "\"\xC0\x80\"",
                                    "\"\xC1\xBF\"",
                                    "\"\xC3\"",
                                    "\"\xC3(\"",
                                    "\"\xE0\x80\x80\"",
                                    "\"\xE2\x82\"",
                                    "\"\xED\xA0\x80\"",
                                    "\"\xED\xBF\xBF\"",
                                    "\"\xF0\x80\x80\x80\"",
                                    "\"\xF0\x9F\x98\"",
                                    "\"\xF4\x90\x80\x80\"",
                                    "\"\xF5\x80\x80\x80\"",
                                    "\"\xFE\"",
                                    "\"\xFF\"",
                                    "\"\xFC\x80\x80\x80\x80\x80\"",
                                    "\xEF\xBB\xBF{}",
                                    "\xEF\xBB\xBF",
                                    "\xFF\xFE[\0]\0"sv,
                                    "\xA0"
                                    "1",
                                    "\xC2\xA0[]",
                                    "\x0C[]",
                                    "\v1",
                                    "[1]\0"sv,
                                    "1\0"sv,
                                    "\0"sv,
                                    "[\xE2\x81\xA0]",
                                    "\xE2\x80\xA8[]",
                                    "a",
                                    "abc",
                                    "[a]",
                                    "{}#",
                                    "{}//",
                                    "<null>",
                                    "*",
                                    "\\",
                                    "[\"a\\a\"]"};
    for (auto text : bad) {
        auto value = parsed(text);
        CHECK_MESSAGE(!value.has_value(), text);
        if (value) continue;
        CHECK(value.error().position <= text.size());
        CHECK(!value.error().message.empty());
    }
}

TEST_CASE("errors use the words and the positions of Python's json") {
    CHECK(wrong("") == "Expecting value @0");
    CHECK(wrong("  ") == "Expecting value @2");
    CHECK(wrong("[") == "Expecting value @1");
    CHECK(wrong("{") == "Expecting property name enclosed in double quotes @1");
    CHECK(wrong(R"({"a")") == "Expecting ':' delimiter @4");
    CHECK(wrong(R"({"a":)") == "Expecting value @5");
    CHECK(wrong(R"({"a":1)") == "Expecting ',' delimiter @6");
    CHECK(wrong(R"({"a":1,)") == "Expecting property name enclosed in double quotes @7");
    CHECK(wrong(R"({"a":1,})") == "Expecting property name enclosed in double quotes @7");
    CHECK(wrong("[1,") == "Expecting value @3");
    CHECK(wrong("[1,]") == "Expecting value @3");
    CHECK(wrong("[1 2]") == "Expecting ',' delimiter @3");
    CHECK(wrong("[1") == "Expecting ',' delimiter @2");
    CHECK(wrong("[,]") == "Expecting value @1");
    CHECK(wrong("\"abc") == "Unterminated string starting at @0");
    CHECK(wrong("\"\\") == "Unterminated string starting at @0");
    CHECK(wrong("[\"\\\"") == "Unterminated string starting at @1");
    CHECK(wrong("\"\\x\"") == "Invalid \\escape @1");
    CHECK(wrong("\"\\u12\"") == "Invalid \\uXXXX escape @2");
    CHECK(wrong("\"\\u00zz\"") == "Invalid \\uXXXX escape @2");
    CHECK(wrong("\"a\nb\"") == "Invalid control character at @2");
    CHECK(wrong("01") == "Extra data @1");
    CHECK(wrong("1.") == "Extra data @1");
    CHECK(wrong("1e") == "Extra data @1");
    CHECK(wrong("1 2") == "Extra data @2");
    CHECK(wrong("-") == "Expecting value @0");
    CHECK(wrong("nul") == "Expecting value @0");
    CHECK(wrong("{a:1}") == "Expecting property name enclosed in double quotes @1");
    CHECK(wrong(R"({"a" 1})") == "Expecting ':' delimiter @5");
    CHECK(wrong(R"({"a":1 "b":2})") == "Expecting ',' delimiter @7");
    CHECK(wrong("{1:2}") == "Expecting property name enclosed in double quotes @1");
    CHECK(wrong("\"\xC3\xA9\" x") == "Extra data @4");
    // Here Python accepts, and coracle does not.
    CHECK(wrong("NaN") == "Expecting value @0");
    CHECK(wrong("[1,1e400]") == "Number out of range @3");
    CHECK(wrong("\"\\ud800\"") == "Unpaired surrogate in \\uXXXX escape @1");
    CHECK(wrong("\"ab\xFF\"") == "Invalid UTF-8 @3");
    CHECK(wrong("\xEF\xBB\xBF[]") == "Unexpected UTF-8 BOM @0");
}

TEST_CASE("an error knows bytes, characters, line and column") {
    auto value = parsed("{\n  \"\xC3\xA9\": tru\n}");
    REQUIRE(!value);
    CHECK(value.error().position == 10);
    CHECK(value.error().character == 9);
    CHECK(value.error().line == 2);
    CHECK(value.error().column == 8);
    CHECK(value.error().what() == "Expecting value: line 2 column 8 (char 9)");
    CHECK_THROWS_AS(json::parse("[1,]"), json_error);
    try {
        json::parse("[1,]");
    } catch (const json_error& error) {
        CHECK(error.position() == 3);
        CHECK(std::string_view(error.what()) == "Expecting value: line 1 column 4 (char 3)");
    }
}

TEST_CASE("integers are exact in 64 bits, with or without a sign, and doubles beyond") {
    CHECK(round("0") == "0");
    CHECK(round("-0") == "0");
    CHECK(parsed("-0")->type() == json_kind::integer);
    CHECK(round("9223372036854775807") == "9223372036854775807");
    CHECK(round("-9223372036854775808") == "-9223372036854775808");
    CHECK(parsed("-9223372036854775809")->type() == json_kind::number);
    CHECK(parsed("-9223372036854775809")->as_double() == -0x1p63);
    CHECK(round("9223372036854775808") == "9223372036854775808");
    CHECK(parsed("9223372036854775808")->type() == json_kind::unsigned_integer);
    CHECK(round("9999999999999999999") == "9999999999999999999");
    CHECK(round("10000000000000000000") == "10000000000000000000");
    CHECK(round("18446744073709551615") == "18446744073709551615");
    CHECK(parsed("18446744073709551616")->type() == json_kind::number);
    CHECK(parsed("18446744073709551616")->as_double() == 0x1p64);
    CHECK(parsed("19999999999999999999")->as_double() == 2e19);
    CHECK(parsed("28446744073709551615")->as_double() == 28446744073709551615.0);
    CHECK(parsed("99999999999999999999")->as_double() == 1e20);
    CHECK(parsed("-18446744073709551615")->as_double() == -18446744073709551615.0);
    CHECK(parsed("1" + std::string(300, '0'))->as_double() == 1e300);
    CHECK(parsed("1.0")->type() == json_kind::number);
    CHECK(parsed("1e2")->type() == json_kind::number);
    CHECK(round("1e2") == "100.0");
    CHECK(round("-0.0") == "-0.0");
}

TEST_CASE("doubles are read correctly rounded, on the short way and on the long one") {
    CHECK(parsed("0.1")->as_double() == 0.1);
    CHECK(parsed("19.99")->as_double() == 19.99);
    CHECK(parsed("123456.789e3")->as_double() == 123456789.0);
    CHECK(parsed("9007199254740993e0")->as_double() == 9007199254740992.0);
    CHECK(parsed("9007199254740993.0000000000000000000000000001")->as_double() == 9007199254740994.0);
    CHECK(parsed("1e23")->as_double() == 1e23);
    CHECK(parsed("1e22")->as_double() == 1e22);
    CHECK(parsed("1e-22")->as_double() == 1e-22);
    CHECK(parsed("1e-23")->as_double() == 1e-23);
    CHECK(parsed("5e-324")->as_double() == 5e-324);
    CHECK(parsed("0." + std::string(50, '0') + "1")->as_double() == 1e-51);
    CHECK(parsed("0.00000000000000000000000")->as_double() == 0.0);
    CHECK(parsed("1" + std::string(400, '0') + "e-400")->as_double() == 1.0);
    CHECK(parsed("18446744073709551616.0")->as_double() == 0x1p64);  // wraps around 64 bits to 0
    CHECK(parsed("1844674407370955161600e-2")->as_double() == 0x1p64);
    std::mt19937_64 random(7);
    for (int i = 0; i < 50'000; ++i) {
        std::string text;
        auto digits = [&](unsigned most) {
            for (auto n = random() % most + 1; n; --n) text += static_cast<char>('0' + random() % 10);
        };
        text += static_cast<char>('1' + random() % 9);
        digits(18);
        text += '.';
        digits(20);
        if (random() % 2) text += "e" + std::to_string(static_cast<int>(random() % 600) - 300);
        auto value = parsed(text);
        if (!value) continue;
        if (value->as_double() != detail::read_double(text)) FAIL(text);
    }
}

TEST_CASE("strings: escapes, surrogate pairs, any length of any mix") {
    CHECK(parsed(R"("\"\\\/\b\f\n\r\t")")->as_string() == "\"\\/\b\f\n\r\t");
    CHECK(parsed(R"("\u0041\u00e9\u20AC\ud83d\ude00\uDBFF\uDFFF\u0000")")->as_string() ==
          "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\0"s);
    CHECK(parsed("\"\xC3\xA9x\xE2\x82\xACy\xF0\x9F\x98\x80\"")->as_string() ==
          "\xC3\xA9x\xE2\x82\xACy\xF0\x9F\x98\x80");
    std::mt19937_64 random(11);
    const std::string_view pieces[] = {
        "a", "bcdefgh", "ijklmnopqrstuvwxyz", "\xC3\xA9", "\xF0\x9F\x98\x80", "\"", "\\", "\n", "\0"sv, "\x7F"};
    for (int i = 0; i < 3000; ++i) {
        std::string text;
        for (auto n = random() % 12; n; --n) text += pieces[random() % std::size(pieces)];
        auto back = parsed(json(text).dump());
        if (!back || back->as_string() != text) FAIL(json(text).dump());
    }
}

TEST_CASE("the last of several members with one name counts, at the place of the first") {
    CHECK(round(R"({"a":1,"b":2,"a":3})") == R"({"a":3,"b":2})");
    CHECK(round(R"({"a":1,"a":2,"a":{"a":4,"a":5}})") == R"({"a":{"a":5}})");
    std::string many = "{";
    for (int i = 0; i < 300; ++i) many += (i ? ",\"k" : "\"k") + std::to_string(i % 100) + "\":" + std::to_string(i);
    json merged = json::parse(many + "}");
    CHECK(merged.size() == 100);
    CHECK(merged.items()[0].key == "k0");
    CHECK(merged.items()[99].key == "k99");
    for (int i = 0; i < 100; ++i) CHECK(merged["k" + std::to_string(i)].as_int() == 200 + i);
}

TEST_CASE("D3: no choice of names makes an object expensive") {
    // A million bytes of names, all different or all the same, long common beginnings: n log n.
    auto took = [](const std::string& text) {
        auto start = std::chrono::steady_clock::now();
        CHECK(json::try_parse(text).has_value());
        return std::chrono::steady_clock::now() - start;
    };
    auto object = [](auto name) {
        std::string text = "{";
        for (int i = 0; i < 40'000; ++i) text += (i ? ",\"" : "\"") + name(i) + "\":0";
        return text + "}";
    };
    CHECK(took(object([](int i) { return std::to_string(i); })) < std::chrono::seconds(2));
    CHECK(took(object([](int) { return std::string("k"); })) < std::chrono::seconds(2));
    CHECK(took(object([](int i) { return std::string(20, 'x') + std::to_string(i); })) < std::chrono::seconds(2));
    CHECK(took(object([](int i) { return std::to_string(100'000 - i); })) < std::chrono::seconds(2));
}

TEST_CASE("D12: depth is capped, whatever opens it, and fails at the bracket that is too many") {
    auto nested = [](unsigned levels) { return std::string(levels, '[') + std::string(levels, ']'); };
    CHECK(parsed(nested(64)).has_value());
    CHECK(wrong(nested(65)) == "Too many levels of nesting @64");
    std::string objects;
    for (int i = 0; i < 65; ++i) objects += "{\"a\":";
    CHECK(wrong(objects) == "Too many levels of nesting @320");
    CHECK(parsed(nested(3), {.max_depth = 3}).has_value());
    CHECK(!parsed(nested(4), {.max_depth = 3}));
    CHECK(!parsed("[]", {.max_depth = 0}));
    CHECK(parsed("1", {.max_depth = 0}).has_value());
    CHECK(parsed(nested(512), {.max_depth = 100'000}).has_value());
    CHECK(!parsed(nested(513), {.max_depth = 100'000}));
    // Levels are given back: wide is not deep.
    std::string wide = "[";
    for (int i = 0; i < 1000; ++i) wide += "[[]],{\"a\":{}},";
    CHECK(parsed(wide + "1]", {.max_depth = 3}).has_value());
}

TEST_CASE("D12: 100,000 opening brackets fail at once") {
    for (std::string text : {std::string(100'000, '['), std::string(100'000, '{')}) {
        auto start = std::chrono::steady_clock::now();
        CHECK(!json::try_parse(text));
        CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(50));  // 1 ms without sanitizers
    }
}

TEST_CASE("D18: every text cut short is refused without an exception") {
    std::string_view text = R"({"a":[1,-2.5e10,"x\u00e9\ud83d\ude00\n",true,false,null],"b":{"c":{}},"d":""})";
    REQUIRE(parsed(text).has_value());
    for (std::size_t length = 0; length < text.size(); ++length) {
        bool refused = false;
        CHECK_NOTHROW(refused = !parsed(text.substr(0, length)).has_value());
        CHECK(refused);
    }
    for (std::size_t at = 0; at < text.size(); ++at)
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed(text);
            changed[at] = static_cast<char>(byte);
            auto value = parsed(changed);
            if (!value && value.error().position > changed.size()) FAIL("beyond the end");
        }
}

TEST_CASE("what is written is read back as the same") {
    for (std::string_view text :
         {R"({"a":[1,2.5,"x",true,null,{}],"b":{"c":[]}})", "[18446744073709551615,-9223372036854775808,1e-05,1e+300]",
          R"("\"\\\n\u0001é€😀")", "[[],[[]],{}]"}) {
        CHECK(round(text) == text);
    }
}

TEST_CASE("an empty text is no JSON, wherever it does not stand") {
    CHECK_FALSE(json::try_parse(""));
    CHECK_FALSE(json::try_parse(std::string_view()));
}
