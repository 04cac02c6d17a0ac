// spawn: a task that nobody has to wait for. asyncio.create_task, but owned: it is never lost, and its failure is told.
#pragma once

#include <coracle/async/join_handle.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <utility>

namespace coracle {

/// Starts `work` now, as a job of its own that belongs to the loop: it runs until it first waits, sees the values that
/// its starter sees, and outlives it; cancelling the starter does not reach it. `spawn(write_log(entry));`
/// When the task of run() has ended, what was spawned is cancelled and waited for; a server first gives it the grace
/// time. To have it end with a block instead, see with_group().
/// error: what `work` throws, out of `co_await handle`; reported when no handle is left to ask. std::logic_error
/// outside of a loop. cost: one pooled allocation besides the task's own.
template <class T>
join_handle<T> spawn(task<T> work) {
    async::job_group& loop = async::scheduler::current().background();
    auto& one = *new async::spawned<T>(loop, std::move(work), true);
    join_handle<T> handle(one);
    one.start();
    return handle;
}

}  // namespace coracle
