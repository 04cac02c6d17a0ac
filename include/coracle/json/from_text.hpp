// from_text: one word of a path, a query or a JSON string as a value, by pydantic's lax rules and with its words when
// it is none.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/duration.hpp>
#include <coracle/json/enum_names.hpp>
#include <coracle/json/instant.hpp>
#include <coracle/json/number.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/value.hpp>

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle {

namespace detail {

template <class T>
inline constexpr bool is_word = (std::is_arithmetic_v<T> && !code_unit<T>) || std::same_as<T, std::string> ||
                                std::is_enum_v<T> || time_type<T> || spelled<T>;
template <checked_type T>
inline constexpr bool is_word<T> = is_word<typename T::checked_value>;

}  // namespace detail

/// What one word can be: a number, bool, text, an enum by name, time (durations, std::chrono::year_month_day and points
/// of system time; sys_days is a date), a uuid, a literal<...>, or one of these as a checked<T, ...>.
template <class T>
concept scalar = detail::is_word<T>;

/// Why a text is no value of the type that was asked for.
struct text_problem {
    std::string_view type{};
    std::string msg{};
    json ctx{};
};

namespace detail {

/// Without the white space that Python's strip() takes off.
constexpr std::string_view strip(std::string_view text) noexcept {
    constexpr std::string_view spaces = " \t\n\r\v\f";
    std::size_t first = text.find_first_not_of(spaces);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

constexpr std::size_t count_digits(std::string_view text) noexcept {
    std::size_t count = 0;
    while (count < text.size() && ascii::is_digit(text[count])) ++count;
    return count;
}

/// Sign and digits of `42`, `+42`, ` 42 ` and `42.0`; nothing when it is no integer.
struct integer_text {
    bool negative = false;
    std::string_view digits{};
};
constexpr std::optional<integer_text> split_integer(std::string_view text) noexcept {
    text = strip(text);
    integer_text found;
    found.negative = text.starts_with('-');
    if (found.negative || text.starts_with('+')) text.remove_prefix(1);
    found.digits = text.substr(0, count_digits(text));
    std::string_view rest = text.substr(found.digits.size());
    if (rest.starts_with('.') && rest.find_first_not_of('0', 1) == rest.npos && rest.size() > 1) rest = {};
    if (found.digits.empty() || !rest.empty()) return std::nullopt;
    std::size_t zeros = found.digits.find_first_not_of('0');
    found.digits.remove_prefix(zeros == text.npos ? found.digits.size() - 1 : zeros);
    return found;
}

template <class T>
std::optional<T> read_integer(std::string_view text, text_problem& why) {
    auto found = split_integer(text);
    if (!found) {
        why = {"int_parsing", "Input should be a valid integer, unable to parse string as an integer", {}};
        return std::nullopt;
    }
    auto magnitude = ascii::parse_decimal<std::uint64_t>(found->digits);
    bool negative = found->negative && magnitude != std::uint64_t{0};
    std::uint64_t most = negative ? std::uint64_t{0} - static_cast<std::uint64_t>(std::numeric_limits<T>::min())
                                  : static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if constexpr (std::is_unsigned_v<T>)
        if (negative) most = 0;
    if (magnitude && *magnitude <= most) return static_cast<T>(negative ? std::uint64_t{0} - *magnitude : *magnitude);
    // Python's integers have no bounds and so no word for this; these are the words for a bound.
    if (negative) {
        auto least = +std::numeric_limits<T>::min();
        why = {
            "greater_than_equal", "Input should be greater than or equal to " + std::to_string(least), {{"ge", least}}};
    } else {
        auto greatest = +std::numeric_limits<T>::max();
        why = {
            "less_than_equal", "Input should be less than or equal to " + std::to_string(greatest), {{"le", greatest}}};
    }
    return std::nullopt;
}

/// The text of a number as JSON would have it, from one as Python's float() takes it: `.5`, `5.`, `+5`, `05`.
/// Empty when it is no number.
inline std::string json_number(std::string_view text) {
    std::string out;
    if (text.starts_with('-')) out = "-";
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    std::string_view whole = text.substr(0, count_digits(text));
    text.remove_prefix(whole.size());
    std::string_view fraction;
    if (text.starts_with('.')) {
        fraction = text.substr(1, count_digits(text.substr(1)));
        text.remove_prefix(1 + fraction.size());
    }
    if (whole.empty() && fraction.empty()) return {};
    std::size_t zeros = whole.find_first_not_of('0');
    whole.remove_prefix(zeros == whole.npos ? whole.size() : zeros);
    out.append(whole.empty() ? "0" : whole);
    if (!fraction.empty()) out.append(".").append(fraction);
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        out += 'e';
        if (text.starts_with('-') || text.starts_with('+')) {
            out += text[0];
            text.remove_prefix(1);
        }
        if (text.empty() || count_digits(text) != text.size()) return {};
        out.append(text);
        return out;
    }
    return text.empty() ? out : std::string();
}

template <class T>
std::optional<T> read_floating(std::string_view text, text_problem& why) {
    text = strip(text);
    std::string number = json_number(text);
    std::string_view word = text;
    if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
    bool endless = ascii::iequals(word, "inf") || ascii::iequals(word, "infinity") || ascii::iequals(word, "nan");
    if (number.empty() && !endless) {
        why = {"float_parsing", "Input should be a valid number, unable to parse string as a number", {}};
        return std::nullopt;
    }
    T value = endless ? std::numeric_limits<T>::infinity() : static_cast<T>(read_double(number));
    if (std::isfinite(value)) return value;
    why = {"finite_number", "Input should be a finite number", {}};
    return std::nullopt;
}

inline std::optional<bool> read_bool(std::string_view text, text_problem& why) {
    for (std::string_view word : {"true", "1", "on", "yes", "t", "y"})
        if (ascii::iequals(text, word)) return true;
    for (std::string_view word : {"false", "0", "off", "no", "f", "n"})
        if (ascii::iequals(text, word)) return false;
    why = {"bool_parsing", "Input should be a valid boolean, unable to interpret input", {}};
    return std::nullopt;
}

/// Whether a word is spelled as JSON spells a number, or true and false.
template <class T>
bool is_spelled_strictly(std::string_view text) noexcept {
    if constexpr (std::same_as<T, bool>) return text == "true" || text == "false";
    if (text.starts_with('-')) text.remove_prefix(1);
    std::size_t whole = count_digits(text);
    if (whole == 0 || (whole > 1 && text[0] == '0')) return false;
    if constexpr (std::is_integral_v<T>) return whole == text.size();
    text.remove_prefix(whole);
    return !text.starts_with('.') || count_digits(text.substr(1)) != 0;
}

/// 'a', 'b' or 'c'. in: views, or entries with a name.
template <class Name>
[[gnu::cold]] std::string names_in_words(const Name* names, std::size_t count) {
    std::string words;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) words += i + 1 == count ? " or " : ", ";
        words += '\'';
        if constexpr (requires { names->name; })
            words += names[i].name;
        else
            words += names[i];
        words += '\'';
    }
    return words;
}

