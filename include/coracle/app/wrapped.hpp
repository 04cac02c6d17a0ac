// wrapped: a value in a handler parameter whose type also says where in the request it comes from: header<"if-match">,
// query<filter>, json_body<item>.
#pragma once

#include <coracle/json/value.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace coracle {

/// Holds a T and stands for it: `*tag`, `in->name`, and as const T& without a word. Made from a T, so that a handler
/// can be called without a request: `update(1, "\"v2\"")`.
template <class T>
class wrapped {
public:
    using value_type = T;

    wrapped() = default;
    template <class U>
        requires(std::convertible_to<U, T> && !std::derived_from<std::remove_cvref_t<U>, wrapped>)
    wrapped(U&& value) : value_(std::forward<U>(value)) {}

    T& operator*() noexcept { return value_; }
    const T& operator*() const noexcept { return value_; }
    T* operator->() noexcept { return &value_; }
    const T* operator->() const noexcept { return &value_; }
    operator const T&() const noexcept { return value_; }

    /// In JSON it is its value.
    friend json to_json(const wrapped& of) { return json(of.value_); }

private:
    T value_{};
};

}  // namespace coracle
