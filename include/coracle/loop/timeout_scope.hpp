// timeout_scope, with_timeout: a part of a task that has only so much time, which can be changed. asyncio.timeout.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/time_span.hpp>
#include <coracle/loop/timed_out.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

namespace coracle {

/// From here to its end the running job is cancelled when the time is up: its wait under way, and every later one.
/// Made by with_timeout(), which turns the cancellation into timed_out.
class timeout_scope final : loop::timer {
public:
    /// No time or less: the first wait is cancelled. The clock runs from here.
    explicit timeout_scope(loop::time_span limit) : timeout_scope() { set(began_, limit); }
    explicit timeout_scope(os::time_point until) : timeout_scope() { reschedule_at(until); }
    timeout_scope(const timeout_scope&) = delete;
    timeout_scope& operator=(const timeout_scope&) = delete;

    /// The time is up: it waits no more.
    bool expired() const noexcept { return expired_; }
    /// When the time is up; nothing when it never is.
    std::optional<os::time_point> deadline() const noexcept {
        if (due_ == os::time_point::max()) return std::nullopt;
        return due_;
    }
    /// How much of it is left; zero when it is up, nanoseconds::max() when it never is.
    std::chrono::nanoseconds remaining() const {
        if (due_ == os::time_point::max()) return std::chrono::nanoseconds::max();
        return since(on_.now());
    }

    /// The time is up so long after now. False: too late, it was up already.
    bool reschedule(loop::time_span from_now) { return set(on_.now(), from_now); }
    bool reschedule_at(os::time_point until) {
        if (expired_) return false;
        due_ = until;
        if (due_ == os::time_point::max())
            disarm();
        else if (due_ > on_.turn_time())
            on_.timers().arm(*this, due_);
        else
            expire();
        return true;
    }
    /// So much more than there was: `limit.extend(5s)` for each sign of progress. False: too late.
    bool extend(loop::time_span by) {
        if (expired_) return false;
        return due_ == os::time_point::max() || reschedule_at(loop::later(due_, by.nanoseconds()));
    }

    /// A `cancelled` that comes out of this part means no more than that its time is up: nothing around it was
    /// cancelled.
    bool swallows() const noexcept { return scope_.swallows(); }
    /// What to throw then.
    timed_out error() const { return timed_out(since(began_)); }

private:
    timeout_scope() : on_(loop::reactor::current()), began_(on_.now()), scope_(async::this_job()) {}
    bool set(os::time_point from, loop::time_span wait) {
        if (wait.nanoseconds() <= wait.nanoseconds().zero()) return reschedule_at(os::time_point::min());
        return reschedule_at(wait.for_ever() ? os::time_point::max() : loop::later(from, wait.nanoseconds()));
    }
    std::chrono::nanoseconds since(os::time_point from) const noexcept {
        return due_ > from ? due_ - from : std::chrono::nanoseconds::zero();
    }
    void expire() noexcept {
        disarm();
        expired_ = true;
        scope_.cancel();
    }
    void fire(os::time_point) noexcept override { expire(); }

    loop::reactor& on_;
    os::time_point began_;
    os::time_point due_ = os::time_point::max();
    bool expired_ = false;
    async::cancel_scope scope_;
};

namespace loop {

template <class T, class Limit, class Body>
task<T> within_time(Limit limit, Body body) {
    timeout_scope scope(limit);
    try {
        task<T> work = body(scope);
        if constexpr (std::is_void_v<T>) {
            co_await std::move(work);
            co_return;
        } else {
            T value = co_await std::move(work);
            co_return std::forward<T>(value);
        }
    } catch (const cancelled&) {
        if (!scope.swallows()) throw;
    }
    throw scope.error();
}

template <class Body>
using timed_body_value = typename std::invoke_result_t<std::decay_t<Body>&, timeout_scope&>::value_type;

}  // namespace loop

/// Runs `body(limit)`, which may move its own deadline:
/// `co_await with_timeout(5s, [&](timeout_scope& limit) -> task<> { ... limit.reschedule(5s); ... });`
/// error: what the body throws; timed_out when the time was up, after the body has ended; never instead of a value.
template <class Body>
auto with_timeout(loop::time_span limit, Body&& body) -> task<loop::timed_body_value<Body>> {
    static_assert(async::survives_gcc_12<Body>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
                  "by reference, or name the lambda first: auto body = [...] {...}; co_await with_timeout(5s, body);");
    return loop::within_time<loop::timed_body_value<Body>>(limit, std::decay_t<Body>(std::forward<Body>(body)));
}
/// The same with the time at which it is up, on the clock of the loop.
template <class Body>
auto with_timeout(os::time_point until, Body&& body) -> task<loop::timed_body_value<Body>> {
    static_assert(
        async::survives_gcc_12<Body>,
        "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
        "by reference, or name the lambda first: auto body = [...] {...}; co_await with_timeout(then, body);");
    return loop::within_time<loop::timed_body_value<Body>>(until, std::decay_t<Body>(std::forward<Body>(body)));
}

}  // namespace coracle
