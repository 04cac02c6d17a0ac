// sleep: waits for time to pass, and for nobody else to wait. asyncio.sleep.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <concepts>
#include <type_traits>

namespace coracle {

// So that `using namespace coracle;` is enough to write co_await sleep(2s).
using namespace std::chrono_literals;

namespace loop {

/// The awaiter of sleep() and sleep_until().
class [[nodiscard("write co_await before sleep()")]] sleeper final : public async::operation, timer {
public:
    explicit sleeper(os::time_point until) noexcept : until_(until) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) return declined(waiting);
        reactor& on = reactor::current();
        bool past = until_ <= on.turn_time();
        if (!past) on.timers().arm(*this, until_);
        park(waiting);
        if (past) finish();
        return true;
    }
    void await_resume() const { throw_if_cancelled(); }
    void cancel() noexcept override {
        disarm();
        finish_cancelled();
    }

private:
    void fire(os::time_point) noexcept override { finish(); }
    os::time_point until_;
};

/// What time it is on the clock of the loop, for sleep_until(), timeout_at() and the like. asyncio's loop.time().
inline os::time_point now() { return reactor::current().now(); }

}  // namespace loop

/// Resumes at `until`, or at once when that has passed, but never without giving the others a turn.
inline loop::sleeper sleep_until(os::time_point until) noexcept { return loop::sleeper(until); }

/// Resumes after `duration`: `co_await sleep(2s);`. Never early.
/// wakes: from the ready queue of the loop. error: `cancelled`; std::logic_error outside of a loop.
inline loop::sleeper sleep(std::chrono::nanoseconds duration) {
    loop::reactor& on = loop::reactor::current();
    return loop::sleeper(duration > duration.zero() ? loop::later(on.now(), duration) : on.turn_time());
}
/// The same for fractions: `co_await sleep(0.5s);`.
template <std::floating_point Rep, class Period>
loop::sleeper sleep(std::chrono::duration<Rep, Period> duration) {
    std::chrono::duration<double, std::nano> wanted = duration;
    constexpr auto most = std::chrono::nanoseconds::max();
    if (!(wanted.count() > 0)) return sleep(std::chrono::nanoseconds::zero());
    // A double this large is whole, and one below the bound fits.
    bool fits = wanted.count() < static_cast<double>(most.count());
    return sleep(fits ? std::chrono::ceil<std::chrono::nanoseconds>(wanted) : most);
}

/// A number without a unit would call the sleep() of POSIX, which blocks the loop.
template <std::integral Number>
void sleep(Number) {
    static_assert(!std::is_integral_v<Number>, "coracle: say the unit of a sleep: sleep(1s), sleep(100ms)");
}

}  // namespace coracle
