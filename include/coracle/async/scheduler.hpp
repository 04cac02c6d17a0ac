// scheduler: all that the coroutine algebra asks of the loop that runs it. loop/reactor is one.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/random_sequence.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

namespace coracle::async {

/// A call that may block, on its way to another thread and back. Its owner keeps it alive until returned().
class blocking_call : public list_node {
public:
    /// On a thread of the pool.
    virtual void run() noexcept = 0;
    /// On the thread of the scheduler that it came from, after run().
    virtual void returned() noexcept = 0;

    // Of whoever runs it, while it does.
    void* taken_by = nullptr;
    bool begun = false;

protected:
    ~blocking_call() = default;
};

/// One thread's queue of operations that are ready to go on, first in, first out.
class scheduler {
public:
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    /// The scheduler that runs on this thread. Error: std::logic_error when there is none.
    static scheduler& current() {
        if (!here()) [[unlikely]]
            throw std::logic_error(
                "coracle: nothing runs coroutines on this thread; call this from inside run(task) or a handler");
        return *here();
    }
    static scheduler* current_or_null() noexcept { return here(); }

    job* running_job() const noexcept { return running_; }
    /// Makes `other` the running job for as long as the returned guard lives; used to start children.
    class run_as {
    public:
        run_as(scheduler& on, job& other) noexcept : on_(on), before_(on.running_) { on.running_ = &other; }
        run_as(const run_as&) = delete;
        run_as& operator=(const run_as&) = delete;
        ~run_as() { on_.running_ = before_; }

    private:
        scheduler& on_;
        job* before_;
    };

    void make_ready(operation& next) noexcept { ready_.push_back(next); }

    /// Runs `call` on another thread, then calls its returned() here.
    virtual void offload(blocking_call& call) = 0;
    /// True when `call` had not been started and never will be.
    virtual bool retract(blocking_call& call) noexcept = 0;
    /// For a waiter that dies: on return `call` does not run, and its returned() will not be called. Blocks this
    /// thread while it runs.
    virtual void recall(blocking_call& call) noexcept = 0;
    /// Runs `f` on this scheduler's thread, soon. From any thread.
    virtual void post(function<void()> f) = 0;

    /// Counts an operation that was done without waiting. False: the job has had its share of this turn and has to
    /// queue behind the others, however ready it is.
    bool may_go_on() noexcept { return budget_-- > 0; }

protected:
    scheduler() noexcept = default;
    ~scheduler() = default;

    bool anything_ready() const noexcept { return !ready_.empty(); }
    /// Resumes what is ready now; what becomes ready meanwhile waits for the next call.
    void run_ready() noexcept {
        intrusive_list<operation> batch;
        batch.splice_back(ready_);
        if (order_) [[unlikely]]
            mix(batch);
        while (!batch.empty()) {
            budget_ = share;
            batch.pop_front().proceed();
        }
        budget_ = share;
    }
    /// For tests: each batch goes on in an order that `seed` decides.
    void shuffle_ready(std::uint64_t seed) noexcept { order_.emplace(seed); }
    /// Makes this the scheduler of the calling thread.
    class occupy {
    public:
        explicit occupy(scheduler& self) noexcept : before_(here()) { here() = &self; }
        occupy(const occupy&) = delete;
        occupy& operator=(const occupy&) = delete;
        ~occupy() { here() = before_; }

    private:
        scheduler* before_;
    };

private:
    friend class operation;
    static constexpr int share = 128;  // operations a job may finish in one go, as tokio's budget
    static scheduler*& here() noexcept {
        static constinit thread_local scheduler* mine = nullptr;
        return mine;
    }

    // Deals them out into two heaps again and again, which needs no memory: those that go the same way each time, one
    // pair in 256, keep their order.
    void mix(intrusive_list<operation>& batch) noexcept {
        for (int round = 0; round < 8; ++round) {
            intrusive_list<operation> first;
            intrusive_list<operation> second;
            while (!batch.empty()) {
                operation& next = batch.pop_front();
                (order_->percent(50) ? first : second).push_back(next);
            }
            batch.splice_back(first);
            batch.splice_back(second);
        }
    }

    intrusive_list<operation> ready_;
    std::optional<random_sequence> order_;
    job* running_ = nullptr;
    int budget_ = share;
};

/// The job that runs on this thread. Error: std::logic_error outside of run(task) and handlers.
inline job& this_job() {
    job* running = scheduler::current().running_job();
    if (!running) [[unlikely]]
        throw std::logic_error(
            "coracle: no task runs here, in a posted function or a timer; post and fire cannot wait");
    return *running;
}

inline void operation::park(std::coroutine_handle<> waiting) noexcept {
    home_ = scheduler::here();
    CORACLE_ASSERT(home_ != nullptr && home_->running_ != nullptr && home_->running_->pending_ == nullptr);
    waiting_ = waiting;
    job_ = home_->running_;
    job_->pending_ = this;
}

inline bool operation::refused() noexcept {
    scheduler* here = scheduler::here();
    CORACLE_ASSERT(here != nullptr && here->running_ != nullptr);
    return cancelled_ = here->running_->cancelled();
}

inline void operation::finish() noexcept {
    if (!pending()) return;
    job_->pending_ = nullptr;
    home_->make_ready(*this);
}

inline bool operation::may_go_on() noexcept { return scheduler::here()->may_go_on(); }

inline bool operation::done_at_once(std::coroutine_handle<> waiting) noexcept {
    if (may_go_on()) return false;
    park(waiting);
    finish();
    return true;
}

inline void operation::try_again() noexcept {
    if (pending()) home_->make_ready(*this);
}

inline void operation::finish_cancelled() noexcept {
    if (!pending()) return;
    cancelled_ = true;
    finish();
}

inline void operation::proceed() noexcept {
    if (!cancelled_ && !ready()) return;
    scheduler& home = *home_;
    home.running_ = std::exchange(job_, nullptr);  // which may end before this operation does
    waiting_.resume();
    home.running_ = nullptr;
}

}  // namespace coracle::async
