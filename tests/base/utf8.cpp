#include <coracle/base/utf8.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

std::string encode(std::uint32_t point) {
    std::string out;
    auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xC0 | point >> 6);
        put(0x80 | (point & 63));
    } else if (point < 0x10000) {
        put(0xE0 | point >> 12);
        put(0x80 | (point >> 6 & 63));
        put(0x80 | (point & 63));
    } else {
        put(0xF0 | point >> 18);
        put(0x80 | (point >> 12 & 63));
        put(0x80 | (point >> 6 & 63));
        put(0x80 | (point & 63));
    }
    return out;
}

// RFC 3629 section 4, written down as the grammar there, to check the shorter code against.
std::size_t by_the_grammar(std::string_view text) {
    auto byte = [&](std::size_t i) -> unsigned { return i < text.size() ? static_cast<unsigned char>(text[i]) : 256u; };
    auto in = [](unsigned b, unsigned low, unsigned high) { return b >= low && b <= high; };
    auto tail = [&](std::size_t i) { return in(byte(i), 0x80, 0xBF); };
    unsigned a = byte(0), b = byte(1);
    if (in(a, 0x00, 0x7F)) return 1;
    if (in(a, 0xC2, 0xDF) && tail(1)) return 2;
    if (a == 0xE0 && in(b, 0xA0, 0xBF) && tail(2)) return 3;
    if ((in(a, 0xE1, 0xEC) || in(a, 0xEE, 0xEF)) && tail(1) && tail(2)) return 3;
    if (a == 0xED && in(b, 0x80, 0x9F) && tail(2)) return 3;
    if (a == 0xF0 && in(b, 0x90, 0xBF) && tail(2) && tail(3)) return 4;
    if (in(a, 0xF1, 0xF3) && tail(1) && tail(2) && tail(3)) return 4;
    if (a == 0xF4 && in(b, 0x80, 0x8F) && tail(2) && tail(3)) return 4;
    return 0;
}

}  // namespace

TEST_CASE("every code point but the surrogates is well formed, and none above U+10FFFF") {
    for (std::uint32_t point = 0; point <= 0x110400; ++point) {
        bool expected = point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
        std::string text = encode(point);
        if (utf8::is_valid(text) != expected || (utf8::sequence_length(text) == text.size()) != expected) {
            CAPTURE(point);
            FAIL("wrong");
        }
    }
}

TEST_CASE("all texts of one and two bytes, and of three and four at every edge, follow the grammar") {
    const unsigned edges[] = {0x00, 0x41, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                              0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFE, 0xFF};
    std::size_t wrong = 0;
    auto check = [&](const std::string& text) {
        if (utf8::sequence_length(text) != by_the_grammar(text)) ++wrong;
    };
    auto letter = [](unsigned byte) { return static_cast<char>(static_cast<unsigned char>(byte)); };
    for (unsigned a = 0; a < 256; ++a) {
        check({letter(a)});
        for (unsigned b = 0; b < 256; ++b) {
            check({letter(a), letter(b)});
            for (unsigned c : edges) check({letter(a), letter(b), letter(c)});
        }
    }
    for (unsigned a : edges)
        for (unsigned b : edges)
            for (unsigned c : edges)
                for (unsigned d : edges) check({letter(a), letter(b), letter(c), letter(d)});
    CHECK(wrong == 0);
}

TEST_CASE("overlong forms, surrogates, stray and missing continuations are refused where they stand") {
    struct row {
        std::string_view text;
        std::size_t first;
    };
    for (row r : {row{"", 0},
                  row{"ascii", 5},
                  row{"\xC0\x80", 0},
                  row{"\xC1\xBF", 0},
                  row{"\xE0\x80\x80", 0},
                  row{"\xE0\x9F\xBF", 0},
                  row{"\xF0\x80\x80\x80", 0},
                  row{"\xF0\x8F\xBF\xBF", 0},
                  row{"\xED\xA0\x80", 0},
                  row{"\xED\xBF\xBF", 0},
                  row{"\xED\xA0\xBD\xED\xB8\x80", 0},
                  row{"\xF4\x90\x80\x80", 0},
                  row{"\xF5\x80\x80\x80", 0},
                  row{"\xF8\x88\x80\x80\x80", 0},
                  row{"\xFE", 0},
                  row{"\xFF", 0},
                  row{"a\x80", 1},
                  row{"ab\xC3", 2},
                  row{"ab\xE2\x82", 2},
                  row{"ab\xF0\x9F\x98", 2},
                  row{"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", 9},
                  row{"\xC3\x41", 0},
                  row{"\xE2\x82\x41", 0},
                  row{"\xF0\x9F\x98\x41", 0}}) {
        CAPTURE(r.text);
        CHECK(utf8::first_invalid(r.text) == r.first);
        CHECK(utf8::is_valid(r.text) == (r.first == r.text.size()));
    }
}

TEST_CASE("a bad byte is found at every place of a long text, whatever its eight-byte step") {
    for (std::size_t size = 0; size <= 40; ++size) {
        std::string good(size, 'a');
        CHECK(utf8::first_invalid(good) == size);
        for (std::size_t at = 0; at < size; ++at) {
            std::string bad = good;
            bad[at] = '\x80';
            CHECK(utf8::first_invalid(bad) == at);
            std::string euro = good;
            euro.insert(at, "\xE2\x82\xAC");
            CHECK(utf8::first_invalid(euro) == euro.size());
        }
    }
}

TEST_CASE("a NUL is a character like any other") { CHECK(utf8::is_valid(std::string_view("\0a\0", 3))); }

TEST_CASE("a text is judged by its own bytes, not by those behind it") {
    std::string_view euro = "\xE2\x82\xAC";
    CHECK(utf8::sequence_length(euro.substr(0, 2)) == 0);
    CHECK(utf8::first_invalid(euro.substr(0, 1)) == 0);
    static_assert(utf8::sequence_length("\xE2\x82\xAC") == 3);
}

TEST_CASE("Latin-1 becomes UTF-8, and ASCII stays where it is") {
    std::string storage;
    std::string_view plain = "plain";
    CHECK(utf8::from_latin1(plain, storage).data() == plain.data());
    CHECK(utf8::from_latin1("caf\xE9 \xFF\x80z", storage) == "caf\xC3\xA9 \xC3\xBF\xC2\x80z");
    std::string all;
    for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
    CHECK(utf8::is_valid(utf8::from_latin1(all, storage)));
    CHECK(storage.size() == 128 + 2 * 128);
}
