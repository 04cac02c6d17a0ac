// ASCII character classes and numbers: no locale, no <cctype>, the same answer on every system.
// RFC 9110 5.6.2 (token), RFC 5234 B.1 (core rules).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace coracle::ascii {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_alpha(char c) noexcept { return is_upper(c) || is_lower(c); }
constexpr char to_lower(char c) noexcept { return is_upper(c) ? static_cast<char>(c | 0x20) : c; }

namespace detail {
constexpr std::array<bool, 256> make_token_table() {
    std::array<bool, 256> table{};
    for (unsigned c = 0; c < 256; ++c) {
        auto letter = static_cast<char>(c);
        table[c] = is_alpha(letter) || is_digit(letter) ||
                   std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
    }
    return table;
}
inline constexpr std::array<bool, 256> token_table = make_token_table();
}  // namespace detail

/// tchar of RFC 9110 5.6.2.
constexpr bool is_token(char c) noexcept { return detail::token_table[static_cast<unsigned char>(c)]; }
constexpr bool is_token(std::string_view text) noexcept {
    if (text.empty()) return false;
    for (char c : text)
        if (!is_token(c)) return false;
    return true;
}

/// 0 to 15, or -1 when `c` is no hexadecimal digit.
constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The digit of 0 to 15; higher bits do not count.
constexpr char hex_digit(unsigned value) noexcept { return "0123456789abcdef"[value & 15]; }
constexpr char upper_hex_digit(unsigned value) noexcept { return "0123456789ABCDEF"[value & 15]; }

/// Appends `%E2`, a byte percent-encoded. RFC 3986 2.1.
inline void append_percent(std::string& out, char c) {
    auto byte = static_cast<unsigned char>(c);
    const char escape[] = {'%', upper_hex_digit(byte >> 4U), upper_hex_digit(byte)};
    out.append(escape, sizeof escape);
}

/// Same text when the case of ASCII letters is ignored.
constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

/// No letter is a capital.
constexpr bool is_lower(std::string_view text) noexcept {
    for (char c : text)
        if (is_upper(c)) return false;
    return true;
}

/// Without leading and trailing SP and HT (OWS of RFC 9110 5.6.3); nothing else counts as white space.
constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = to_lower(c);
    return out;
}

/// 1*DIGIT as a number; nothing for signs, spaces, an empty text or a number that does not fit.
template <class T = std::uint64_t>
    requires std::is_unsigned_v<T>
constexpr std::optional<T> parse_decimal(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    T value = 0;
    for (char c : text) {
        if (!is_digit(c)) return std::nullopt;
        auto digit = static_cast<T>(c - '0');
        if (value > static_cast<T>((std::numeric_limits<T>::max() - digit) / 10)) return std::nullopt;
        value = static_cast<T>(value * 10 + digit);
    }
    return value;
}

/// 1*HEXDIG as a number; nothing for a prefix, signs, spaces, an empty text or more than 16 digits.
constexpr std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept {
    if (text.empty() || text.size() > 16) return std::nullopt;
    std::uint64_t value = 0;
    for (char c : text) {
        int digit = hex_value(c);
        if (digit < 0) return std::nullopt;
        value = value << 4 | static_cast<std::uint64_t>(digit);
    }
    return value;
}

}  // namespace coracle::ascii
