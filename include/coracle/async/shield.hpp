// shield: a task that is not cancelled with what is around it. asyncio.shield, trio's shielded CancelScope.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <type_traits>
#include <utility>

namespace coracle {

/// Awaits `work` to its end, come what may: `co_await shield(write_the_rest(file));`. A cancellation from above stays
/// outside, and is told at the next wait behind it; limits and scopes within `work` are its own and still count.
/// A server that stops waits for it too, but not for ever: when its process has to end, what still waits is destroyed
/// where it stands. So shield what is short, and give it a limit: `shield(timeout(5s, close(connection)))`.
template <class T>
task<T> shield(task<T> work) {
    async::cancel_scope part(async::this_job(), true);
    task<T> inner = std::move(work);  // dies before the scope
    if constexpr (std::is_void_v<T>) {
        co_await std::move(inner);
    } else {
        T value = co_await std::move(inner);
        co_return std::forward<T>(value);
    }
}

}  // namespace coracle
