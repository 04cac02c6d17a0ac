#include <doctest/doctest.h>

#include <coracle/json/text_pattern.hpp>

#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

bool found(std::string_view pattern, std::string_view text) { return text_pattern(pattern).found_in(text); }

}  // namespace

TEST_CASE("a pattern is found anywhere, unless it says where") {
    CHECK(found("b", "abc"));
    CHECK(!found("^b", "abc"));
    CHECK(found("^a", "abc"));
    CHECK(found("c$", "abc"));
    CHECK(!found("b$", "abc"));
    CHECK(found("^abc$", "abc"));
    CHECK(!found("^abc$", "abc\n"));
    CHECK(!found("^abc$", "x\nabc"));
    CHECK(found("", ""));
    CHECK(found("", "abc"));
    CHECK(found("^$", ""));
    CHECK(!found("^$", "a"));
    CHECK(found("\\Aabc\\z", "abc"));
    CHECK(!found("a^", "a"));
    CHECK(found("^^a$$", "a"));
}

TEST_CASE("alternatives, groups and repetitions") {
    CHECK(found("^(cat|dog|)$", "dog"));
    CHECK(found("^(cat|dog|)$", ""));
    CHECK(!found("^(?:cat|dog)$", "catdog"));
    CHECK(found("^a*$", ""));
    CHECK(found("^a*$", "aaa"));
    CHECK(!found("^a+$", ""));
    CHECK(found("^a+?$", "aa"));
    CHECK(found("^ab?c$", "ac"));
    CHECK(found("^ab??c$", "abc"));
    CHECK(found("^(ab){2}$", "abab"));
    CHECK(!found("^(ab){2}$", "ababab"));
    CHECK(found("^a{2,}$", "aaaa"));
    CHECK(!found("^a{2,}$", "a"));
    CHECK(found("^a{0,2}$", ""));
    CHECK(found("^a{1,3}?$", "aaa"));
    CHECK(!found("^a{1,3}$", "aaaa"));
    CHECK(found("^a{0}b$", "b"));
    CHECK(found("^((a|b)*c)+$", "abcbc"));
    CHECK(found("^(a*)*$", "aaa"));
    CHECK(found("^(a|b*)+$", "abba"));
    CHECK(found("^()*x$", "x"));
    CHECK(found("^(^a)$", "a"));
    CHECK(found("(^a|b$)*", "zzz"));
    for (std::string text : {"", "a", "aa", "aaa", "aaaa", "aaaaa", "aaaaaa", "aaaaaaa"})
        CHECK(found("^(aa|aaa)?$", text) == (text.empty() || text.size() == 2 || text.size() == 3));
}

TEST_CASE("classes") {
    CHECK(found("^[a-z0-9_]+$", "ab_9"));
    CHECK(!found("^[a-z]+$", "aBc"));
    CHECK(found("^[^a-z]+$", "ABC"));
    CHECK(!found("[^a-z]", "abc"));
    CHECK(found("^[-a]+$", "-a"));
    CHECK(found("^[a-]+$", "-a"));
    CHECK(found("^[\\]\\\\^]+$", "]\\^"));
    CHECK(found("^[a^]+$", "^a"));
    CHECK(found("^[.*+?(){}|$]+$", ".*+?(){}|$"));
    CHECK(found("^[\\w-]+$", "a-b"));
    CHECK(found("^[\\d.]+$", "1.2"));
    CHECK(!found("^[^\\d]+$", "a1"));
    CHECK(found("^[^\\D]+$", "12"));
    CHECK(found("^[\\x41-\\x43]+$", "ABC"));
    CHECK(found("^[\\u00e0-\\u00ff]$", "\xC3\xA4"));
    CHECK(found("^[\xC3\xA4-\xC3\xB6]$", "\xC3\xA5"));
    CHECK(found("^[[]$", "["));
    CHECK(found("^[a-cb-d]+$", "abcd"));
}

