// bound: a number as a template argument: minimum<1>, maximum<0.5>, multiple_of<18'000'000'000'000'000'000u>.
// Kept as its bits: clang takes floating point template arguments only since release 18.
#pragma once

#include <coracle/json/value.hpp>

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace coracle {

/// A number that is known when the program is compiled.
struct bound {
    enum class kind : unsigned char { integer, unsigned_integer, number };
    std::uint64_t bits;
    kind held;

    template <class T>
        requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>)
    consteval bound(T value) noexcept {
        if constexpr (std::is_floating_point_v<T>) {
            bits = std::bit_cast<std::uint64_t>(static_cast<double>(value));
            held = kind::number;
        } else {
            bits = static_cast<std::uint64_t>(value);
            held = std::in_range<std::int64_t>(value) ? kind::integer : kind::unsigned_integer;
        }
    }

    constexpr bool is_integer() const noexcept { return held != kind::number; }
    constexpr bool is_positive() const noexcept {
        if (held == kind::number) return std::bit_cast<double>(bits) > 0;
        return held == kind::unsigned_integer || static_cast<std::int64_t>(bits) > 0;
    }
    /// Whether an integer type can hold it.
    template <class T>
    constexpr bool fits() const noexcept {
        if (held == kind::number) return false;
        if (held == kind::unsigned_integer) return std::in_range<T>(bits);
        return std::in_range<T>(static_cast<std::int64_t>(bits));
    }
    /// The nearest T.
    template <class T>
    constexpr T as() const noexcept {
        if (held == kind::number) return static_cast<T>(std::bit_cast<double>(bits));
        if (held == kind::unsigned_integer) return static_cast<T>(bits);
        return static_cast<T>(static_cast<std::int64_t>(bits));
    }
    json to_json() const {
        if (held == kind::number) return json(as<double>());
        return held == kind::integer ? json(as<std::int64_t>()) : json(bits);
    }
};

}  // namespace coracle
