// text_pattern: a regular expression, as JSON Schema's `pattern` and pydantic mean it: found anywhere in the text,
// unless it says ^ and $. ECMA-262 section 22.2.1 and Rust's regex where they agree; no backtracking.
//
// Characters, classes [a-z] [^"], the escapes \d \w \s \D \W \S \b \B \t \n \r \f \v \xHH \x{H} \uHHHH \u{H}, . for all
// but the line feed, ^ and $ for the ends of the text, groups, |, * + ? {n} {n,} {n,m}, lazy ones too, and (?i) in
// front for letters without case. A character is a code point; \d, \w, \b and (?i) know ASCII only.
#pragma once

#include <coracle/json/code_set.hpp>
#include <coracle/json/pattern_parser.hpp>
#include <coracle/json/text_program.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// A pattern that is made while the program runs; one in a type is pattern<"...">.
class text_pattern {
public:
    /// error: std::invalid_argument, which says what is wrong with the pattern.
    explicit text_pattern(std::string_view text) {
        detail::pattern_parser parsed(text);
        if (parsed.fault != pattern_fault::none)
            throw std::invalid_argument("coracle: the pattern '" + std::string(text) + "' " +
                                        std::string(detail::sentence_of(parsed.fault)));
        code_ = std::move(parsed.code);
        ranges_ = std::move(parsed.ranges);
    }

    /// Whether it stands anywhere in `text`, which is UTF-8. Cost: linear in the text.
    bool found_in(std::string_view text) const noexcept {
        std::size_t steps = 0;
        return detail::search({code_.data(), code_.size(), ranges_.data()}, text, steps);
    }
    /// The same, and how many steps it took; at most size of the pattern's program times size of the text.
    bool found_in(std::string_view text, std::size_t& steps) const noexcept {
        return detail::search({code_.data(), code_.size(), ranges_.data()}, text, steps);
    }
    std::size_t program_size() const noexcept { return code_.size(); }

private:
    std::vector<detail::text_instruction> code_;
    std::vector<detail::code_range> ranges_;
};

}  // namespace coracle
