// checkpoint: a co_await that has nothing to wait for, but keeps the rules of waiting. trio.lowlevel.checkpoint.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>

namespace coracle::async {

/// For calls that are done before they have waited: `co_await checkpoint();` throws `cancelled` in a scope that was
/// cancelled, and lets the others have their turn when the job has had its share of this one.
class [[nodiscard("write co_await before checkpoint()")]] checkpoint final : public operation {
public:
    checkpoint() noexcept = default;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) noexcept {
        if (refused()) return declined(waiting);
        return done_at_once(waiting);
    }
    void cancel() noexcept override {}  // its turn has come already
    void await_resume() const { throw_if_cancelled(); }
};

}  // namespace coracle::async
