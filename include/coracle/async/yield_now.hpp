// yield_now: lets everybody else have a turn who is ready. asyncio.sleep(0), tokio::task::yield_now.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>

namespace coracle {

namespace async {

/// The awaiter of yield_now().
class [[nodiscard("write co_await before yield_now()")]] turn_given final : public operation {
public:
    turn_given() noexcept {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) noexcept {
        if (refused()) return declined(waiting);
        park(waiting);
        finish();
        return true;
    }
    void await_resume() const { throw_if_cancelled(); }
    void cancel() noexcept override {}  // its turn is coming already
};

}  // namespace async

/// Goes on when all that is ready now has run until its next wait: `co_await yield_now();` in a long computation.
/// Needs no clock. error: `cancelled`.
inline async::turn_given yield_now() noexcept { return async::turn_given(); }

}  // namespace coracle
