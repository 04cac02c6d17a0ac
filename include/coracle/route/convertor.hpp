// convertor: what text a `{name:convertor}` placeholder takes. The words and their meaning are Starlette's.
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace coracle::route {

/// The kinds of placeholder. A text that the convertor does not take is a route that does not match (404).
enum class convertor : unsigned char {
    text,     ///< `{name}` or `{name:str}`: one segment, not empty
    integer,  ///< `{name:int}`: one or more digits, no sign
    decimal,  ///< `{name:float}`: digits, then perhaps a point and digits
    uuid,     ///< `{name:uuid}`: 8-4-4-4-12 hexadecimal digits, each dash may be left out
    rest,     ///< `{name:path}`: all that is left of the path, slashes too; may be empty
};

/// The convertor of that name, or nothing.
constexpr std::optional<convertor> convertor_named(std::string_view name) noexcept {
    if (name == "str") return convertor::text;
    if (name == "int") return convertor::integer;
    if (name == "float") return convertor::decimal;
    if (name == "uuid") return convertor::uuid;
    if (name == "path") return convertor::rest;
    return std::nullopt;
}

namespace detail {

constexpr std::size_t leading_digits(std::string_view text) noexcept {
    std::size_t count = 0;
    while (count < text.size() && ascii::is_digit(text[count])) ++count;
    return count;
}

constexpr bool is_decimal(std::string_view text) noexcept {
    std::size_t whole = leading_digits(text);
    if (whole == 0) return false;
    if (whole == text.size()) return true;
    if (text[whole] != '.') return false;
    std::string_view fraction = text.substr(whole + 1);
    return !fraction.empty() && leading_digits(fraction) == fraction.size();
}

constexpr bool is_uuid(std::string_view text) noexcept {
    constexpr std::size_t groups[] = {8, 4, 4, 4, 12};
    std::size_t at = 0;
    for (std::size_t length : groups) {
        if (at != 0 && at < text.size() && text[at] == '-') ++at;
        for (std::size_t i = 0; i < length; ++i, ++at)
            if (at >= text.size() || ascii::hex_value(text[at]) < 0) return false;
    }
    return at == text.size();
}

}  // namespace detail

/// Whether `kind` takes `text`, which is percent-decoded already.
constexpr bool takes(convertor kind, std::string_view text) noexcept {
    switch (kind) {
        case convertor::text:
            return !text.empty();
        case convertor::integer:
            return !text.empty() && detail::leading_digits(text) == text.size();
        case convertor::decimal:
            return detail::is_decimal(text);
        case convertor::uuid:
            return detail::is_uuid(text);
        case convertor::rest:
            return true;
    }
    return false;
}

}  // namespace coracle::route