template <class E>
std::optional<E> read_enum(std::string_view text, text_problem& why) {
    if (auto value = reflect::enum_cast<E>(text)) return value;
    constexpr const auto& entries = reflect::enum_entries<E>;
    std::string expected = names_in_words(entries.data(), entries.size());
    why = {"enum", "Input should be " + expected, {{"expected", expected}}};
    return std::nullopt;
}

/// A time from what was read of it. `found` is nothing when `reason` says why.
template <class T>
std::optional<T> make_time(const std::optional<time_span>& found, std::string_view reason, text_problem& why) {
    if (found)
        if (auto value = to_duration<T>(*found, reason)) return value;
    why = {"time_delta_parsing", "Input should be a valid timedelta, " + std::string(reason), {{"error", reason}}};
    return std::nullopt;
}
template <class T>
std::optional<T> make_time(const std::optional<instant>& found, std::string_view reason, text_problem& why) {
    if constexpr (date_type<T>) {
        if (found) {
            auto day = std::chrono::floor<std::chrono::days>(found->seconds);
            if (day == found->seconds && found->nanoseconds == 0) return T(day);
            why = {"date_from_datetime_inexact",
                   "Datetimes provided to dates should have zero time - e.g. be exact dates",
                   {}};
            return std::nullopt;
        }
        why = {"date_from_datetime_parsing",
               "Input should be a valid date or datetime, " + std::string(reason),
               {{"error", reason}}};
    } else {
        if (found) {
            if (auto value = to_sys_time<typename T::duration>(*found)) return value;
            reason = "it is out of the range that can be held here";
        }
        why = {"datetime_from_date_parsing",
               "Input should be a valid datetime or date, " + std::string(reason),
               {{"error", reason}}};
    }
    return std::nullopt;
}

/// A number of seconds: a length, or a point behind the first second of 1970.
template <time_type T>
std::optional<T> read_time(double seconds, text_problem& why) {
    std::string_view reason = "dates after 9999 are not supported as unix timestamps";
    if constexpr (is_duration<T>) {
        auto found = read_span(seconds, reason);
        return make_time<T>(found, reason, why);
    } else {
        return make_time<T>(read_instant(seconds), reason, why);
    }
}

template <time_type T>
std::optional<T> read_time(std::string_view text, text_problem& why) {
    text = strip(text);
    // A number stands for itself, also as text; what is no number has a letter, a colon or a second hyphen.
    std::string number = json_number(text);
    if (!number.empty()) return read_time<T>(read_double(number), why);
    std::string_view reason;
    if constexpr (is_duration<T>) {
        auto found = read_span(text, reason);
        return make_time<T>(found, reason, why);
    } else {
        auto found = read_instant(text, reason);
        return make_time<T>(found, reason, why);
    }
}

}  // namespace detail

/// The value that `text` stands for; nothing, and why, when it stands for none.
template <scalar T>
std::optional<T> from_text(std::string_view text, text_problem& why) {
    if constexpr (detail::checked_type<T>) {
        using value_type = typename T::checked_value;
        if constexpr (T::is_strict && std::is_arithmetic_v<value_type>)
            if (!detail::is_spelled_strictly<value_type>(text)) text = "?";
        auto value = from_text<value_type>(text, why);
        if (!value) return std::nullopt;
        return T::make(*std::move(value), why);
    } else if constexpr (detail::spelled<T>) {
        return T::from_text(text, why);
    } else if constexpr (std::same_as<T, std::string>) {
        if (utf8::is_valid(text)) return std::string(text);
        why = {"string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string", {}};
        return std::nullopt;
    } else if constexpr (std::same_as<T, bool>) {
        return detail::read_bool(text, why);
    } else if constexpr (std::is_integral_v<T>) {
        return detail::read_integer<T>(text, why);
    } else if constexpr (std::is_floating_point_v<T>) {
        return detail::read_floating<T>(text, why);
    } else if constexpr (detail::time_type<T>) {
        return detail::read_time<T>(text, why);
    } else {
        return detail::read_enum<T>(text, why);
    }
}

}  // namespace coracle
