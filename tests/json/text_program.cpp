#include <doctest/doctest.h>

#include <coracle/json/text_program.hpp>

#include <iterator>
#include <string>
#include <string_view>

using namespace coracle;

TEST_CASE("code points of one to four bytes") {
    std::string_view text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
    std::size_t at = 0;
    CHECK(detail::next_code_point(text, at) == U'a');
    CHECK(detail::next_code_point(text, at) == U'\u00E4');
    CHECK(detail::next_code_point(text, at) == U'\u20AC');
    CHECK(detail::next_code_point(text, at) == U'\U0001F600');
    CHECK(at == text.size());
}

TEST_CASE("what is no UTF-8 is read to its end and not behind it") {
    for (std::string_view text : {"\xFF", "\xF0", "\xE2\x82", "\x80"}) {
        std::size_t at = 0;
        while (at < text.size()) detail::next_code_point(text, at);
        CHECK(at == text.size());
    }
}

TEST_CASE("a program is run over all of the text") {
    using detail::text_op;
    // ab*c
    constexpr detail::code_range ranges[] = {{'a', 'a'}, {'b', 'b'}, {'c', 'c'}};
    constexpr detail::text_instruction code[] = {{text_op::one_of, 0, 1}, {text_op::fork, 1, 3},
                                                 {text_op::one_of, 1, 1}, {text_op::jump, -2, 0},
                                                 {text_op::one_of, 2, 1}, {text_op::found, 0, 0}};
    std::size_t steps = 0;
    CHECK(detail::search({code, std::size(code), ranges}, "xxabbbc", steps));
    CHECK(!detail::search({code, std::size(code), ranges}, "xxabbb", steps));
}
