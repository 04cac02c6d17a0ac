// from_value: one JSON value that is no list and no object, as a C++ value, by pydantic's lax rules and with its words
// when it is none.
#pragma once

#include <coracle/json/from_text.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/value.hpp>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle {

namespace detail {

/// Whether `in` is what a T is written as.
template <class T>
bool is_kindred(const json& in) noexcept {
    if constexpr (checked_type<T>)
        return is_kindred<typename T::checked_value>(in);
    else if constexpr (std::same_as<T, bool>)
        return in.is_bool();
    else if constexpr (std::is_integral_v<T> && !std::same_as<T, char>)
        return in.is_integer();
    else if constexpr (std::is_floating_point_v<T>)
        return in.type() == json_kind::number;
    else if constexpr (std::same_as<T, std::monostate>)
        return in.is_null();
    else if constexpr (scalar<T> || std::same_as<T, char>)
        return in.is_string();
    else if constexpr (std::derived_from<T, json>)
        return true;
    else if constexpr (json_nullable<T>)
        return in.is_null();
    else if constexpr (json_map<T> || json_struct<T>)
        return in.is_object();
    else
        return in.is_array();
}

/// Of a kind that no T is made of.
template <class T>
[[gnu::cold]] text_problem wrong_kind() {
    if constexpr (std::same_as<T, bool>)
        return {"bool_type", "Input should be a valid boolean", {}};
    else if constexpr (std::is_integral_v<T> && !std::same_as<T, char>)
        return {"int_type", "Input should be a valid integer", {}};
    else if constexpr (std::is_floating_point_v<T>)
        return {"float_type", "Input should be a valid number", {}};
    else
        return {"string_type", "Input should be a valid string", {}};
}
[[gnu::cold]] inline std::nullopt_t refuse(text_problem&& words, text_problem& why) {
    why = std::move(words);
    return std::nullopt;
}

inline std::optional<char> value_as_letter(const json& in, text_problem& why) {
    if (!in.is_string()) return refuse(wrong_kind<char>(), why);
    const std::string& text = in.as_string();
    if (text.size() == 1) return text[0];
    if (text.empty())
        return refuse({"string_too_short", "String should have at least 1 character", json{{"min_length", 1}}}, why);
    return refuse({"string_too_long", "String should have at most 1 character", json{{"max_length", 1}}}, why);
}
inline std::optional<bool> value_as_bool(const json& in, text_problem& why) {
    if (in.is_bool()) return in.as_bool();
    if (!in.is_number()) return refuse(wrong_kind<bool>(), why);
    double number = in.as_double();
    if (!in.is_integer() && std::trunc(number) != number) return refuse(wrong_kind<bool>(), why);
    if (number == 0 || number == 1) return number == 1;
    return refuse({"bool_parsing", "Input should be a valid boolean, unable to interpret input", {}}, why);
}
template <class T>
std::optional<T> value_as_floating(const json& in, text_problem& why) {
    if (in.is_bool()) return in.as_bool() ? T(1) : T(0);
    if (!in.is_number()) return refuse(wrong_kind<T>(), why);
    auto value = static_cast<T>(in.as_double());
    if (std::isfinite(value)) return value;
    return refuse({"finite_number", "Input should be a finite number", {}}, why);
}
template <class T>
[[gnu::cold]] text_problem beyond_bounds(bool below) {
    if (below) {
        auto least = +std::numeric_limits<T>::min();
        return {"greater_than_equal", "Input should be greater than or equal to " + std::to_string(least),
                json{{"ge", least}}};
    }
    auto most = +std::numeric_limits<T>::max();
    return {"less_than_equal", "Input should be less than or equal to " + std::to_string(most), json{{"le", most}}};
}
template <class T>
std::optional<T> value_as_integer(const json& in, text_problem& why) {
    if (in.is_bool()) return static_cast<T>(in.as_bool());
    if (!in.is_number()) return refuse(wrong_kind<T>(), why);
    if (in.type() == json_kind::integer) {
        std::int64_t value = in.as_int();
        if (std::in_range<T>(value)) return static_cast<T>(value);
        return refuse(beyond_bounds<T>(value < 0), why);
    }
    if (in.type() == json_kind::unsigned_integer) {
        if (std::in_range<T>(in.as_uint())) return static_cast<T>(in.as_uint());
        return refuse(beyond_bounds<T>(false), why);
    }
    double number = in.as_double();
    if (std::trunc(number) != number)
        return refuse({"int_from_float", "Input should be a valid integer, got a number with a fractional part", {}},
                      why);
    // The bounds of int64 and uint64 are powers of two, so these comparisons are exact.
    if (number >= -0x1p63 && number < 0x1p63) return value_as_integer<T>(json(static_cast<std::int64_t>(number)), why);
    if (number > 0 && number < 0x1p64) return value_as_integer<T>(json(static_cast<std::uint64_t>(number)), why);
    return refuse(beyond_bounds<T>(number < 0), why);
}
template <class T>
std::optional<T> value_as_time(const json& in, text_problem& why) {
    // Python's bool is an int, and so a number of seconds; but no date.
    if (in.is_number() || (is_duration<T> && in.is_bool()))
        return read_time<T>(in.is_bool() ? (in.as_bool() ? 1.0 : 0.0) : in.as_double(), why);
    if constexpr (is_duration<T>)
        return refuse({"time_delta_type", "Input should be a valid timedelta", {}}, why);
    else if constexpr (date_type<T>)
        return refuse({"date_type", "Input should be a valid date", {}}, why);
    else
        return refuse({"datetime_type", "Input should be a valid datetime", {}}, why);
}

}  // namespace detail

/// The value that `in` stands for; nothing, and why, when it stands for none.
template <scalar T>
std::optional<T> from_value(const json& in, text_problem& why) {
    using namespace detail;
    if constexpr (std::same_as<T, std::string>) {
        if (in.is_string()) return in.as_string();
        return refuse(wrong_kind<T>(), why);
    } else {
        // An enum knows names only; other values get its words all the same.
        if (in.is_string() || std::is_enum_v<T>)
            return from_text<T>(in.is_string() ? std::string_view(in.as_string()) : std::string_view(), why);
        if constexpr (std::same_as<T, bool>) {
            return value_as_bool(in, why);
        } else if constexpr (std::is_floating_point_v<T>) {
            return value_as_floating<T>(in, why);
        } else if constexpr (std::is_integral_v<T>) {
            return value_as_integer<T>(in, why);
        } else if constexpr (time_type<T>) {
            return value_as_time<T>(in, why);
        } else if constexpr (exact_number<T>) {
            if (in.is_number()) return T::from_number(in, why);
            return refuse(T::not_a_text(), why);
        } else if constexpr (spelled<T>) {
            return refuse(T::not_a_text(), why);
        } else {
            return std::nullopt;
        }
    }
}

}  // namespace coracle
