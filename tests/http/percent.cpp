#include <coracle/http/percent.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace http = coracle::http;
using http::refusal;

namespace {
// From a copy of exactly this size, so that a read beyond it is seen.
std::string path(std::string_view text) {
    auto copy = std::make_unique<char[]>(text.size());
    if (!text.empty()) std::memcpy(copy.get(), text.data(), text.size());
    std::string storage;
    auto decoded = http::decode_path({copy.get(), text.size()}, storage);
    return decoded ? std::string(*decoded) : "refused " + std::string(http::facts_of(decoded.error()).name);
}
std::string query(std::string_view text) {
    auto copy = std::make_unique<char[]>(text.size());
    if (!text.empty()) std::memcpy(copy.get(), text.data(), text.size());
    std::string storage;
    return std::string(http::decode_query({copy.get(), text.size()}, storage));
}
std::string encoded(std::string_view text, std::string_view keep = {}) {
    std::string out;
    http::encode_percent(text, out, keep);
    return out;
}
}  // namespace

TEST_CASE("escapes in a path are undone once") {
    CHECK(path("") == "");
    CHECK(path("plain") == "plain");
    CHECK(path("%41%6a%6A") == "Ajj");
    CHECK(path("a%20b") == "a b");
    CHECK(path("%25") == "%");
    CHECK(path("%2541") == "%41");  // not A
    CHECK(path("%2F%2f") == "//");
    CHECK(path("a+b") == "a+b");  // a plus is a plus in a path
    CHECK(path("%e2%82%ac") == "\xe2\x82\xac");
    CHECK(path("%ff") == "\xff");
}

TEST_CASE("a path without escapes is not copied") {
    std::string storage = "untouched";
    std::string_view text = "abc";
    CHECK(http::decode_path(text, storage)->data() == text.data());
    CHECK(storage == "untouched");
}

TEST_CASE("D14: a broken escape in a path is refused, at the end of it too") {
    for (auto text : {"%", "%4", "%zz", "a%", "a%4", "a%4g", "%g4", "%%41", "%4%41", "%-1", "% 1", "%0x41", "a%41%"})
        CHECK(path(text) == "refused bad_escape");
    CHECK(path(std::string_view("%\0\0", 3)) == "refused bad_escape");
}

TEST_CASE("D14: NUL in a path is refused") {
    CHECK(path("%00") == "refused nul_in_path");
    CHECK(path("a%00b") == "refused nul_in_path");
    CHECK(path("%2500") == "%00");
}

TEST_CASE("D14: a broken escape in a query stays as it is") {
    CHECK(query("%") == "%");
    CHECK(query("%4") == "%4");
    CHECK(query("%zz") == "%zz");
    CHECK(query("a%4g%41%") == "a%4gA%");
    CHECK(query("%%41") == "%A");
    CHECK(query("100%") == "100%");
}

TEST_CASE("in a query a plus is a space and NUL is a character") {
    CHECK(query("a+b%2Bc") == "a b+c");
    CHECK(query("%00") == std::string(1, '\0'));
    CHECK(query("%2541") == "%41");
}

// The answers are those of CPython 3.11: urllib.parse.unquote_plus(text).
TEST_CASE("bytes of a query that are not UTF-8 become replacement characters") {
    const std::string bad = "\xEF\xBF\xBD";
    CHECK(query("%e2%82%ac") == "\xe2\x82\xac");
    CHECK(query("%ff") == bad);
    CHECK(query("a%80b") == "a" + bad + "b");
    CHECK(query("%e2%82") == bad);  // one sequence cut short
    CHECK(query("%e2%82x") == bad + "x");
    CHECK(query("%f0%9f%98") == bad);
    CHECK(query("%f0%9f%98%80") == "\xf0\x9f\x98\x80");
    CHECK(query("%f0%9fz%98") == bad + "z" + bad);
    CHECK(query("%c0%80") == bad + bad);  // overlong
    CHECK(query("%e0%80%80") == bad + bad + bad);
    CHECK(query("%ed%a0%80") == bad + bad + bad);  // a surrogate
    CHECK(query("%f4%90%80%80") == bad + bad + bad + bad);
    CHECK(query("%f8%88%80%80%80") == bad + bad + bad + bad + bad);
    CHECK(query("\xff") == bad);
}

TEST_CASE("what is encoded and decoded is what it was") {
    std::string all;
    for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
    CHECK(path(encoded(all)) == all);
    for (char c : encoded(all)) CHECK((c > ' ' && c < 0x7F));
    CHECK(encoded("a b/c?~") == "a%20b%2Fc%3F~");
    CHECK(encoded("a b/c%", "/%") == "a%20b/c%25");  // a % is never kept: it would escape what follows
    CHECK(encoded("") == "");
    CHECK(encoded("\xe4") == "%E4");
}
