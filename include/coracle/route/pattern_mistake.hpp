// pattern_mistake: what can be wrong with a route's text, each with its sentence: the compiler's for a literal, and
// std::logic_error's for a text that is made at run time.
#pragma once

#include <coracle/base/ascii.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle::route {

/// A route that was written wrongly. Thrown at registration; in a literal the compiler stops at the same sentence.
class pattern_error : public std::logic_error {
public:
    pattern_error(std::string_view route, std::string_view sentence)
        : std::logic_error("coracle: the route '" + shown(route) + "' is wrong: " + std::string(sentence)) {}

private:
    static std::string shown(std::string_view route) {
        std::string out;
        for (char c : route) {
            auto byte = static_cast<unsigned char>(c);
            if (byte >= 0x20 && byte != 0x7F)
                out += c;
            else
                out.append("\\x").append({ascii::upper_hex_digit(byte >> 4U), ascii::upper_hex_digit(byte)});
        }
        return out;
    }
};

enum class pattern_mistake : unsigned char {
    none,
    no_slash,
    too_many_segments,
    text_before_placeholder,
    text_behind_placeholder,
    rest_not_last,
    stray_brace,
    question_mark,
    fragment,
    space,
    control_character,
    bad_escape,
    nul,
    unclosed_brace,
    unknown_convertor,
    too_many_parameters,
    query_not_last,
    no_name,
    bad_name,
    digit_first,
    same_name,
};

/// error: pattern_error, unless there is no mistake.
// The sentences stand inside the throw expressions because compilers show that line, and nothing else of it.
// clang-format off
constexpr void tell_mistake(std::string_view route, pattern_mistake found) {
    switch (found) {
        case pattern_mistake::none:
            return;
        case pattern_mistake::no_slash:
            throw pattern_error(route, "a route starts with '/'");
        case pattern_mistake::too_many_segments:
            throw pattern_error(route, "a route has at most 32 segments");
        case pattern_mistake::text_before_placeholder:
            throw pattern_error(route, "a placeholder fills a whole segment: write '/{name}'");
        case pattern_mistake::text_behind_placeholder:
            throw pattern_error(route, "a placeholder fills a whole segment: a slash or the end follows it");
        case pattern_mistake::rest_not_last:
            throw pattern_error(route, "{name:path} takes the rest of the path, so it comes last");
        case pattern_mistake::stray_brace:
            throw pattern_error(route, "a closing brace has no opening brace before it");
        case pattern_mistake::question_mark:
            throw pattern_error(route, "'?' is no part of a path; query names are written {?name,other=default}");
        case pattern_mistake::fragment:
            throw pattern_error(route, "'#' is no part of a path; browsers never send what follows it");
        case pattern_mistake::space:
            throw pattern_error(route, "a space in a path is written %20");
        case pattern_mistake::control_character:
            throw pattern_error(route, "a control character cannot stand in a path");
        case pattern_mistake::bad_escape:
            throw pattern_error(route, "'%' needs two hexadecimal digits after it; the percent sign itself is %25");
        case pattern_mistake::nul:
            throw pattern_error(route, "%00 cannot stand in a path");
        case pattern_mistake::unclosed_brace:
            throw pattern_error(route, "an opening brace is never closed");
        case pattern_mistake::unknown_convertor:
            throw pattern_error(route, "unknown convertor; there are {name:str}, :int, :float, :uuid and :path");
        case pattern_mistake::too_many_parameters:
            throw pattern_error(route, "a route has at most 16 parameters");
        case pattern_mistake::query_not_last:
            throw pattern_error(route, "the {?query} part comes last");
        case pattern_mistake::no_name:
            throw pattern_error(route, "a parameter needs a name: '{id}' in the path, '{?limit}' for the query");
        case pattern_mistake::bad_name:
            throw pattern_error(route, "a parameter's name is made of letters, digits and '_'");
        case pattern_mistake::digit_first:
            throw pattern_error(route, "a parameter's name does not start with a digit");
        case pattern_mistake::same_name:
            throw pattern_error(route, "two parameters have the same name");
    }
}
// clang-format on

}  // namespace coracle::route
