#include <doctest/doctest.h>

#include <coracle/json/pattern_parser.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

constexpr pattern_fault fault_of(std::string_view pattern) { return detail::pattern_parser(pattern).fault; }

}  // namespace

TEST_CASE("what is wrong with a pattern is told") {
    auto is = [](pattern_fault expected, std::vector<std::string_view> patterns) {
        for (std::string_view text : patterns) {
            CAPTURE(text);
            CHECK(fault_of(text) == expected);
        }
    };
    is(pattern_fault::not_utf8, {"\xFF", "a\xC3"});
    is(pattern_fault::open_group, {"(", "(a", "((a)", "(?:"});
    is(pattern_fault::closed_group, {")", "a)", "(a))"});
    is(pattern_fault::open_class, {"[", "[a", "[^", "[]", "[^]", "[a-", "[\\]"});
    is(pattern_fault::bad_range, {"[z-a]", "[a-\\d]", "[b-a]"});
    is(pattern_fault::bad_class, {"[[:alpha:]]", "[a&&b]"});
    is(pattern_fault::nothing_to_repeat, {"*", "+a", "?", "{2}", "a**", "a{2}{3}", "(*)", "a|*", "a+*"});
    is(pattern_fault::bad_repeat,
       {"a{", "a{}", "a{2", "a{2,1}", "a{x}", "a{1,x}", "a{1001}", "a{,2}", "a{99999999999}", "a{1 }"});
    is(pattern_fault::bad_escape,
       {"\\", "\\q", "\\p{L}", "\\x4", "\\xg0", "\\u12", "\\u{}", "\\u{110000}", "\\ud800", "\\\xC3\xA4", "[\\q]"});
    is(pattern_fault::back_reference, {"(a)\\1", "\\k<n>", "\\9", "\\01"});
    is(pattern_fault::look_around, {"(?=a)", "(?!a)", "(?<=a)", "(?<!a)"});
    is(pattern_fault::bad_group, {"(?<name>a)", "(?P<n>a)", "(?", "(?x)a", "a(?i)b"});
    is(pattern_fault::too_large,
       {"((a{100}){100}){100}", "(a{1000}){3}", "(((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9})"});
    CHECK(fault_of(std::string(60, '(') + std::string(60, ')')) == pattern_fault::too_large);
    CHECK(fault_of(std::string(3000, 'a')) == pattern_fault::too_large);
}

TEST_CASE("the compiler can run it") {
    static_assert(fault_of("^[a-z]+(-[a-z]+){0,3}$") == pattern_fault::none);
    static_assert(fault_of("(a") == pattern_fault::open_group);
}

TEST_CASE("repetitions are written out") {
    CHECK(detail::pattern_parser("a{3}").code.size() == 4);
    CHECK(detail::pattern_parser("a{2,}").code.size() == 4);
    CHECK(detail::pattern_parser("a{1,3}").code.size() == 6);
    CHECK(detail::pattern_parser("a{1000}").fault == pattern_fault::none);
}
