// alternative: what stands in `loc` for the alternative of a variant that an issue is about: "int", "list[Cat]", "cat".
// The names are pydantic's.
#pragma once

#include <coracle/json/reflect.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/tagged.hpp>
#include <coracle/json/type_name.hpp>
#include <coracle/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle::detail {

template <class T>
std::string alternative_name();

[[gnu::cold]] inline std::string bracketed(std::string name, std::string_view inside) {
    return name.append("[").append(inside).append("]");
}
[[gnu::cold]] inline void append_listed(std::string& all, std::string_view next, std::string_view comma) {
    all.append(all.empty() ? "" : comma).append(next);
}
template <class T, std::size_t... I>
[[gnu::cold]] std::string element_names(std::string_view comma, std::index_sequence<I...>) {
    std::string all;
    if constexpr (is_a<T, std::variant>)
        (append_listed(all, alternative_name<std::variant_alternative_t<I, T>>(), comma), ...);
    else
        (append_listed(all, alternative_name<std::tuple_element_t<I, T>>(), comma), ...);
    return all;
}
/// A tagged one says the name of an alternative for each of its tags.
template <class T, std::size_t... I>
[[gnu::cold]] std::string tagged_names(std::index_sequence<I...>) {
    std::string all;
    auto add = [&]<class One>(std::type_identity<One>) {
        for (std::size_t n = tags<One, literal_called<One>(variant_tag<T>::name)>.size(); n != 0; --n)
            append_listed(all, alternative_name<One>(), ",");
    };
    (add(std::type_identity<std::variant_alternative_t<I, T>>{}), ...);
    return all;
}

template <class T>
[[gnu::cold]] std::string alternative_name() {
    if constexpr (checked_type<T>) {
        using value_type = typename T::checked_value;
        bool bounded = (std::is_arithmetic_v<value_type> && !std::same_as<value_type, bool>) ||
                       std::same_as<value_type, std::string>;
        return (bounded && T::is_bounded ? "constrained-" : "") + alternative_name<value_type>();
    } else if constexpr (std::same_as<T, bool>) {
        return "bool";
    } else if constexpr (std::same_as<T, std::string> || std::same_as<T, char>) {
        return "str";
    } else if constexpr (std::is_integral_v<T>) {
        return "int";
    } else if constexpr (std::is_floating_point_v<T>) {
        return "float";
    } else if constexpr (std::same_as<T, std::monostate>) {
        return "none";
    } else if constexpr (std::derived_from<T, json>) {
        return "any";
    } else if constexpr (requires { T::called; }) {
        return std::string(T::called);
    } else if constexpr (requires { T::values; } && spelled<T>) {
        std::string all;
        for (std::string_view text : T::values) append_listed(all, "'" + std::string(text) + "'", ",");
        return bracketed("literal", all);
    } else if constexpr (std::is_enum_v<T>) {
        return bracketed("enum", reflect::type_name<T>());
    } else if constexpr (time_type<T>) {
        return is_duration<T> ? "timedelta" : date_type<T> ? "date" : "datetime";
    } else if constexpr (json_nullable<T>) {
        return bracketed("nullable", alternative_name<std::remove_cvref_t<decltype(*std::declval<T&>())>>());
    } else if constexpr (tagged_variant<T>) {
        return bracketed("tagged-union", tagged_names<T>(std::make_index_sequence<std::variant_size_v<T>>{}));
    } else if constexpr (is_a<T, std::variant>) {
        return bracketed("union", element_names<T>(",", std::make_index_sequence<std::variant_size_v<T>>{}));
    } else if constexpr (json_tuple<T>) {
        return bracketed("tuple", element_names<T>(", ", std::make_index_sequence<std::tuple_size_v<T>>{}));
    } else if constexpr (json_map<T>) {
        return bracketed("dict", "str," + alternative_name<typename T::mapped_type>());
    } else if constexpr (json_list<T>) {
        return bracketed(is_json_set<T> && !is_std_array<T> ? "set" : "list",
                         alternative_name<typename T::value_type>());
    } else {
        return reflect::type_name<T>();
    }
}

/// How many alternatives of a variant there are to be told apart: null, a std::monostate, is none.
template <class V>
inline constexpr std::size_t told_alternatives = 0;
template <class... T>
inline constexpr std::size_t told_alternatives<std::variant<T...>> =
    (std::size_t{!std::same_as<T, std::monostate>} + ...);

}  // namespace coracle::detail
