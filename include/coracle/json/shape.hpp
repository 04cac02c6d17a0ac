// shape: which form a C++ type takes in JSON. One answer for converting, writing and reading.
#pragma once

#include <coracle/json/enum_names.hpp>
#include <coracle/json/instant.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/value.hpp>

#include <array>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle::detail {

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... A>
inline constexpr bool is_a<Template<A...>, Template> = true;

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

/// Null when there is nothing, else what it holds.
template <class T>
concept json_nullable = is_a<T, std::optional> || is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>;

/// Members in the order of iteration, with text for names.
template <class T>
concept json_map = requires(const T& map) {
    typename T::key_type;
    typename T::mapped_type;
    map.begin() != map.end();
} && std::convertible_to<const typename T::key_type&, std::string_view>;

/// Elements in the order of iteration. Not a path, whose elements are paths again.
template <class T>
concept json_list = !json_text<T> && !json_map<T> && !std::derived_from<T, json> && requires(const T& list) {
    typename T::value_type;
    list.begin() != list.end();
    static_cast<const typename T::value_type&>(*list.begin());
};

/// A list without a last place: pydantic calls it a set.
template <class T>
inline constexpr bool is_json_set = !requires(T& list) { list.push_back(std::declval<typename T::value_type>()); };

/// Elements in the order of the types.
template <class T>
concept json_tuple = is_a<T, std::tuple> || is_a<T, std::pair>;

/// Members by reflection: what is an aggregate and nothing of the above.
template <class T>
concept json_struct = reflect::aggregate<T> && no_probe<T> && !is_std_array<T> && !json_list<T> && !json_map<T>;

/// A value with constraints (checked.hpp): in JSON it is what it holds.
template <class T>
concept checked_type = requires { typename T::checked_value; };

/// One word that reads and writes itself: `static std::optional<T> from_text(std::string_view, text_problem&)`,
/// `std::string to_text() const`, and `static text_problem not_a_text()` for JSON that is no string.
template <class T>
concept spelled = requires(const T& value) {
    { value.to_text() } -> std::same_as<std::string>;
    T::not_a_text();
};

/// One that is also read from a number, `static std::optional<T> from_number(const json&, text_problem&)`: a decimal.
template <class T>
concept exact_number = spelled<T> && requires { &T::from_number; };

/// A member that may be absent (patch.hpp).
template <class T>
concept patch_type = requires { typename T::patched_value; };

/// A type with a function `json to_json(const T&)` beside it, which then says what it is written as.
template <class T>
concept describes_itself = requires(const T& value) {
    { to_json(value) } -> std::same_as<json>;
};

}  // namespace coracle::detail
