// tagged: by what the alternatives of a variant of structs are told apart: a member of the same name in each, which is
// a literal: struct cat { literal<"cat"> kind; }; struct dog { literal<"dog"> kind; }. OpenAPI's discriminator.
#pragma once

#include <coracle/json/literal.hpp>
#include <coracle/json/member_name.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/shape.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle::detail {

template <class T>
inline constexpr bool is_literal = false;
template <fixed_string... Text>
inline constexpr bool is_literal<literal<Text...>> = true;

/// Which member of T is a literal called `name`; the number of members when none is.
template <class T>
consteval std::size_t literal_called(std::string_view name) {
    std::size_t found = reflect::field_count<T>;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((found = is_literal<std::remove_cv_t<reflect::field_type<T, I>>> && member_name<T, I> == name ? I : found),
         ...);
    }(std::make_index_sequence<reflect::field_count<T>>{});
    return found;
}

/// The name of the member that is a literal in all of them; nothing when there is none.
template <class First, class... Others>
consteval std::string_view common_literal() {
    std::string_view name;
    for (std::string_view each : member_names<First>)
        if (name.empty() && literal_called<First>(each) < reflect::field_count<First> &&
            ((literal_called<Others>(each) < reflect::field_count<Others>) && ...))
            name = each;
    return name;
}

template <class T>
struct variant_tag {
    static constexpr std::string_view name{};
};
template <class... T>
    requires(sizeof...(T) > 1 && (json_struct<T> && ...))
struct variant_tag<std::variant<T...>> {
    static constexpr std::string_view name = common_literal<T...>();
};

/// A variant whose alternatives are told apart by a tag.
template <class T>
concept tagged_variant = !variant_tag<T>::name.empty();

/// The texts of the tag that is this member of T.
template <class T, std::size_t Member>
inline constexpr auto& tags = std::remove_cv_t<reflect::field_type<T, Member>>::values;

}  // namespace coracle::detail
