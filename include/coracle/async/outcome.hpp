// outcome<T>: what became of a task: its value, or the exception that ended it.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/error_text.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle {

namespace async {

// What stands for T where an object has to: std::monostate for void, std::reference_wrapper for T&.
template <class T>
struct element_of {
    using type = value_of<T>;
};
template <class T>
struct element_of<T&> {
    using type = std::reference_wrapper<T>;
};

}  // namespace async

/// `for (outcome<page>& each : pages) if (each) use(*each); else log(each.error_text());`
template <class T>
class [[nodiscard]] outcome {
public:
    using value_type = T;
    using element = typename async::element_of<T>::type;

    explicit outcome(element value) noexcept(std::is_nothrow_move_constructible_v<element>)
        : held_(std::in_place_index<0>, std::move(value)) {}
    /// in: not null.
    static outcome failed(std::exception_ptr error) noexcept {
        CORACLE_ASSERT(error != nullptr);
        return outcome(failure_mark(), std::move(error));
    }
    /// That of a task which is done; takes its value.
    static outcome of(task<T>& ended) noexcept {
        if (std::exception_ptr error = ended.error()) return failed(std::move(error));
        try {
            if constexpr (std::is_void_v<T>) {
                ended.result();
                return outcome(std::monostate());
            } else {
                return outcome(element(ended.result()));
            }
        } catch (...) {
            return failed(std::current_exception());  // the value could not be moved
        }
    }

    bool ok() const noexcept { return held_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }
    /// It ended because it was cancelled, and not by a failure of its own.
    bool cancelled() const noexcept { return !ok() && async::is_cancellation(std::get<1>(held_)); }

    /// The value, std::monostate for a task<>. Error: the exception, thrown on.
    decltype(auto) value() & { return checked(*this); }
    decltype(auto) value() const& { return checked(*this); }
    decltype(auto) value() && { return checked(std::move(*this)); }

    /// The value of one that is ok().
    decltype(auto) operator*() & noexcept { return unchecked(*this); }
    decltype(auto) operator*() const& noexcept { return unchecked(*this); }
    decltype(auto) operator*() && noexcept { return unchecked(std::move(*this)); }
    auto* operator->() noexcept { return std::addressof(unchecked(*this)); }
    auto* operator->() const noexcept { return std::addressof(unchecked(*this)); }

    /// Null when it is ok().
    std::exception_ptr error() const noexcept { return ok() ? nullptr : std::get<1>(held_); }
    /// What the exception says; empty when it is ok().
    std::string error_text() const { return cancelled() ? "cancelled" : coracle::error_text(error()); }

private:
    struct failure_mark {};
    outcome(failure_mark, std::exception_ptr error) noexcept : held_(std::in_place_index<1>, std::move(error)) {}

    template <class Self>
    static decltype(auto) checked(Self&& self) {
        if (!self.ok()) std::rethrow_exception(std::get<1>(self.held_));
        return unchecked(std::forward<Self>(self));
    }
    template <class Self>
    static decltype(auto) unchecked(Self&& self) noexcept {
        CORACLE_ASSERT(self.ok());
        auto& element = *std::get_if<0>(&self.held_);
        if constexpr (std::is_reference_v<T>)
            return static_cast<T>(element.get());
        else if constexpr (std::is_lvalue_reference_v<Self>)
            return (element);
        else
            return std::move(element);
    }

    std::variant<element, std::exception_ptr> held_;
};

}  // namespace coracle
