// child_job: a task as a job of its own, and the group that waits for such jobs. What gather is made of.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace coracle::async {

/// True when `error` holds `cancelled`.
inline bool is_cancellation(const std::exception_ptr& error) noexcept {
    try {
        std::rethrow_exception(error);
    } catch (const cancelled&) {
        return true;
    } catch (...) {
        return false;
    }
}

/// Jobs that are cancelled together and waited for together. `co_await` it once: it resumes when all of them ended,
/// even when cancelled, for the jobs may use what the waiting coroutine holds.
class job_group final : public operation {
public:
    /// A child of the running job's innermost scope.
    job_group() { jobs_.attach(this_job().current_scope()); }

    scope& jobs() noexcept { return jobs_; }
    std::size_t running() const noexcept { return running_; }
    void begun() noexcept { ++running_; }
    void ended() noexcept {
        if (--running_ == 0) finish();
    }
    /// A job has ended with `error`, or with none: the first failure cancels the others. Remembers the first that is
    /// no cancellation, or else the first cancellation.
    void note(std::exception_ptr error) noexcept {
        if (!error) return;
        jobs_.cancel();
        if (error_ && (!only_cancelled_ || is_cancellation(error))) return;
        only_cancelled_ = is_cancellation(error);
        error_ = std::move(error);
    }
    bool failed() const noexcept { return error_ != nullptr; }
    bool only_cancelled() const noexcept { return only_cancelled_; }
    void rethrow_failure() {
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

    // The scope tree has told the jobs already; they end in their own time.
    void cancel() noexcept override {}
    bool await_ready() const noexcept { return running_ == 0; }
    void await_suspend(async::caller waiting) noexcept { park(waiting); }
    void await_resume() const noexcept {}

private:
    scope jobs_;
    std::size_t running_ = 0;
    std::exception_ptr error_;
    bool only_cancelled_ = false;
};

/// One task that runs as a job of its own in a group. Stays where it is from start() to its end.
template <class T>
class child_job final : task_end {
public:
    child_job(job_group& group, task<T> work) noexcept : group_(group), job_(group.jobs()), task_(std::move(work)) {}
    /// The same from one argument, for a std::tuple to be built of.
    struct in {
        job_group& group;
        task<T>& work;
    };
    explicit child_job(in place) noexcept : child_job(place.group, std::move(place.work)) {}
    child_job(const child_job&) = delete;
    child_job& operator=(const child_job&) = delete;

    /// Runs the task until it first waits.
    void start() {
        group_.begun();
        scheduler::run_as as(scheduler::current(), job_, task_.where());
        task_.start(this);
    }
    /// The value, once; or the exception that ended the task.
    T result() { return task_.result(); }

private:
    void task_ended() noexcept override {
        group_.note(task_.error());
        group_.ended();
    }

    job_group& group_;
    job job_;
    task<T> task_;
};

}  // namespace coracle::async
