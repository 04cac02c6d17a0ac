// offload: runs a blocking call on another thread and waits for it. asyncio.to_thread.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace coracle {

namespace async {

/// The awaiter of offload().
template <class F>
class [[nodiscard("write co_await before offload()")]] offload_operation final : public operation, blocking_call {
    using returns = std::invoke_result_t<F&>;
    static_assert(!std::is_reference_v<returns>, "coracle: an offloaded call returns a value, not a reference");

public:
    explicit offload_operation(F call) : call_(std::move(call)) {}
    ~offload_operation() {
        // The coroutine is destroyed while it waits: the call must not outlive what it may use.
        if (out_) home().recall(*this);
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) return declined(waiting);
        park(waiting);
        home().offload(*this);
        out_ = true;
        return true;
    }
    returns await_resume() {
        throw_if_cancelled();
        if (error_) std::rethrow_exception(error_);
        if constexpr (!std::is_void_v<returns>) return std::move(*value_);
    }
    // A call under way may use what the waiting coroutine holds: it is waited for, and its result dropped.
    void cancel() noexcept override {
        if (home().retract(*this)) {
            out_ = false;
            finish_cancelled();
        } else {
            drop_result_ = true;
        }
    }

private:
    void run() noexcept override {
        try {
            if constexpr (std::is_void_v<returns>)
                std::invoke(call_);
            else
                value_.emplace(std::invoke(call_));
        } catch (...) {
            error_ = std::current_exception();
        }
    }
    void returned() noexcept override {
        out_ = false;
        if (drop_result_)
            finish_cancelled();
        else
            finish();
    }

    F call_;
    std::optional<value_of<returns>> value_;
    std::exception_ptr error_;
    bool out_ = false;  // on its way to another thread and back
    bool drop_result_ = false;
};

// g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; newer compilers do not.
template <class F>
inline constexpr bool survives_gcc_12 =
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<std::remove_reference_t<F>>;
#else
    true;
#endif

}  // namespace async

/// Runs `f` on the thread pool: `auto hash = co_await offload([&] { return hash_password(text); });`
/// in: a callable without arguments; taken by value. error: what it throws.
/// wakes: from the ready queue of the loop that awaits. cost: about a microsecond under load, a thread's wake-up when
/// idle. A cancelled call that has not begun never begins; one that has is waited for.
template <class F>
    requires std::is_invocable_v<std::decay_t<F>&>
auto offload(F&& f) {
    static_assert(async::survives_gcc_12<F>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
                  "by reference, or name the lambda first: auto work = [...] {...}; co_await offload(work);");
    return async::offload_operation<std::decay_t<F>>(std::forward<F>(f));
}

/// The same for a function and its arguments, which are taken by value: `co_await offload(hash_password, text);`
template <class F, class... A>
    requires(sizeof...(A) > 0 && std::is_invocable_v<std::decay_t<F>&, std::decay_t<A>...>)
auto offload(F&& f, A&&... arguments) {
    static_assert(async::survives_gcc_12<F>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await "
                  "expression twice; pass them as arguments, or name the lambda first");
    auto call = [f = std::forward<F>(f),
                 held = std::tuple<std::decay_t<A>...>(std::forward<A>(arguments)...)]() mutable {
        return std::apply([&](auto&... each) { return std::invoke(f, std::move(each)...); }, held);
    };
    return async::offload_operation<decltype(call)>(std::move(call));
}

}  // namespace coracle
