// patch: a member that may be absent, null, or a value, and tells which: what PATCH needs.
// RFC 7396 (JSON Merge Patch): absent means leave it, null means remove it.
#pragma once

#include <coracle/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace coracle {

/// `struct change { patch<std::string> name; };` then `if (in.name.has_value()) to.name = *in.name;`. Never required
/// when it is read; left out when it is written while absent.
template <class T>
class patch {
public:
    using value_type = T;
    using patched_value = T;

    patch() noexcept = default;
    patch(std::nullptr_t) noexcept : present_(true) {}
    patch(std::nullopt_t) noexcept : present_(true) {}
    template <class U = T>
        requires(!std::same_as<std::remove_cvref_t<U>, patch> && std::convertible_to<U, T> &&
                 detail::no_probe<std::remove_cvref_t<U>>)
    patch(U&& value) : value_(std::in_place, std::forward<U>(value)), present_(true) {}

    /// Whether it was there at all, as null or as a value.
    bool present() const noexcept { return present_; }
    bool is_null() const noexcept { return present_ && !value_; }
    bool has_value() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }
    /// in: has_value().
    T& operator*() noexcept { return *value_; }
    const T& operator*() const noexcept { return *value_; }
    T* operator->() noexcept { return &*value_; }
    const T* operator->() const noexcept { return &*value_; }
    template <class U>
    T value_or(U&& other) const {
        return value_.value_or(std::forward<U>(other));
    }
    /// Puts what is present into `to`: the value, or for null a T{} (an empty optional for an optional). True when
    /// there was something.
    template <class U>
    bool apply_to(U& to) const {
        if (!present_) return false;
        if (value_)
            to = *value_;
        else
            to = U{};
        return true;
    }
    /// A value to fill in, present from now on.
    T& emplace() {
        present_ = true;
        return value_.emplace();
    }

    friend bool operator==(const patch&, const patch&) = default;

private:
    std::optional<T> value_{};
    bool present_ = false;
};

}  // namespace coracle
