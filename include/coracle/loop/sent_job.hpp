// sent_job: a task that one thread gives to the loop of another, to run there as a job of its own.
#pragma once

#include <coracle/async/arrival.hpp>
#include <coracle/async/context.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>

#include <optional>
#include <stdexcept>
#include <utility>

namespace coracle {

/// The loop that a task was sent to has ended before the task did.
class loop_ended : public std::runtime_error {
public:
    loop_ended() : std::runtime_error("the loop has ended before the task that was sent to it") {}
};

/// What `cancelled` is to another thread or loop, which was not cancelled itself.
class task_cancelled : public std::runtime_error {
public:
    task_cancelled() : std::runtime_error("the task was cancelled on the loop that it was sent to") {}
};

namespace loop {

/// Stays where it is from send() to over().
template <class T>
class sent_job : async::arrival, async::remains, reactor::resident {
public:
    /// in: the task sees the values that `seen` holds.
    sent_job(reactor& to, task<T> work, async::context seen = {})
        : to_(to), work_(std::move(work)), seen_(std::move(seen)) {}
    sent_job(const sent_job&) = delete;
    sent_job& operator=(const sent_job&) = delete;

    /// From any thread, once.
    void send() noexcept { to_.deliver(*this); }

protected:
    ~sent_job() {
        if (work_ && !done_ && !job_) work_->let_go();
    }

    /// On the thread of the loop: the task has ended, or the loop has and there is none. The last that is heard of it:
    /// from here on the sender may destroy this.
    virtual void over(bool loop_has_ended) noexcept = 0;

    /// On the thread of the loop.
    void cancel_job() noexcept {
        if (job_) job_->root().cancel();
    }
    /// The task that has ended; not when its loop has.
    task<T>& ended_task() noexcept { return *work_; }
    reactor& destination() const noexcept { return to_; }

private:
    void arrived() noexcept override {
        to_.take_in(*this);
        job_.emplace(to_.root());
        job_->values() = std::move(seen_);
        async::scheduler::run_as as(to_, *job_, work_->where());
        work_->start(this);
    }
    void lost() noexcept override {
        work_->let_go();
        end(true);
    }
    void task_ended() noexcept override {
        done_ = true;
        to_.leave_to_bury(*this);
    }
    void bury() noexcept override { end(false); }
    void evicted() noexcept override {
        static_cast<async::remains&>(*this).unlink();
        end(!done_);
    }
    void end(bool loop_has_ended) noexcept {
        static_cast<reactor::resident&>(*this).unlink();
        if (loop_has_ended) work_.reset();
        job_.reset();
        over(loop_has_ended);
    }

    reactor& to_;
    std::optional<async::job> job_;
    std::optional<task<T>> work_;
    async::context seen_;
    bool done_ = false;
};

}  // namespace loop
}  // namespace coracle
