// cancel_scope: a part of a task that others can cancel, and nothing else with it. trio.CancelScope.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>

namespace coracle {

/// From here to the end of its block: cancel() interrupts what the running task waits for in between, with all that it
/// has below it, and refuses every later wait in it. The `cancelled` that comes out ends here if it was meant for here:
/// `cancel_scope part; try { co_await work(); } catch (const cancelled&) { if (!part.swallows()) throw; }`
class cancel_scope {
public:
    /// Error: std::logic_error outside of a task.
    cancel_scope() : scope_(async::this_job()) {}
    cancel_scope(const cancel_scope&) = delete;
    cancel_scope& operator=(const cancel_scope&) = delete;

    /// From this task, or another one of the same loop; again is nothing more.
    void cancel() noexcept { scope_.cancel(); }
    /// This part, or something around it, was cancelled: its next wait throws.
    bool cancelled() const noexcept { return scope_.cancelled(); }
    /// A `cancelled` that comes out of this part is of its own cancel(): nothing around it was cancelled.
    bool swallows() const noexcept { return scope_.swallows(); }

private:
    async::cancel_scope scope_;
};

}  // namespace coracle
