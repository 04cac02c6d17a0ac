// decimal_limits: constraints of a checked<decimal, ...>: how many digits it has.
// pydantic 2.14 for words and order; JSON Schema has no word for them.
#pragma once

#include <coracle/json/decimal.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace coracle {

/// At most so many digits, of which Places are behind the point: max_digits<8, 2> is SQL's numeric(8, 2).
template <std::size_t Total, std::size_t Places = static_cast<std::size_t>(-1)>
struct max_digits {
    static constexpr std::string_view keyword = "";
    static constexpr int turn = -2;
    static_assert(Places > Total ? Places == static_cast<std::size_t>(-1) : true,
                  "coracle: max_digits<8, 2> has eight digits, two of them behind the point");
    static json schema() { return {}; }
    template <class T>
    static consteval bool suits() {
        constexpr bool is_decimal = std::same_as<T, decimal>;
        static_assert(is_decimal, "coracle: max_digits and decimal_places are for decimal");
        return is_decimal;
    }
    static constexpr bool holds(const decimal& value) noexcept {
        auto [digits, places] = value.measure();
        if (digits > Total || places > Places) return false;
        return Places > Total || digits - (digits < places ? digits : places) <= Total - Places;
    }
    static text_problem problem(const decimal& value) {
        auto [digits, places] = value.measure();
        if (digits > Total) return told("decimal_max_digits", Total, " digit", " in total", "max_digits");
        if (places > Places) return told("decimal_max_places", Places, " decimal place", "", "decimal_places");
        return told("decimal_whole_digits", Total - Places, " digit", " before the decimal point", "whole_digits");
    }
    [[gnu::cold]] static text_problem told(std::string_view type, std::size_t limit, std::string_view what,
                                           std::string_view where, const char* name) {
        text_problem made{type, "Decimal input should have no more than ", json{{name, limit}}};
        made.msg.append(std::to_string(limit)).append(what).append(limit == 1 ? "" : "s").append(where);
        return made;
    }
};

/// At most so many digits behind the point; zeros at the end do not count.
template <std::size_t Places>
struct decimal_places {
    static constexpr std::string_view keyword = "";
    static constexpr int turn = -1;
    static json schema() { return {}; }
    template <class T>
    static consteval bool suits() {
        return max_digits<decimal::most_digits>::suits<T>();
    }
    static constexpr bool holds(const decimal& value) noexcept { return value.measure().places <= Places; }
    static text_problem problem(const decimal&) {
        return max_digits<Places>::told("decimal_max_places", Places, " decimal place", "", "decimal_places");
    }
};

}  // namespace coracle
