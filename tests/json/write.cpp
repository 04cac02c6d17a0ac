#include <doctest/doctest.h>

#include <coracle/base/utf8.hpp>
#include <coracle/json/parse.hpp>
#include <coracle/json/write.hpp>

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

enum class color { red, green };
struct small {
    int id = 42;
    std::string name = "a name";
    double price = 19.99;
    bool active = true;
};
struct node {
    int value = 0;
    std::vector<node> children;
};
struct chain {
    std::unique_ptr<chain> next;
};
struct letters {
    char a = 'a';
    signed char b = -1;
    unsigned char c = 255;
    const char* text = "t";
    std::string_view view = "v";
    color shade = color::green;
    float third = 0.1f;
    long double longer = 1.5L;
};

}  // namespace

TEST_CASE("scalars are written as JSON has them") {
    CHECK(to_json_text(true) == "true");
    CHECK(to_json_text(false) == "false");
    CHECK(to_json_text(0) == "0");
    CHECK(to_json_text(-7) == "-7");
    CHECK(to_json_text(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(to_json_text(1.0) == "1.0");
    CHECK(to_json_text(0.1f) == "0.1");
    CHECK(to_json_text("text") == "\"text\"");
    CHECK(to_json_text(nullptr) == "null");
    CHECK(to_json_text(color::green) == "\"green\"");
    CHECK(to_json_text(letters{}) ==
          R"({"a":"a","b":-1,"c":255,"text":"t","view":"v","shade":"green","third":0.1,"longer":1.5})");
}

TEST_CASE("structs are written straight, member by member") {
    CHECK(to_json_text(small{}) == R"({"id":42,"name":"a name","price":19.99,"active":true})");
    CHECK(to_json_text(node{1, {{2, {}}, {3, {{4, {}}}}}}) ==
          R"({"value":1,"children":[{"value":2,"children":[]},{"value":3,"children":[{"value":4,"children":[]}]}]})");
}

TEST_CASE("text is appended behind what the buffer holds") {
    byte_buffer out;
    out.append("head ");
    write_json(out, small{});
    write_json(out, 1);
    CHECK(out.view() == R"(head {"id":42,"name":"a name","price":19.99,"active":true}1)");
}

TEST_CASE("every byte of ASCII comes out as RFC 8259 wants it") {
    for (int value = 0; value < 128; ++value) {
        std::string text = "ab";
        text += static_cast<char>(value);
        std::string written = to_json_text(text);
        REQUIRE(json::parse(written).as_string() == text);
        if (value < 0x20 || value == '"' || value == '\\')
            CHECK(written[3] == '\\');
        else
            CHECK(written == "\"" + text + "\"");
    }
    CHECK(to_json_text("\b\f\n\r\t\x01\x1f\x7f\"\\/") == "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\\"\\\\/\"");
}

TEST_CASE("UTF-8 is not escaped") {
    CHECK(to_json_text("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") == "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

TEST_CASE("D13: text that is not UTF-8 is refused, at every place of every length, and nothing is left of it") {
    const std::string_view invalid[] = {"\x80",     "\xBF",         "\xC0\x80",     "\xC3",
                                        "\xE2\x82", "\xED\xA0\x80", "\xF0\x9F\x98", "\xF4\x90\x80\x80",
                                        "\xFF",     "\xC3\xC3",     "\xE2(\xA1"};
    for (auto piece : invalid) {
        for (std::size_t before = 0; before < 18; ++before) {
            for (std::size_t after : {0u, 1u, 7u, 8u, 9u}) {
                std::string text = std::string(before, 'x') + std::string(piece) + std::string(after, 'y');
                byte_buffer out;
                out.append("kept");
                CHECK_THROWS_AS(write_json(out, text), json_error);
                CHECK(out.view() == "kept");
            }
        }
    }
    std::vector<std::string> long_list(1000, "good");
    long_list.push_back("\xFF");
    byte_buffer out;
    out.append("kept");
    CHECK_THROWS_AS(write_json(out, long_list), json_error);
    CHECK(out.view() == "kept");
    CHECK_THROWS_AS((json{{"a\xFF", 1}}.dump()), json_error);
    CHECK_THROWS_AS(to_json_text('\xFF'), json_error);
    try {
        to_json_text("abc\xFF");
        FAIL("accepted");
    } catch (const json_error& error) {
        CHECK(std::string_view(error.what()) == "a text is not valid UTF-8 at byte 3 and cannot be written as JSON");
    }
}

TEST_CASE("D13: random bytes are refused or come back unchanged") {
    std::mt19937_64 random(3);
    for (int i = 0; i < 20'000; ++i) {
        auto size = random() % 40;
        auto exact = std::make_unique<char[]>(size);  // a byte read too far is seen
        for (std::size_t k = 0; k < size; ++k)
            exact[k] = static_cast<char>(random() % 4 ? random() % 0x60 + 0x20 : random() % 256);
        std::string_view text(exact.get(), size);
        try {
            if (json::parse(to_json_text(text)).as_string() != text) FAIL("changed");
            if (!utf8::is_valid(text)) FAIL("accepted");
        } catch (const json_error&) {
            if (utf8::is_valid(text)) FAIL("refused");
        }
    }
}

TEST_CASE("long texts and texts full of escapes fit at every length around the growth of the buffer") {
    for (std::size_t length = 0; length < 1200; length += length < 300 ? 1 : 37) {
        std::string plain(length, 'x');
        CHECK(to_json_text(plain) == "\"" + plain + "\"");
        std::string quotes(length, '"');
        CHECK(to_json_text(quotes).size() == 2 * length + 2);
        std::string controls(length, '\x01');
        CHECK(to_json_text(controls).size() == 6 * length + 2);
        std::vector<int> numbers(length, 1234567);
        CHECK(to_json_text(numbers).size() == (length ? 8 * length + 1 : 2));
    }
}

TEST_CASE("numbers that JSON has not are refused") {
    for (double value : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                         std::numeric_limits<double>::quiet_NaN()}) {
        CHECK_THROWS_WITH_AS(to_json_text(value), "Out of range float values are not JSON compliant", json_error);
        CHECK_THROWS_AS(to_json_text(static_cast<float>(value)), json_error);
        CHECK_THROWS_AS(json(value).dump(), json_error);
        CHECK_THROWS_AS(to_json_text(small{1, "x", value, true}), json_error);
    }
    CHECK_THROWS_AS(to_json_text(std::numeric_limits<long double>::max()), json_error);
}

TEST_CASE("what is too deep is refused, in values and in structs that hold themselves") {
    json value;
    for (int i = 0; i < 512; ++i) {
        json above = json::array();
        above.push_back(std::move(value));
        value = std::move(above);
    }
    CHECK(value.dump().size() == 2 * 512 + 4);
    json above = json::array();
    above.push_back(std::move(value));
    CHECK_THROWS_WITH_AS(above.dump(), "a value is nested deeper than 512 levels", json_error);
    chain first;
    chain* last = &first;
    for (int i = 1; i < 512; ++i) last = (last->next = std::make_unique<chain>()).get();
    CHECK_NOTHROW(to_json_text(first));
    last->next = std::make_unique<chain>();
    CHECK_THROWS_AS(to_json_text(first), json_error);
}

TEST_CASE("an indented value stands on several lines, and is the same value") {
    json value{
        {"a", 1}, {"list", json::array({1, json{{"b", nullptr}}})}, {"none", json::array()}, {"empty", json::object()}};
    CHECK(value.dump(2) ==
          "{\n  \"a\": 1,\n  \"list\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"none\": [],\n  \"empty\": "
          "{}\n}");
    CHECK(json::parse(value.dump(4)) == value);
    CHECK(json::parse(value.dump(0)) == value);
    CHECK(json(1).dump(2) == "1");
    CHECK(json::array().dump(2) == "[]");
}