TEST_CASE("escapes") {
    CHECK(found("^\\d{3}-\\d{4}$", "555-0199"));
    CHECK(!found("^\\d$", "\xD9\xA3"));  // an Arabic digit
    CHECK(found("^\\w+$", "az_AZ09"));
    CHECK(found("^\\W$", "\xC3\xA4"));
    CHECK(found("^\\s+$", " \t\n\r\f\v\xC2\xA0\xE2\x80\xA8"));
    CHECK(found("^\\S+$", "abc"));
    CHECK(found("^\\D\\W\\S$", "a-b"));
    CHECK(found("^\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\/\\-\\\\$", ".*+?()[]{}|^$/-\\"));
    CHECK(found("^\\t\\n\\r\\f\\v\\0$", std::string_view("\t\n\r\f\v\0", 6)));
    CHECK(found("^\\x41\\u0042\\x{43}\\u{1F600}$", "ABC\xF0\x9F\x98\x80"));
    CHECK(found("\\bcat\\b", "a cat sat"));
    CHECK(!found("\\bcat\\b", "concatenate"));
    CHECK(found("\\Bcat\\B", "concatenate"));
    CHECK(found("^\\b", "a"));
    CHECK(!found("\\b", ""));
    CHECK(found("^[\\b]$", "\b"));
}

TEST_CASE("a character is a code point") {
    CHECK(found("^.$", "\xF0\x9F\x98\x80"));
    CHECK(!found("^.$", "\n"));
    CHECK(found("^.{3}$", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"));
    CHECK(found("^\xC3\xA4+$", "\xC3\xA4\xC3\xA4"));
    CHECK(found("^[^a]$", "\xF4\x8F\xBF\xBF"));
}

TEST_CASE("without case") {
    CHECK(found("(?i)^cat$", "CaT"));
    CHECK(found("(?i)^[a-c]+$", "AbC"));
    CHECK(!found("(?i)^[^a]$", "A"));
    CHECK(!found("^cat$", "CaT"));
}

TEST_CASE("a pattern that is none is refused with a sentence") {
    CHECK_THROWS_WITH_AS(text_pattern("(a"), "coracle: the pattern '(a' has a ( without its )", std::invalid_argument);
}

TEST_CASE("D11: hostile patterns and texts take linear time") {
    std::string text(100'000, 'a');
    text += "!";
    for (std::string_view hostile : {"(a+)+$", "^(a+)+$", "^(a|a)*$", "(a|aa)+$", "^(a*)*$",
                                     "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)(.*)(.*)(.*)(.*)x"}) {
        text_pattern pattern(hostile);
        std::size_t steps = 0;
        CHECK(!pattern.found_in(text, steps));
        CHECK(steps <= pattern.program_size() * (text.size() + 1));
        // Twice the text, twice the steps.
        std::size_t steps_of_twice = 0;
        CHECK(!pattern.found_in(text.substr(0, 100'000) + text, steps_of_twice));
        CHECK(steps_of_twice <= 2 * steps + 100);
    }
}

TEST_CASE("std::regex finds the same") {
    const char* const patterns[] = {"a",         "^a",      "a$",       "^a*b$",   "a|b|c",       "(a|b)*c",
                                    "[ab]c",     "[^ab]",   "a{2}",     "a{1,2}b", "(ab){1,2}",   "^(a|ab)(c|bcd)$",
                                    "\\bab",     "\\Bb",    "a.c",      "(a*)*b",  "^(a?b?)*$",   "b+?a",
                                    "^.{2,3}$",  "(^a|b)c", "a(b|$)",   "(a|b|)c", "^(?:a|b){3}", "[a-b]+c",
                                    "\\w\\b\\W", "ab|^c",   "((a)b)*c$"};
    const char letters[] = {'a', 'b', 'c', ' '};
    for (const char* pattern : patterns) {
        text_pattern ours(pattern);
        std::regex theirs(pattern, std::regex::ECMAScript);
        for (unsigned length = 0; length <= 5; ++length) {
            unsigned count = 1;
            for (unsigned i = 0; i < length; ++i) count *= 4;
            for (unsigned n = 0; n < count; ++n) {
                std::string text;
                for (unsigned i = 0, rest = n; i < length; ++i, rest /= 4) text += letters[rest % 4];
                bool expected = std::regex_search(text, theirs);
                if (ours.found_in(text) != expected) FAIL_CHECK(pattern << " in '" << text << "'");
            }
        }
    }
}
