// error_handlers: what on_error and on_status have registered with an app or a router.
#pragma once

#include <coracle/app/http_error.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

/// The answers to exceptions, by their type, and to errors, by their status.
class error_handlers {
public:
    bool empty() const noexcept { return by_type_.empty() && by_status_.empty(); }

    /// in: E, an exception's type or a base of it; what answers it: `response(const E&)`, `response(const E&,
    /// request&)`, or a coroutine of these. A derived type's answer goes before that of its base, whatever the order.
    template <class E, class F>
    void on_error(F answer) {
        static_assert(std::is_invocable_v<F&, const E&> || std::is_invocable_v<F&, const E&, request&>,
                      "coracle: on_error<E> takes a function of (const E&) or of (const E&, request&)");
        by_type entry;
        // A pointer to a derived type is caught as a pointer to its base: so the order is found without an exception
        // of either type.
        // NOLINTBEGIN(misc-throw-by-value-catch-by-reference)
        entry.throw_pointer = [] { throw static_cast<const E*>(nullptr); };
        entry.is_base_of = [](void (*throw_pointer)()) noexcept {
            try {
                throw_pointer();
            } catch (const E*) {
                return true;
            } catch (...) {
            }
            return false;
        };
        // NOLINTEND(misc-throw-by-value-catch-by-reference)
        entry.answer = [answer = std::move(answer)](const std::exception_ptr& error,
                                                    request& asked) mutable -> std::optional<task<response>> {
            try {
                std::rethrow_exception(error);
            } catch (const E& known) {
                // The exception lives as long as `error` does, which is until the answer is there.
                if constexpr (std::is_invocable_v<F&, const E&, request&>)
                    return later(answer(known, asked));
                else
                    return later(answer(known));
            } catch (...) {
                return std::nullopt;
            }
        };
        std::size_t at = 0;
        while (at < by_type_.size() && !by_type_[at].is_base_of(entry.throw_pointer)) ++at;
        by_type_.insert(by_type_.begin() + static_cast<std::ptrdiff_t>(at), std::move(entry));
    }

    /// in: what answers an error with this status: `response()`, `response(request&)`, `response(request&, const
    /// http_error&)`, or a coroutine of these.
    template <class F>
    void on_status(int status, F answer) {
        by_status entry{status, {}};
        entry.answer = [answer = std::move(answer)](const http_error& error, request& asked) mutable {
            if constexpr (std::is_invocable_v<F&, request&, const http_error&>)
                return later(answer(asked, error));
            else if constexpr (std::is_invocable_v<F&, request&>)
                return later(answer(asked));
            else
                return later(answer());
        };
        by_status_.push_back(std::move(entry));
    }

    /// The answer to an exception that is handled now, if somebody has one. in: the error as an http_error, if it is
    /// one; a status is asked for before a type.
    std::optional<task<response>> answer(const std::exception_ptr& error, const http_error* known,
                                         request& asked) const {
        if (known)
            for (by_status& each : by_status_)
                if (each.status == known->status()) return each.answer(*known, asked);
        for (by_type& each : by_type_)
            if (auto made = each.answer(error, asked)) return made;
        return std::nullopt;
    }

private:
    struct by_status {
        int status;
        function<task<response>(const http_error&, request&)> answer;
    };
    struct by_type {
        void (*throw_pointer)() = nullptr;
        bool (*is_base_of)(void (*throw_pointer)()) noexcept = nullptr;
        function<std::optional<task<response>>(const std::exception_ptr&, request&)> answer{};
    };
    static task<response> later(response made) { co_return made; }
    static task<response> later(task<response> made) { return made; }

    mutable std::vector<by_type> by_type_;
    mutable std::vector<by_status> by_status_;
};

}  // namespace coracle
