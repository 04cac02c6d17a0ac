#include <coracle/base/printable.hpp>

#include <coracle/base/random_sequence.hpp>
#include <coracle/base/utf8.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace coracle;
using namespace std::literals;

namespace {

std::string ascii_of(std::string_view text) {
    std::string out;
    append_ascii(out, text);
    return out;
}
std::string printable(std::string_view text) {
    std::string out;
    append_printable(out, text);
    return out;
}
std::string json_text(std::string_view text) {
    std::string out;
    append_json_text(out, text);
    return out;
}

}  // namespace

TEST_CASE("W10: of what a peer says only visible ASCII stays, and nothing can be taken for an escape") {
    CHECK(ascii_of("") == "");
    CHECK(ascii_of("/docs?x=1 ~") == "/docs?x=1 ~");
    CHECK(ascii_of("a\"b\\c") == "a\\x22b\\x5cc");
    CHECK(ascii_of("\r\n\t\x1b[31m\x7f\xff\0"sv) == "\\x0d\\x0a\\x09\\x1b[31m\\x7f\\xff\\x00");
    CHECK(ascii_of("caf\xc3\xa9") == "caf\\xc3\\xa9");
    for (int byte = 0; byte < 256; ++byte) {
        std::string one = ascii_of(std::string(1, static_cast<char>(byte)));
        CHECK((one.size() == 1 || one.size() == 4));
        for (char c : one) CHECK((c >= 0x20 && c < 0x7F));
    }
}

TEST_CASE("W10: a sentence keeps its letters, and loses what steers terminals or turns lines around") {
    CHECK(printable("der Tee ist kalt") == "der Tee ist kalt");
    CHECK(printable("\xc3\xa9\xe8\x8c\xb6\xf0\x9f\x8d\xb5") == "\xc3\xa9\xe8\x8c\xb6\xf0\x9f\x8d\xb5");
    CHECK(printable("a\nb\x1b[0m") == "a\\x0ab\\x1b[0m");
    CHECK(printable("\xc2\x9b"
                    "31m") == "\\xc2\\x9b31m");                    // CSI as one character
    CHECK(printable("\xe2\x80\xa8") == "\\xe2\\x80\\xa8");         // line separator
    CHECK(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");         // right to left from here on
    CHECK(printable("\xe2\x81\xa6") == "\\xe2\\x81\\xa6");         // an isolate
    CHECK(printable("\xd8\x9c") == "\\xd8\\x9c");                  // Arabic letter mark
    CHECK(printable("\xc3\x28\xff") == "\\xc3(\\xff");             // no UTF-8
    CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");         // half of a pair
    CHECK(printable("\xe2\x80\x93 fine") == "\xe2\x80\x93 fine");  // a dash among them stays
}

TEST_CASE("a JSON string holds whatever is put into it") {
    CHECK(json_text("") == "\"\"");
    CHECK(json_text("a\"b\\c/d") == "\"a\\\"b\\\\c/d\"");
    CHECK(json_text("\n\x7f\0"sv) == "\"\\u000a\\u007f\\u0000\"");
    CHECK(json_text("\xc2\x9b\xe2\x80\xa8") == "\"\\u009b\\u2028\"");
    CHECK(json_text("\xff\xc3\xa9") == "\"\\ufffd\xc3\xa9\"");
}

TEST_CASE("W10: whatever bytes there are, what comes out is one line of valid UTF-8") {
    random_sequence draw(7);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (std::size_t n = draw.below(40); n > 0; --n) text += static_cast<char>(draw.below(256));
        for (const std::string& out : {ascii_of(text), printable(text), json_text(text)}) {
            CHECK(utf8::is_valid(out));
            for (char c : out) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
        }
    }
}
