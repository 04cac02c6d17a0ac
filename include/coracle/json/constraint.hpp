// constraint: what a checked<T, ...> must be besides a T. The names are JSON Schema's, the messages pydantic's.
// JSON Schema 2020-12, validation, section 6; pydantic 2.14 for words and order.
//
// A constraint is an empty type with these members; a program may add its own:
//   static constexpr std::string_view keyword;              the JSON Schema word, or "" for none
//   static json schema();                                   what stands behind it
//   static constexpr int turn;                              of several that do not hold, the lowest is told
//   template <class T> static consteval bool suits();       whether it can be asked of a T; static_assert says why not
//   template <class T> static constexpr bool holds(const T&);
//   template <class T> static text_problem problem(const T&);
#pragma once

#include <coracle/base/fixed_string.hpp>
#include <coracle/json/bound.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/number.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace coracle {

namespace detail {

template <class T>
concept countable_number = (std::is_arithmetic_v<T> && !std::same_as<T, bool> && !code_unit<T>) || exact_number<T>;
template <class T>
concept countable_text = std::same_as<T, std::string>;
template <class T>
concept countable_items = json_list<T> || json_map<T>;

/// Without an exponent, as pydantic's messages have it: 3, 0.5, 0.0000001.
[[gnu::cold]] inline std::string plain_number(const json& number) {
    if (number.type() == json_kind::integer) return std::to_string(number.as_int());
    if (number.type() == json_kind::unsigned_integer) return std::to_string(number.as_uint());
    char text[512];
    auto done = std::to_chars(text, text + sizeof text, number.as_double(), std::chars_format::fixed);
    return std::string(text, done.ptr);
}

[[gnu::cold]] inline text_problem bound_problem(std::string_view type, std::string_view words, const char* name,
                                                json limit) {
    text_problem made{type, "Input should be ", json{{name, limit}}};
    made.msg.append(words).append(plain_number(limit));
    return made;
}
[[gnu::cold]] inline text_problem length_problem(bool few, std::size_t limit) {
    text_problem made{few ? "string_too_short" : "string_too_long", "String should have at ",
                      json{{few ? "min_length" : "max_length", limit}}};
    made.msg.append(few ? "least " : "most ").append(std::to_string(limit));
    made.msg.append(limit == 1 ? " character" : " characters");
    return made;
}
/// in: actual, nothing for sets and maps, of which pydantic stops counting.
[[gnu::cold]] inline text_problem items_problem(std::string_view field_type, bool few, std::size_t limit, json actual) {
    text_problem made{few ? "too_short" : "too_long", std::string(field_type), {}};
    made.msg.append(few ? " should have at least " : " should have at most ").append(std::to_string(limit));
    made.msg.append(limit == 1 ? " item" : " items").append(" after validation, not ");
    made.msg.append(actual.is_null() ? std::string("more") : plain_number(actual));
    made.ctx = json{
        {"field_type", field_type}, {few ? "min_length" : "max_length", limit}, {"actual_length", std::move(actual)}};
    return made;
}

constexpr std::size_t code_points(std::string_view text) noexcept {
    std::size_t count = 0;
    for (char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
    return count;
}

template <class T>
constexpr std::string_view field_type_words() {
    return json_map<T> ? "Dictionary" : is_json_set<T> ? "Set" : "List";
}

/// What the constraints of numbers have in common.
template <bound Limit>
struct number_constraint {
    static json schema() { return Limit.to_json(); }
    template <class T>
    static consteval bool suits() {
        constexpr bool number = countable_number<T>;
        static_assert(number, "coracle: minimum, maximum and multiple_of are for numbers");
        constexpr bool whole = !std::is_integral_v<T> || Limit.is_integer();
        static_assert(whole, "coracle: the bound of an integer is an integer: minimum<1>, not minimum<1.0>");
        if constexpr (number && whole && std::is_integral_v<T>) {
            constexpr bool in_range = Limit.template fits<T>();
            static_assert(in_range, "coracle: this bound is outside of what the integer type can hold");
            return in_range;
        }
        return number && whole;
    }
};
/// Of texts.
template <std::size_t Limit>
struct text_constraint {
    static json schema() { return json(Limit); }
    template <class T>
    static consteval bool suits() {
        constexpr bool text = countable_text<T>;
        static_assert(text,
                      "coracle: min_length and max_length are for std::string; for the elements of a list there are "
                      "min_items and max_items");
        return text;
    }
};
/// Of lists, sets and maps.
template <std::size_t Limit>
struct items_constraint {
    static json schema() { return json(Limit); }
    template <class T>
    static consteval bool suits() {
        constexpr bool items = countable_items<T>;
        static_assert(items,
                      "coracle: min_items and max_items are for lists, sets and maps; for a text there are min_length "
                      "and max_length");
        return items;
    }
};

template <class T>
json number_as(bound limit) {
    if constexpr (std::is_floating_point_v<T>)
        return json(limit.as<double>());
    else
        return limit.to_json();
}

}  // namespace detail

/// At least this number.
template <bound Limit>
struct minimum : detail::number_constraint<Limit> {
    static constexpr std::string_view keyword = "minimum";
    static constexpr int turn = 3;
    template <class T>
    static constexpr bool holds(const T& value) noexcept {
        return value >= Limit.template as<T>();
    }
    template <class T>
    static text_problem problem(const T&) {
        return detail::bound_problem("greater_than_equal", "greater than or equal to ", "ge",
                                     detail::number_as<T>(Limit));
    }
};
/// At most this number.
template <bound Limit>
struct maximum : detail::number_constraint<Limit> {
    static constexpr std::string_view keyword = "maximum";
    static constexpr int turn = 1;
    template <class T>
    static constexpr bool holds(const T& value) noexcept {
        return value <= Limit.template as<T>();
    }
    template <class T>
    static text_problem problem(const T&) {
        return detail::bound_problem("less_than_equal", "less than or equal to ", "le", detail::number_as<T>(Limit));
    }
};
/// More than this number.
template <bound Limit>
struct exclusive_minimum : detail::number_constraint<Limit> {
    static constexpr std::string_view keyword = "exclusiveMinimum";
    static constexpr int turn = 4;
    template <class T>
    static constexpr bool holds(const T& value) noexcept {
        return value > Limit.template as<T>();
    }
    template <class T>
    static text_problem problem(const T&) {
        return detail::bound_problem("greater_than", "greater than ", "gt", detail::number_as<T>(Limit));
    }
};
/// Less than this number.
template <bound Limit>
struct exclusive_maximum : detail::number_constraint<Limit> {
    static constexpr std::string_view keyword = "exclusiveMaximum";
    static constexpr int turn = 2;
    template <class T>
    static constexpr bool holds(const T& value) noexcept {
        return value < Limit.template as<T>();
    }
    template <class T>
    static text_problem problem(const T&) {
        return detail::bound_problem("less_than", "less than ", "lt", detail::number_as<T>(Limit));
    }
};

/// This number, or any whole number of times it. Fractions are compared with a tolerance of 1e-9, as pydantic does:
/// 0.3 is a multiple of 0.1.
template <bound Step>
struct multiple_of : detail::number_constraint<Step> {
    static constexpr std::string_view keyword = "multipleOf";
    static constexpr int turn = 0;
    static_assert(Step.is_positive(), "coracle: multiple_of<...> takes a number above zero");
    template <class T>
    static constexpr bool holds(const T& value) noexcept {
        if constexpr (std::is_integral_v<T>) {
            return value % Step.template as<T>() == 0;
        } else if constexpr (detail::exact_number<T>) {
            return (value % Step.template as<T>()).is_zero();
        } else {
            auto number = static_cast<double>(value);
            constexpr double step = Step.template as<double>();
            double rest = std::abs(std::fmod(number, step));
            double tolerance = std::abs(number) / 1e9;
            return rest <= tolerance || std::abs(rest - step) <= tolerance;
        }
    }
    template <class T>
    static text_problem problem(const T&) {
        return detail::bound_problem("multiple_of", "a multiple of ", "multiple_of", detail::number_as<T>(Step));
    }
};

/// A text of at least this many characters (code points).
template <std::size_t Limit>
struct min_length : detail::text_constraint<Limit> {
    static constexpr std::string_view keyword = "minLength";
    static constexpr int turn = 5;
    static constexpr bool holds(std::string_view text) noexcept {
        // Without counting where bytes alone can tell.
        return text.size() >= Limit && (text.size() >= Limit * 4 || detail::code_points(text) >= Limit);
    }
    static text_problem problem(std::string_view) { return detail::length_problem(true, Limit); }
};
/// A text of at most this many characters (code points).
template <std::size_t Limit>
struct max_length : detail::text_constraint<Limit> {
    static constexpr std::string_view keyword = "maxLength";
    static constexpr int turn = 6;
    static constexpr bool holds(std::string_view text) noexcept {
        return text.size() <= Limit || (text.size() / 4 <= Limit && detail::code_points(text) <= Limit);
    }
    static text_problem problem(std::string_view) { return detail::length_problem(false, Limit); }
};

/// A list, set or map of at least this many elements.
template <std::size_t Limit>
struct min_items : detail::items_constraint<Limit> {
    static constexpr std::string_view keyword = "minItems";
    static constexpr int turn = 8;
    template <class T>
    static constexpr bool holds(const T& items) noexcept {
        return items.size() >= Limit;
    }
    template <class T>
    static text_problem problem(const T& items) {
        return detail::items_problem(detail::field_type_words<T>(), true, Limit, json(items.size()));
    }
};
/// A list, set or map of at most this many elements. A list that came with more is refused before any of them is read.
template <std::size_t Limit>
struct max_items : detail::items_constraint<Limit> {
    static constexpr std::string_view keyword = "maxItems";
    static constexpr int turn = 9;
    static constexpr std::size_t most_items = Limit;
    template <class T>
    static constexpr bool holds(const T& items) noexcept {
        return items.size() <= Limit;
    }
    template <class T>
    static text_problem problem(const T& items) {
        constexpr bool counted = !json_map_or_set<T>;
        return detail::items_problem(detail::field_type_words<T>(), false, Limit,
                                     counted ? json(items.size()) : json());
    }

private:
    template <class T>
    static constexpr bool json_map_or_set = detail::json_map<T> || detail::is_json_set<T>;
};

/// A list of which no two elements are the same. Elements are compared with <. Cost: as sorting.
struct unique_items {
    static constexpr std::string_view keyword = "uniqueItems";
    static constexpr int turn = 10;
    static json schema() { return json(true); }
    template <class T>
    static consteval bool suits() {
        constexpr bool list = detail::json_list<T>;
        static_assert(list, "coracle: unique_items is for lists");
        if constexpr (list) {
            constexpr bool ordered = requires(const typename T::value_type& a) { bool(a < a); };
            static_assert(ordered, "coracle: the elements of a list with unique_items must have <");
            return ordered;
        }
        return false;
    }
    template <class T>
    static bool holds(const T& items) {
        using element = typename T::value_type;
        std::vector<const element*> order;
        if constexpr (std::same_as<element, bool>) {
            return items.size() <= 1 || (items.size() == 2 && items[0] != items[1]);
        } else {
            order.reserve(items.size());
            for (const element& each : items) order.push_back(&each);
            std::sort(order.begin(), order.end(), [](const element* a, const element* b) { return *a < *b; });
            return std::adjacent_find(order.begin(), order.end(),
                                      [](const element* a, const element* b) { return !(*a < *b); }) == order.end();
        }
    }
    template <class T>
    static text_problem problem(const T&) {
        // The words of pydantic's documentation: it has no such constraint of its own any more.
        return {"unique_list", "List must be unique", {}};
    }
};

/// Nothing but what JSON itself calls a number, a boolean or a string: no "1" for 1, no 1.0 for an integer, no 1 for
/// true. In a path or a query, the word is spelled as JSON spells it.
struct strict {
    static constexpr std::string_view keyword = "";
    static constexpr int turn = 0;
    static json schema() { return {}; }
    template <class T>
    static consteval bool suits() {
        constexpr bool can = std::is_arithmetic_v<T> || detail::countable_text<T>;
        static_assert(can, "coracle: strict is for numbers, bool and std::string");
        return can;
    }
    template <class T>
    static constexpr bool holds(const T&) noexcept {
        return true;
    }
    template <class T>
    static text_problem problem(const T&) {
        return {};
    }
};

}  // namespace coracle
