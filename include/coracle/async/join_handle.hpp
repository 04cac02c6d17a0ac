// join_handle: what is left in your hand of a task that was spawned. asyncio.Task, tokio's JoinHandle.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/frame_pool.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/outcome.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/report.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>

namespace coracle {

namespace async {

/// A task that runs as a job of its own and belongs to a group. Lives until it has ended and no handle is left.
template <class T>
class spawned final : public group_member, remains {
public:
    /// in: whether a failure that no handle asks for is reported.
    spawned(job_group& group, task<T> work, bool reports = false) noexcept : group_(group), reports_(reports) {
        ::new (static_cast<void*>(&running_)) running(group.jobs(), std::move(work));
    }
    spawned(const spawned&) = delete;
    spawned& operator=(const spawned&) = delete;

    static void* operator new(std::size_t bytes) { return frame_pool::allocate(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept { frame_pool::release(memory, bytes); }

    /// Runs the task until it first waits. Afterwards this lives as long as the caller is an owner.
    void start() {
        scheduler& here = scheduler::current();
        group_.begun();
        group_.keep(*this);
        starting_ = true;
        {
            scheduler::run_as as(here, running_.as, running_.work.where());
            running_.work.start(this);
        }
        starting_ = false;
        if (ended_) bury();
    }

    bool done() const noexcept { return settled_; }
    void cancel() noexcept {
        if (!settled_) running_.as.root().cancel();
    }
    /// Who is to be told when it is done; nobody when null.
    void set_waiter(operation* waiter) noexcept { waiter_ = waiter; }
    bool awaited() const noexcept { return waiter_ != nullptr; }
    /// Error: the exception that ended it; std::logic_error the second time.
    T take() {
        if (std::exchange(taken_, true))
            throw std::logic_error("coracle: this join_handle was awaited before, and has given its value away");
        if constexpr (std::is_void_v<T>)
            std::move(end_.became).value();
        else if constexpr (std::is_reference_v<T>)
            return end_.became.value();
        else
            return std::move(end_.became).value();
    }

    void owned() noexcept { ++owners_; }
    void disowned() noexcept {
        if (--owners_ > 0) return;
        if (settled_ && !taken_) report_failure();
        delete this;
    }

private:
    struct running {
        running(scope& parent, task<T> first) noexcept : as(parent), work(std::move(first)) {}
        job as;
        task<T> work;  // goes before the job that it runs in
    };
    struct end {
        end(outcome<T> what, std::source_location where) noexcept : became(std::move(what)), at(where) {}
        outcome<T> became;
        std::source_location at;  // the last co_await of the task's own
    };

    ~spawned() {
        if (settled_)
            end_.~end();
        else
            running_.~running();
    }

    void task_ended() noexcept override {
        ended_ = true;
        if (!starting_) scheduler::current().leave_to_bury(*this);
    }
    void bury() noexcept override {
        std::exception_ptr error = running_.work.error();
        group_member::unlink();
        settle();
        group_.one_ended(this, error);
        job_group& group = group_;
        disowned();
        group.ended();
    }
    void abandon() noexcept override {
        remains::unlink();
        settle();
        disowned();
    }
    // The coroutine goes now, with all that it holds, though a handle may stay.
    void settle() noexcept {
        end last(running_.work.done() ? outcome<T>::of(running_.work)
                                      : outcome<T>::failed(std::make_exception_ptr(cancelled{})),
                 running_.work.where());
        running_.~running();
        try {
            ::new (static_cast<void*>(&end_)) end(std::move(last));
        } catch (...) {  // the value could not be moved
            ::new (static_cast<void*>(&end_)) end(outcome<T>::failed(std::current_exception()), last.at);
        }
        settled_ = true;
        if (waiter_) std::exchange(waiter_, nullptr)->finish();
    }
    void report_failure() const noexcept {
        if (!reports_ || end_.became.ok() || end_.became.cancelled()) return;
        try {
            report("a task failed that nobody awaits: " + end_.became.error_text() + "; seen last", end_.at);
        } catch (...) {
            report("a task failed that nobody awaits; seen last", end_.at);
        }
    }

    // A server has one of these for each idle connection: no byte too many.
    job_group& group_;
    union {
        running running_;  // until it is settled
        end end_;
    };
    operation* waiter_ = nullptr;
    std::uint16_t owners_ = 1;  // itself, until it has ended, its handle, and who awaits that
    bool settled_ = false;
    bool starting_ = false;
    bool ended_ = false;
    bool taken_ = false;
    const bool reports_;
};

/// The awaiter of a join_handle.
template <class T>
class [[nodiscard("write co_await before the handle")]] join_operation final : public operation {
public:
    explicit join_operation(spawned<T>& of) noexcept : of_(of) { of_.owned(); }
    ~join_operation() {
        if (linked_) of_.set_waiter(nullptr);
        of_.disowned();
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) {
        if (refused()) return declined(waiting);
        if (of_.done()) return done_at_once(waiting);
        if (of_.awaited()) throw std::logic_error("coracle: another task awaits this join_handle already");
        park(waiting);
        of_.set_waiter(this);
        linked_ = true;
        return true;
    }
    T await_resume() {
        linked_ = false;
        throw_if_cancelled();
        return of_.take();
    }
    void cancel() noexcept override {
        of_.set_waiter(nullptr);
        linked_ = false;
        finish_cancelled();
    }

private:
    spawned<T>& of_;
    bool linked_ = false;
};

}  // namespace async

/// Awaits and cancels a task that belongs to somebody else. Dropping it drops nothing: the task goes on.
/// `int sum = co_await handle;` gives its value, or throws what ended it, once; a cancellation of the waiting job ends
/// the wait and not the task.
template <class T = void>
class join_handle {
public:
    using value_type = T;

    explicit join_handle(async::spawned<T>& of) noexcept : of_(&of) { of.owned(); }
    join_handle(join_handle&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    join_handle& operator=(join_handle other) noexcept {
        std::swap(of_, other.of_);
        return *this;
    }
    ~join_handle() {
        if (of_) of_->disowned();
    }

    /// It has ended, and awaiting it will not wait.
    bool done() const noexcept { return held().done(); }
    /// Cancels the task, which ends in its own time; then awaiting it throws `cancelled`.
    void cancel() noexcept { held().cancel(); }

    async::join_operation<T> operator co_await() const noexcept { return async::join_operation<T>(held()); }

private:
    async::spawned<T>& held() const noexcept {
        CORACLE_ASSERT(of_ != nullptr);
        return *of_;
    }
    async::spawned<T>* of_;
};

}  // namespace coracle
