// result<T, E>: a value, or the reason why there is none. What coracle uses of C++23's std::expected.
#pragma once

#include <coracle/base/assert.hpp>

#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle {

/// Wraps an error on its way into a result: `return failure(refusal::bad_method);`
template <class E>
struct failure {
    E error;
    constexpr explicit failure(E e) : error(std::move(e)) {}
};

/// A value of type T, or an error of type E. `if (r) use(*r); else report(r.error());`
template <class T, class E = std::error_code>
class [[nodiscard("the result may hold an error: look before you go on")]] result {
public:
    using value_type = T;
    using error_type = E;

    constexpr result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    constexpr result(failure<E> why) : state_(std::in_place_index<1>, std::move(why.error)) {}

    constexpr bool has_value() const noexcept { return state_.index() == 0; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    constexpr T& operator*() & noexcept { return *value_address(); }
    constexpr const T& operator*() const& noexcept { return *value_address(); }
    constexpr T&& operator*() && noexcept { return std::move(*value_address()); }
    constexpr T* operator->() noexcept { return value_address(); }
    constexpr const T* operator->() const noexcept { return value_address(); }

    constexpr const E& error() const noexcept {
        CORACLE_ASSERT(!has_value());
        return *std::get_if<1>(&state_);
    }
    template <class U>
    constexpr T value_or(U&& other) const& {
        return has_value() ? **this : static_cast<T>(std::forward<U>(other));
    }

private:
    constexpr T* value_address() noexcept {
        CORACLE_ASSERT(has_value());
        return std::get_if<0>(&state_);
    }
    constexpr const T* value_address() const noexcept {
        CORACLE_ASSERT(has_value());
        return std::get_if<0>(&state_);
    }
    std::variant<T, E> state_;
};

/// Success without a value, or an error. `return {};` is success.
template <class E>
class [[nodiscard("the result may hold an error: look before you go on")]] result<void, E> {
public:
    using value_type = void;
    using error_type = E;

    constexpr result() noexcept = default;
    constexpr result(failure<E> why) : error_(std::move(why.error)), failed_(true) {}

    constexpr bool has_value() const noexcept { return !failed_; }
    constexpr explicit operator bool() const noexcept { return !failed_; }
    constexpr const E& error() const noexcept {
        CORACLE_ASSERT(failed_);
        return error_;
    }

private:
    E error_{};
    bool failed_ = false;
};

}  // namespace coracle
