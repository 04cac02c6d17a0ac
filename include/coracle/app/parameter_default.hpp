// parameter_default: a default that stands in the type of a parameter: header<"x-depth", int, 10>.
#pragma once

#include <coracle/base/fixed_string.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace coracle {

/// A number, a bool, an enumerator or a text literal as a template argument.
template <class T>
struct parameter_default {
    T value;
    consteval parameter_default(T of) noexcept : value(of) {}
    constexpr T get() const noexcept { return value; }
};
template <std::size_t N>
struct parameter_default<fixed_string<N>> {
    fixed_string<N> value;
    consteval parameter_default(const char (&literal)[N]) noexcept : value(literal) {}
    std::string get() const { return std::string(value.view()); }
};
template <std::size_t N>
parameter_default(const char (&)[N]) -> parameter_default<fixed_string<N>>;
template <class T>
parameter_default(T) -> parameter_default<T>;

namespace detail {

template <class T>
concept written_number = std::is_arithmetic_v<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

/// Whether a T is made from this default without losing anything.
template <class T, parameter_default Default>
struct default_fits {
    using given = decltype(Default.get());
    static consteval bool look() {
        if constexpr (std::same_as<T, given>)
            return true;
        else if constexpr (std::same_as<T, bool> || std::is_enum_v<T>)
            return false;
        else if constexpr (std::integral<T>)
            return []<class G>(G value) {
                if constexpr (std::integral<G> && written_number<G>)
                    return std::in_range<T>(value);
                else
                    return false;
            }(Default.value);
        else if constexpr (std::floating_point<T>)
            return written_number<given>;
        else
            return std::constructible_from<T, given>;
    }
    static constexpr bool value = look();
};
template <class T, parameter_default Default>
struct default_fits<std::optional<T>, Default> : default_fits<T, Default> {};

}  // namespace detail

}  // namespace coracle
