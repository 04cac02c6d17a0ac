// job_group: jobs that are cancelled together and waited for together.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/base/intrusive_list.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace coracle::async {

/// A job that its group keeps alive: it goes when it has ended, or with its group.
class group_member : public list_node {
public:
    /// The group dies while this has not ended: it goes where it stands. Called once.
    virtual void abandon() noexcept = 0;

protected:
    ~group_member() = default;
};

/// `co_await` it, from any job, as often as there is something to wait for: it resumes when all of its jobs have ended,
/// even when it was cancelled with them, for they may use what the waiting coroutine holds. Who is cancelled while they
/// are not only leaves.
class job_group {
public:
    class [[nodiscard("write co_await before it")]] end final : public operation {
    public:
        explicit end(job_group& of) noexcept : of_(of) {}

        bool await_ready() const noexcept { return of_.running_ == 0; }
        inline bool await_suspend(caller waiting) noexcept;
        void await_resume() const { throw_if_cancelled(); }
        // The scope tree has told the jobs already, if they were meant; they end in their own time.
        void cancel() noexcept override {
            if (!of_.jobs_.cancelled()) finish_cancelled();
        }

    private:
        job_group& of_;
    };
    end operator co_await() noexcept { return end(*this); }

    /// A child of the running job's innermost scope.
    inline job_group();
    explicit job_group(scope& parent) noexcept { jobs_.attach(parent); }
    job_group(const job_group&) = delete;
    job_group& operator=(const job_group&) = delete;
    ~job_group() {
        abandon_members();
        while (!waiting_.empty()) waiting_.pop_front();
    }

    scope& jobs() noexcept { return jobs_; }
    std::size_t running() const noexcept { return running_; }
    void begun() noexcept { ++running_; }
    /// After one_ended(), as the last that the job does with its group.
    void ended() noexcept {
        if (--running_ > 0) return;
        while (!waiting_.empty()) waiting_.front().finish();
    }
    /// A job has ended, with `error` or with none: the first failure cancels the others. in: `who` is its child_job.
    virtual void one_ended(const void*, const std::exception_ptr& error) noexcept { note(error); }

    void keep(group_member& one) noexcept { members_.push_back(one); }
    void abandon_members() noexcept {
        while (!members_.empty()) members_.pop_front().abandon();
    }

    /// Remembers the first failure that is no cancellation, or else the first cancellation.
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

private:
    scope jobs_;
    std::size_t running_ = 0;
    intrusive_list<group_member> members_;
    intrusive_list<end> waiting_;
    std::exception_ptr error_;
    bool only_cancelled_ = false;
};

/// A group whose jobs have nothing to do with one another's failures.
class patient_group final : public job_group {
public:
    using job_group::job_group;
    void one_ended(const void*, const std::exception_ptr&) noexcept override {}
};

}  // namespace coracle::async
