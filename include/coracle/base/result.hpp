// result<T, E>: a value, or the reason why there is none. What coracle uses of C++23's std::expected.
#pragma once

#include <coracle/base/assert.hpp>

#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>

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

    constexpr result(T value) : value_(std::move(value)), has_value_(true) {}
    constexpr result(failure<E> why) : error_(std::move(why.error)), has_value_(false) {}

    constexpr result(const result&)
        requires(std::is_trivially_copy_constructible_v<T> && std::is_trivially_copy_constructible_v<E>)
    = default;
    constexpr result(const result& other)
        requires(!(std::is_trivially_copy_constructible_v<T> && std::is_trivially_copy_constructible_v<E>) &&
                 std::is_copy_constructible_v<T> && std::is_copy_constructible_v<E>)
        : has_value_(other.has_value_) {
        if (has_value_)
            std::construct_at(std::addressof(value_), other.value_);
        else
            std::construct_at(std::addressof(error_), other.error_);
    }
    constexpr result(result&&)
        requires(std::is_trivially_move_constructible_v<T> && std::is_trivially_move_constructible_v<E>)
    = default;
    constexpr result(result&& other) noexcept
        requires(!(std::is_trivially_move_constructible_v<T> && std::is_trivially_move_constructible_v<E>))
        : has_value_(other.has_value_) {
        take(other);
    }
    constexpr result& operator=(const result& other)
        requires(std::is_copy_constructible_v<T> && std::is_copy_constructible_v<E>)
    {
        if (this != &other) {
            result copy(other);  // so that a copy that throws leaves this as it was
            destroy();
            has_value_ = copy.has_value_;
            take(copy);
        }
        return *this;
    }
    constexpr result& operator=(result&& other) noexcept {
        if (this != &other) {
            destroy();
            has_value_ = other.has_value_;
            take(other);
        }
        return *this;
    }
    constexpr ~result()
        requires(std::is_trivially_destructible_v<T> && std::is_trivially_destructible_v<E>)
    = default;
    constexpr ~result() { destroy(); }

    constexpr bool has_value() const noexcept { return has_value_; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    constexpr T& operator*() & noexcept { return *value_address(); }
    constexpr const T& operator*() const& noexcept { return *value_address(); }
    constexpr T&& operator*() && noexcept { return std::move(*value_address()); }
    constexpr T* operator->() noexcept { return value_address(); }
    constexpr const T* operator->() const noexcept { return value_address(); }

    constexpr const E& error() const noexcept {
        CORACLE_ASSERT(!has_value());
        return error_;
    }
    template <class U>
    constexpr T value_or(U&& other) const& {
        return has_value() ? **this : static_cast<T>(std::forward<U>(other));
    }

private:
    static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_constructible_v<E>);

    constexpr T* value_address() noexcept {
        CORACLE_ASSERT(has_value_);
        return std::addressof(value_);
    }
    constexpr const T* value_address() const noexcept {
        CORACLE_ASSERT(has_value_);
        return std::addressof(value_);
    }
    constexpr void take(result& other) noexcept {
        if (has_value_)
            std::construct_at(std::addressof(value_), std::move(other.value_));
        else
            std::construct_at(std::addressof(error_), std::move(other.error_));
    }
    constexpr void destroy() noexcept {
        if (has_value_)
            std::destroy_at(std::addressof(value_));
        else
            std::destroy_at(std::addressof(error_));
    }

    // Not std::variant, which costs every program that includes it compile time for each pair of types.
    union {
        T value_;
        E error_;
    };
    bool has_value_;
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
