// checked: a value that was looked at before it came here: checked<int, minimum<1>, maximum<100>>. A parameter of a
// handler, an element of a list, or a member of a struct; in JSON it is what it holds.
// JSON Schema 2020-12, validation, section 6 (the constraints, in constraint.hpp).
#pragma once

#include <coracle/json/constraint.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle {

namespace detail {

[[noreturn, gnu::cold]] inline void throw_unfit(const text_problem& why) {
    throw std::invalid_argument("coracle: a value does not fit its constraints: " + why.msg);
}

/// From one number type to another, as written: nothing is lost in silence.
template <class T, class U>
constexpr T number_from(U value) {
    if constexpr (std::is_integral_v<T>) {
        if (!std::in_range<T>(value)) throw std::invalid_argument("coracle: a value does not fit its integer type");
    }
    return static_cast<T>(value);
}

template <class U, class T>
concept becomes = std::convertible_to<U, T> && no_probe<std::remove_cvref_t<U>> &&
                  !(std::is_integral_v<T> && std::is_floating_point_v<std::remove_cvref_t<U>>);

template <class T, class... C>
consteval std::size_t most_items_of() {
    std::size_t most = static_cast<std::size_t>(-1);
    [[maybe_unused]] auto look = [&]<class One>(std::type_identity<One>) {
        if constexpr (requires { One::most_items; })
            if (One::most_items < most) most = One::most_items;
    };
    (look(std::type_identity<C>{}), ...);
    return most;
}

}  // namespace detail

/// A T that fits all of the constraints. Made without a value it is whatever a T is then: 0, "", or indeterminate.
/// Made from a value: std::invalid_argument when that does not fit; in a constant expression, it does not compile.
template <class T, class... Constraint>
class checked {
    // Looked at here, so that a wrong constraint is told once, and where the type is written.
    static_assert((static_cast<void>(Constraint::template suits<T>()), ..., true));

public:
    using value_type = T;
    using checked_value = T;

    checked() = default;
    template <class U = T>
        requires(!std::same_as<std::remove_cvref_t<U>, checked> && detail::becomes<U, T>)
    constexpr checked(U&& value) : value_(convert(std::forward<U>(value))) {
        look();
    }
    template <class E>
        requires(std::constructible_from<T, std::initializer_list<E>> && detail::countable_items<T>)
    constexpr checked(std::initializer_list<E> elements) : value_(elements) {
        look();
    }

    constexpr const T& operator*() const noexcept { return value_; }
    constexpr const T* operator->() const noexcept { return &value_; }
    constexpr operator const T&() const noexcept { return value_; }
    constexpr const T& value() const noexcept { return value_; }
    /// The value itself, out of a checked that is no longer needed.
    constexpr T take() && noexcept { return std::move(value_); }

    template <std::same_as<checked> U>
    friend constexpr bool operator==(const checked& a, const U& b) {
        return a.value_ == b.value_;
    }
    using compared = std::conditional_t<std::same_as<T, std::string>, std::string_view, T>;
    friend constexpr bool operator==(const checked& a, const compared& b) { return a.value_ == b; }
    template <std::same_as<checked> U>
    friend constexpr bool operator<(const checked& a, const U& b) {
        return a.value_ < b.value_;
    }

    /// Whether a T fits.
    static constexpr bool fits(const T& value) {
        if constexpr (suitable()) return (Constraint::holds(value) && ...);
        return true;
    }
    /// The checked value; nothing, and why, when it does not fit.
    static std::optional<checked> make(T value, text_problem& why) {
        if (fits(value)) [[likely]] {
            std::optional<checked> made(std::in_place);
            made->value_ = std::move(value);
            return made;
        }
        why = problem_of(value);
        return std::nullopt;
    }
    /// Calls visit(keyword, json) for each constraint that JSON Schema has a word for, in the order they are written.
    template <class Visit>
    static void for_each_constraint(Visit&& visit) {
        [[maybe_unused]] auto one = [&]<class C>(std::type_identity<C>) {
            if constexpr (!C::keyword.empty()) visit(std::string_view(C::keyword), C::schema());
        };
        (one(std::type_identity<Constraint>{}), ...);
    }
    static constexpr bool is_strict = (std::same_as<Constraint, strict> || ...);
    static constexpr bool is_bounded = (!std::same_as<Constraint, strict> || ...);
    static constexpr std::size_t most_items = detail::most_items_of<T, Constraint...>();

private:
    static consteval bool suitable() { return (Constraint::template suits<T>() && ...); }
    template <class U>
    static constexpr T convert(U&& value) {
        if constexpr (std::is_arithmetic_v<T> && std::is_arithmetic_v<std::remove_cvref_t<U>> &&
                      !std::same_as<T, bool> && !std::same_as<std::remove_cvref_t<U>, bool>)
            return detail::number_from<T>(value);
        else
            return std::forward<U>(value);
    }
    constexpr void look() const {
        if (fits(value_)) [[likely]]
            return;
        if (std::is_constant_evaluated()) throw "coracle: this constant does not fit the constraints of its type";
        detail::throw_unfit(problem_of(value_));
    }
    [[gnu::cold]] static text_problem problem_of(const T& value) {
        text_problem why;
        if constexpr (suitable()) {
            int turn = 1000;
            [[maybe_unused]] auto one = [&]<class C>(std::type_identity<C>) {
                if (C::turn >= turn || C::holds(value)) return;
                turn = C::turn;
                why = C::problem(value);
            };
            (one(std::type_identity<Constraint>{}), ...);
        }
        return why;
    }

    T value_;  // without an initialiser, so that `= 0` of a member can be told from nothing (field_default.hpp)
};

}  // namespace coracle
