// pattern: a text in which a regular expression is found: checked<std::string, pattern<"^[a-z]+$">>. Read by the
// compiler: a wrong one does not compile.
// JSON Schema 2020-12, validation, section 6.3.3.
#pragma once

#include <coracle/base/fixed_string.hpp>
#include <coracle/json/code_set.hpp>
#include <coracle/json/constraint.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/pattern_parser.hpp>
#include <coracle/json/text_program.hpp>
#include <coracle/json/value.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace coracle {

namespace detail {

struct pattern_sizes {
    std::size_t code;
    std::size_t ranges;
    pattern_fault fault;
};
template <fixed_string Text>
inline constexpr pattern_sizes sizes_of_pattern = [] {
    pattern_parser parsed(Text.view());
    return pattern_sizes{parsed.code.size(), parsed.ranges.size(), parsed.fault};
}();

template <std::size_t Code, std::size_t Ranges>
struct stored_pattern {
    std::array<text_instruction, Code> code{};
    std::array<code_range, Ranges> ranges{};
};
template <fixed_string Text>
inline constexpr auto stored_program = [] {
    constexpr pattern_sizes sizes = sizes_of_pattern<Text>;
    pattern_parser parsed(Text.view());
    stored_pattern<sizes.code, sizes.ranges> made;
    for (std::size_t i = 0; i < sizes.code; ++i) made.code[i] = parsed.code[i];
    for (std::size_t i = 0; i < sizes.ranges; ++i) made.ranges[i] = parsed.ranges[i];
    return made;
}();

}  // namespace detail

/// A text in which this regular expression is found: anywhere, unless it says ^ and $. text_pattern.hpp says what can
/// stand in it. Cost: linear in the text; nothing is allocated.
template <fixed_string Text>
struct pattern {
    static constexpr std::string_view keyword = "pattern";
    static constexpr int turn = 7;
    static json schema() { return json(Text.view()); }
    template <class T>
    static consteval bool suits() {
        constexpr bool text = detail::countable_text<T>;
        static_assert(text, "coracle: pattern<...> is for std::string");
        constexpr pattern_fault fault = detail::sizes_of_pattern<Text>.fault;
        using enum pattern_fault;
        // The sentences of text_pattern.hpp, which static_assert wants as literals.
        static_assert(fault != not_utf8, "coracle: this pattern is not UTF-8");
        static_assert(fault != open_group, "coracle: this pattern has a ( without its )");
        static_assert(fault != closed_group,
                      "coracle: this pattern has a ) without its (; a parenthesis itself is \\)");
        static_assert(fault != open_class, "coracle: this pattern has a [ without its ]; a bracket itself is \\[");
        static_assert(fault != bad_range,
                      "coracle: this pattern has a range in [...] that does not go up from one character to another");
        static_assert(fault != bad_class,
                      "coracle: this pattern has [: or && in [...], which means something else elsewhere; write the "
                      "characters out");
        static_assert(fault != nothing_to_repeat,
                      "coracle: this pattern has a * + ? or { with nothing before it to repeat; the characters "
                      "themselves are \\* \\+ \\? \\{");
        static_assert(fault != bad_repeat,
                      "coracle: this pattern has a {...} that is no {n}, {n,} or {n,m} with n <= m <= 1000; a brace "
                      "itself is \\{");
        static_assert(fault != bad_escape,
                      "coracle: this pattern has a backslash before something that it gives no meaning to");
        static_assert(fault != back_reference,
                      "coracle: this pattern refers back to a group, which cannot be matched in linear time");
        static_assert(
            fault != look_around,
            "coracle: this pattern looks around, (?=...) or (?<=...), which cannot be matched in linear time");
        static_assert(fault != bad_group,
                      "coracle: this pattern has a (? that is no (?: and no (?i) at the very front");
        static_assert(
            fault != too_large,
            "coracle: this pattern is too large: repetitions are written out, up to 2000 steps and 50 levels");
        return text && fault == none;
    }
    static bool holds(std::string_view text) noexcept {
        constexpr const auto& program = detail::stored_program<Text>;
        std::size_t steps = 0;
        return detail::search({program.code.data(), program.code.size(), program.ranges.data()}, text, steps);
    }
    [[gnu::cold]] static text_problem problem(std::string_view) {
        std::string msg = "String should match pattern '";
        msg.append(Text.view()).append("'");
        return {"string_pattern_mismatch", std::move(msg), json{{"pattern", Text.view()}}};
    }
};

}  // namespace coracle
