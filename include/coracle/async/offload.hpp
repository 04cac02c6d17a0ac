// offload: runs a blocking call on another thread and waits for it. asyncio.to_thread.
#pragma once

#include <coracle/async/blocking_call.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/context.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/stop_request.hpp>
#include <coracle/async/task.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace coracle {

namespace async {

/// A call that can be made later, with these arguments and perhaps a stop_token before them.
template <class F, class... A>
concept can_be_offloaded =
    takes_stop_token<std::decay_t<F>, std::decay_t<A>...> || std::is_invocable_v<std::decay_t<F>&, std::decay_t<A>...>;

/// `f` and its arguments as one callable that owns them, and takes a stop_token if `f` does.
template <class F, class... A>
auto bound_call(F&& f, A&&... arguments) {
    if constexpr (sizeof...(A) == 0) {
        return std::decay_t<F>(std::forward<F>(f));
    } else {
        return [f = std::decay_t<F>(std::forward<F>(f)),
                held = std::tuple<std::decay_t<A>...>(std::forward<A>(arguments)...)](auto... stop) mutable
            requires std::is_invocable_v<std::decay_t<F>&, decltype(stop)..., std::decay_t<A>...>
        {
            return std::apply(
                [&](auto&... each) -> decltype(auto) { return std::invoke(f, stop..., std::move(each)...); }, held);
        };
    }
}

/// Calls `f`, with a token of `stop` when it takes one.
template <class F>
decltype(auto) call_with(F& f, const stop_request& stop) {
    if constexpr (takes_stop_token<F>)
        return std::invoke(f, stop.get_token());
    else
        return std::invoke(f);
}

/// The awaiter of offload().
template <class F>
class offload_operation final : public operation, blocking_call {
    using returns = decltype(call_with(std::declval<F&>(), std::declval<const stop_request&>()));
    static_assert(!std::is_reference_v<returns>, "coracle: an offloaded call returns a value, not a reference");
    struct never_asked {
        void request_stop() const noexcept {}
    };

public:
    offload_operation(lane which, F call) : call_(std::move(call)) { stands_in = which; }
    ~offload_operation() {
        if (!out_) return;
        // The coroutine is destroyed while it waits: the call must not outlive what it may use.
        stop_.request_stop();
        home().recall(*this);
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) {
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
            stop_.request_stop();
        }
    }

private:
    void run() noexcept override {
        context::lent seen(&waiting_job().values());
        try {
            if constexpr (takes_stop_token<F>) {
                keep([&]() -> returns { return std::invoke(call_, stop_.get_token()); });
            } else {
                keep([&]() -> returns { return std::invoke(call_); });
            }
        } catch (...) {
            error_ = std::current_exception();
        }
    }
    template <class Call>
    void keep(Call&& call) {
        if constexpr (std::is_void_v<returns>)
            call();
        else
            value_.emplace(call());
    }
    void arrived() noexcept override {
        out_ = false;
        if (drop_result_)
            finish_cancelled();
        else
            finish();
    }
    void lost() noexcept override { out_ = false; }

    F call_;
    [[no_unique_address]] std::conditional_t<takes_stop_token<F>, stop_request, never_asked> stop_;
    std::optional<value_of<returns>> value_;
    std::exception_ptr error_;
    bool out_ = false;  // on its way to another thread and back
    bool drop_result_ = false;
};

/// What offload() gives: a call that is not on its way yet.
template <class F>
class [[nodiscard("write co_await before offload()")]] offload_request {
public:
    explicit offload_request(F call) : call_(std::move(call)) {}

    /// In the lane `which` of the pool instead of lane::user: `co_await offload(f).on(lane::files);`
    offload_request&& on(lane which) && noexcept {
        lane_ = which;
        return std::move(*this);
    }
    offload_operation<F> operator co_await() && { return offload_operation<F>(lane_, std::move(call_)); }

private:
    F call_;
    lane lane_ = lane::user;
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

/// Runs `f` on the thread pool: `auto hash = co_await offload([&] { return hash_password(text); });`, or a function
/// with its arguments, which are taken by value: `co_await offload(hash_password, text);`.
/// in: a callable; one that takes a stop_token first is asked to stop when nobody waits for it any more.
/// error: what it throws. wakes: from the ready queue of the loop that awaits.
/// cost: about a microsecond under load, a thread's wake-up when idle. A cancelled call that has not begun never
/// begins; one that has is waited for, and its result dropped.
template <class F, class... A>
    requires async::can_be_offloaded<F, A...>
auto offload(F&& f, A&&... arguments) {
    static_assert(async::survives_gcc_12<F>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
                  "by reference, or name the lambda first: auto work = [...] {...}; co_await offload(work);");
    auto call = async::bound_call(std::forward<F>(f), std::forward<A>(arguments)...);
    return async::offload_request<decltype(call)>(std::move(call));
}

}  // namespace coracle
