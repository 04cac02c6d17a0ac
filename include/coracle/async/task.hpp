// task<T>: a call that can wait. Lazy, awaited once, by one awaiter, on the thread that it began on.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/frame_pool.hpp>
#include <coracle/async/job.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/report.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle {

template <class T = void>
class task;

namespace async {

/// What a task<T> yields where a value has to stand: T, or std::monostate for void.
template <class T>
using value_of = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

}  // namespace async

namespace detail {

class task_promise_base : public async::call_frame {
public:
    task_promise_base() noexcept {}

    static void* operator new(std::size_t bytes) { return async::frame_pool::allocate(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { async::frame_pool::release(frame, bytes); }

    std::suspend_always initial_suspend() noexcept { return {}; }

    struct final_awaiter {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
            task_promise_base& promise = done.promise();
            if (promise.end_) {
                promise.end_->task_ended();
                return std::noop_coroutine();
            }
            return promise.awaited_ ? promise.continuation_ : std::noop_coroutine();
        }
        void await_resume() noexcept {}
    };
    final_awaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

protected:
    void rethrow_error() {
        if (error_) [[unlikely]]
            std::rethrow_exception(std::exchange(error_, nullptr));
    }

private:
    template <class>
    friend class coracle::task;
    std::coroutine_handle<> continuation_;
    async::task_end* end_ = nullptr;
    std::exception_ptr error_;
    bool started_ = false;
    bool awaited_ = false;  // the awaiter is suspended and wants to be resumed
};

template <class T>
class task_promise final : public task_promise_base {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "coracle: a task cannot give a value that is aligned beyond the usual, for compilers do not align "
                  "coroutine frames for it; give a std::unique_ptr to it");

public:
    task_promise() noexcept {}
    task<T> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    void return_value(T value) noexcept(std::is_nothrow_move_constructible_v<T>) { value_.emplace(std::move(value)); }
    T take() {
        rethrow_error();
        return std::move(*value_);
    }

private:
    std::optional<T> value_;
};

template <class T>
class task_promise<T&> final : public task_promise_base {
public:
    task_promise() noexcept {}
    task<T&> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    void return_value(T& value) noexcept { value_ = std::addressof(value); }
    T& take() {
        rethrow_error();
        return *value_;
    }

private:
    T* value_ = nullptr;
};

template <>
class task_promise<void> final : public task_promise_base {
public:
    task_promise() noexcept {}
    inline task<void> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    void return_void() noexcept {}
    void take() { rethrow_error(); }
};

}  // namespace detail

/// What a coroutine returns: `task<user> load(int id) { ... co_return u; }`. Calling it runs nothing; `co_await` runs
/// it and gives its value or throws its exception.
/// wakes: the awaiter, at once, on the same stack when the task never waited, else where its last wait ended.
/// cost: one pooled frame; about 10 ns when it does not wait.
template <class T>
class [[nodiscard("a task does nothing until it is awaited: write co_await before the call")]] task {
public:
    using promise_type = detail::task_promise<T>;
    using value_type = T;

    task(task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    task& operator=(task&& other) noexcept {
        if (this != &other) {
            drop();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~task() { drop(); }

    // Runs the child inside the parent's await_suspend instead of transferring to it: the stack unwinds after every
    // await, whatever the optimiser does, and a million ready awaits in a loop need no more of it than one.
    class awaiter {
    public:
        explicit awaiter(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
        bool await_ready() const noexcept { return frame_.done(); }
        bool await_suspend(async::caller parent) {
            detail::task_promise_base& promise = frame_.promise();
            promise.called_by(parent.frame());
            if (parent.frame()) parent.frame()->stands_at(parent.at());
            if (!promise.started_) {
                promise.started_ = true;
                frame_.resume();
                if (frame_.done()) return false;
            }
            CORACLE_ASSERT(!promise.awaited_);
            promise.continuation_ = parent.handle();
            promise.awaited_ = true;
            return true;
        }
        T await_resume() { return frame_.promise().take(); }

    private:
        std::coroutine_handle<promise_type> frame_;
    };

    awaiter operator co_await() && noexcept {
        CORACLE_ASSERT(frame_);
        return awaiter(frame_);
    }
    template <class Task = task>
    awaiter operator co_await() & noexcept {
        static_assert(!std::is_same_v<Task, task>,
                      "coracle: a task is awaited once, which uses it up: write co_await std::move(name)");
        return awaiter(frame_);
    }

    /// Runs the task until it first waits, in the running job, which may wait for nothing else meanwhile: for those
    /// who make it a job of its own (scheduler::run_as). Await it, or let `end` (which must outlive it) be told.
    void start(async::task_end* end = nullptr) noexcept {
        CORACLE_ASSERT(frame_);
        detail::task_promise_base& promise = frame_.promise();
        CORACLE_ASSERT(!promise.started_);
        promise.end_ = end;
        promise.started_ = true;
        frame_.resume();
    }
    /// Drops a task that never ran, without the report: whoever was to run it is gone.
    void let_go() noexcept {
        frame_.promise().started_ = true;
        drop();
        frame_ = nullptr;
    }
    bool done() const noexcept { return frame_.done(); }
    /// Where it waits; before it runs, where its function is.
    std::source_location where() const noexcept { return frame_.promise().at(); }
    /// What ended it when it was no value; null while it runs.
    std::exception_ptr error() const noexcept { return frame_.promise().error_; }
    /// The value of a task that is done, once. Error: the exception that ended it.
    T result() {
        CORACLE_ASSERT(done());
        return frame_.promise().take();
    }

private:
    friend promise_type;
    explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    void drop() noexcept {
        if (!frame_) return;
#if !defined(NDEBUG)
        if (!frame_.promise().started_) [[unlikely]]
            tell_of_unused();
#endif
        frame_.destroy();
    }
    [[gnu::cold, gnu::noinline]] void tell_of_unused() noexcept {
        // Not while an exception makes its way: that is the better news.
        if (std::uncaught_exceptions() == 0)
            report("a task was dropped that never ran; write co_await before the call of the function",
                   frame_.promise().at());
    }
    std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
task<T> task_promise<T>::get_return_object(std::source_location function) noexcept {
    stands_at(function);
    return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}
template <class T>
task<T&> task_promise<T&>::get_return_object(std::source_location function) noexcept {
    stands_at(function);
    return task<T&>(std::coroutine_handle<task_promise>::from_promise(*this));
}
inline task<void> task_promise<void>::get_return_object(std::source_location function) noexcept {
    stands_at(function);
    return task<void>(std::coroutine_handle<task_promise>::from_promise(*this));
}

}  // namespace detail

}  // namespace coracle
