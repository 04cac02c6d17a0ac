// timeout, try_for: a task that has only so much time. asyncio.wait_for, trio.fail_after and trio.move_on_after.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/time_span.hpp>
#include <coracle/loop/timed_out.hpp>
#include <coracle/loop/timeout_scope.hpp>
#include <coracle/os/poller.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace coracle {

namespace loop {

// What try_for gives instead of T: false and null are as good as a missing optional.
template <class T>
struct tried {
    using type = std::optional<T>;
};
template <class T>
struct tried<T&> {
    using type = T*;
};
template <>
struct tried<void> {
    using type = bool;
};

template <class T, class Limit>
task<T> or_throw(Limit limit, task<T> work) {
    timeout_scope scope(limit);
    try {
        task<T> inner = std::move(work);  // dies before the scope
        if constexpr (std::is_void_v<T>) {
            co_await std::move(inner);
            co_return;
        } else {
            T value = co_await std::move(inner);
            co_return std::forward<T>(value);
        }
    } catch (const cancelled&) {
        if (!scope.swallows()) throw;
    }
    throw scope.error();
}

template <class T, class Limit>
task<typename tried<T>::type> or_nothing(Limit limit, task<T> work) {
    using result = typename tried<T>::type;
    timeout_scope scope(limit);
    try {
        task<T> inner = std::move(work);
        if constexpr (std::is_void_v<T>) {
            co_await std::move(inner);
            co_return true;
        } else if constexpr (std::is_reference_v<T>) {
            T value = co_await std::move(inner);
            co_return std::addressof(value);
        } else {
            T value = co_await std::move(inner);
            co_return result(std::move(value));
        }
    } catch (const cancelled&) {
        if (!scope.swallows()) throw;
    }
    co_return result();
}

}  // namespace loop

/// The value of `work` if it comes in time: `auto answer = co_await timeout(5s, fetch_user(id));`
/// in: the clock runs from the co_await; with no time or less, `work` runs until it first waits.
/// error: what `work` throws; timed_out when the time was up. Then `work` was cancelled and has ended; a value that it
/// gives all the same is not thrown away.
/// wakes: where `work` ends. cost: one more frame and a timer, about 50 ns; being too late costs an exception.
template <class T>
task<T> timeout(loop::time_span limit, task<T> work) {
    return loop::or_throw(limit, std::move(work));
}
/// The same with the time at which it is up, on the clock of the loop: several waits can share one.
template <class T>
task<T> timeout_at(os::time_point until, task<T> work) {
    return loop::or_throw(until, std::move(work));
}

/// The value of `work`, or nullopt when it does not come in time: `if (auto user = co_await try_for(1s, find(7)))`.
/// A task<> gives bool, and a task<T&> T*. error: what `work` throws.
template <class T>
task<typename loop::tried<T>::type> try_for(loop::time_span limit, task<T> work) {
    return loop::or_nothing(limit, std::move(work));
}
template <class T>
task<typename loop::tried<T>::type> try_until(os::time_point until, task<T> work) {
    return loop::or_nothing(until, std::move(work));
}

}  // namespace coracle
