// scheduler: all that the coroutine algebra asks of the loop that runs it. loop/reactor is one.
#pragma once

#include <coracle/async/alarm.hpp>
#include <coracle/async/arrival.hpp>
#include <coracle/async/blocking_call.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/base/report.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <stdexcept>
#include <utility>

namespace coracle::async {

/// A job that has ended and goes once nothing on the stack uses it any more: a coroutine must not be destroyed from its
/// own final suspension.
class remains : public task_end, public list_node {
public:
    virtual void bury() noexcept = 0;

protected:
    ~remains() = default;
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
    /// Makes `other` the running job for as long as the guard lives, to start it: it sees the values that the job sees
    /// that runs now.
    class run_as {
    public:
        /// in: where the code is that it begins with, for whoever looks from outside.
        run_as(scheduler& on, job& other, std::source_location begins_at = {}) noexcept
            : on_(on), before_(on.running_), before_at_(on.resumed_at_.load(std::memory_order_relaxed)) {
            if (before_) other.inherit(*before_);
            other.home_ = &on;
            on.running_ = &other;
            on.seen(other, begins_at);
        }
        run_as(const run_as&) = delete;
        run_as& operator=(const run_as&) = delete;
        ~run_as() {
            on_.running_ = before_;
            on_.seen_label_.store(before_ ? before_->label_ : nullptr, std::memory_order_relaxed);
            on_.resumed_at_.store(before_at_, std::memory_order_relaxed);
        }

    private:
        scheduler& on_;
        job* before_;
        std::source_location before_at_;
    };

    void make_ready(operation& next) noexcept { ready_.push_back(next); }
    /// The same, right behind what runs now, and before who was made so earlier: for who works on what is at hand.
    /// Where tests decide the order, it has no privilege.
    void make_ready_next(operation& next) noexcept { (order_ ? ready_ : batch_).push_front(next); }
    /// Buries it at the end of this round.
    void leave_to_bury(remains& what) noexcept { remains_.push_back(what); }

    /// The scope above every job of this scheduler that has no other parent.
    scope& root() noexcept { return root_; }
    /// What spawn() started here: the scheduler's own, whoever awaits it.
    job_group& background() noexcept { return background_; }
    const job_group& background() const noexcept { return background_; }

    /// Says what the running job works for, see job::set_label.
    void label_running_job(const char* text) noexcept {
        if (running_) running_->set_label(text);
        seen_label_.store(text, std::memory_order_relaxed);
    }

    /// What a look from another thread sees of this one.
    struct glance {
        std::uint64_t step;               ///< its number; the same twice: it still lasts
        bool asleep;                      ///< it waits for the world
        const char* label;                ///< of the job that runs or ran last; null when it has none
        std::source_location resumed_at;  ///< where the coroutine had waited that runs or ran last
    };
    /// From any thread. The parts may belong to two jobs when they change at this moment.
    glance look() const noexcept {
        return {step_.load(std::memory_order_relaxed), asleep_.load(std::memory_order_relaxed),
                seen_label_.load(std::memory_order_relaxed), resumed_at_.load(std::memory_order_relaxed)};
    }

    /// Runs `call` on another thread; then it arrives here. Error: std::system_error when no thread can be had.
    virtual void offload(blocking_call& call) = 0;
    /// Runs `call` on another thread, sooner or later, even if this scheduler has ended by then. Error: the same.
    virtual void offload_detached(blocking_call& call) = 0;
    /// True when `call` had not been started and never will be.
    virtual bool retract(blocking_call& call) noexcept = 0;
    /// For a waiter that dies: on return `call` does not run, and will not arrive. Blocks this thread while it runs.
    virtual void recall(blocking_call& call) noexcept = 0;
    /// Calls what.arrived() on this scheduler's thread, soon, in the order of the calls. From any thread.
    virtual void deliver(arrival& what) noexcept = 0;
    /// For a receiver that dies: on return `what` is not under way any more.
    virtual void withdraw(arrival& what) noexcept = 0;
    /// The same for what will be delivered for certain: blocks this thread until then.
    virtual void intercept(arrival& what) noexcept = 0;
    /// Runs `f` on this scheduler's thread, soon. From any thread.
    virtual void post(function<void()> f) = 0;

    /// The world, for those who must not ask the system itself: a clock that is never set, in nanoseconds;
    virtual std::int64_t steady_nanoseconds() noexcept = 0;
    /// the time of day, in milliseconds since 1970, which may jump;
    virtual std::int64_t unix_milliseconds() noexcept = 0;
    /// and bytes that nobody can guess.
    virtual void random_bytes(std::span<char> out) = 0;
    /// Cancels `part` of the running job when so long has passed, unless the alarm goes before. Null: this scheduler
    /// has no time to measure.
    virtual std::unique_ptr<alarm> cancel_later(cancel_scope&, std::chrono::nanoseconds) { return nullptr; }

    /// Counts an operation that was done without waiting. False: the job has had its share of this turn and has to
    /// queue behind the others, however ready it is.
    bool may_go_on() noexcept { return budget_-- > 0; }

    /// From 0 to `bound` - 1, for choices that have to be fair: the same in every run. Also outside of a loop.
    static std::size_t draw(std::size_t bound) noexcept {
        return here() ? static_cast<std::size_t>(here()->lots_.below(bound)) : 0;
    }

protected:
    scheduler() noexcept = default;
    ~scheduler() = default;

    /// Around the wait for the world, and around the time in which it does not run.
    void falls_asleep() noexcept { asleep_.store(true, std::memory_order_relaxed); }
    void wakes_up() noexcept {
        next_step();
        asleep_.store(false, std::memory_order_relaxed);
    }

    /// For destructors, while what the jobs may use is still there.
    void drop_background() noexcept { background_.abandon_members(); }
    bool anything_ready() const noexcept { return !ready_.empty() || !batch_.empty() || !remains_.empty(); }
    /// Resumes what is ready now; what becomes ready meanwhile waits for the next call.
    void run_ready() noexcept {
        batch_.splice_back(ready_);
        if (order_) [[unlikely]]
            mix(batch_);
        while (!batch_.empty()) {
            budget_ = share;
            batch_.pop_front().proceed();
        }
        budget_ = share;
        while (!remains_.empty()) remains_.pop_front().bury();
    }
    /// For tests: each batch goes on in an order that `seed` decides.
    void shuffle_ready(std::uint64_t seed) noexcept {
        order_.emplace(seed);
        lots_ = random_sequence(~seed);
    }
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

    void next_step() noexcept { step_.store(step_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
    /// Only this thread writes: no read-modify-write is needed, and none is paid for.
    void seen(const job& resumed, std::source_location at) noexcept {
        next_step();
        seen_label_.store(resumed.label_, std::memory_order_relaxed);
        resumed_at_.store(at, std::memory_order_relaxed);
    }

    intrusive_list<operation> ready_;
    intrusive_list<operation> batch_;  // those of this round
    std::optional<random_sequence> order_;
    random_sequence lots_{0};
    intrusive_list<remains> remains_;
    job* running_ = nullptr;
    int budget_ = share;
    scope root_;
    patient_group background_{root_};
    std::atomic<std::uint64_t> step_{0};
    std::atomic<bool> asleep_{true};
    std::atomic<const char*> seen_label_{nullptr};
    std::atomic<std::source_location> resumed_at_{};
};

/// The job that runs on this thread. Error: std::logic_error outside of run(task) and handlers.
inline job& this_job() {
    job* running = scheduler::current().running_job();
    if (!running) [[unlikely]]
        throw std::logic_error(
            "coracle: no task runs here, in a posted function or a timer; post and fire cannot wait");
    return *running;
}

/// What the code that runs here finds its values in: the running job's, or what an offloaded call was lent; null when
/// there is neither.
inline const context* seen_context() noexcept {
    scheduler* here = scheduler::current_or_null();
    if (here && here->running_job()) return &here->running_job()->values();
    return context::borrowed();
}

inline job_group::job_group() { jobs_.attach(this_job().current_scope()); }
inline bool job_group::end::await_suspend(caller waiting) noexcept {
    if (!of_.jobs_.cancelled() && refused()) return declined(waiting);
    park(waiting);
    of_.waiting_.push_back(*this);
    return true;
}

inline void operation::park(caller waiting) noexcept {
    scheduler* home = scheduler::here();
    CORACLE_ASSERT(home != nullptr && home->running_ != nullptr && home->running_->pending_ == nullptr);
    waiting_ = waiting.handle();
    job_ = home->running_;
    job_->home_ = home;
    job_->pending_ = this;
    job_->leaf_ = waiting.frame();
    if (call_frame* frame = waiting.frame()) frame->stands_at(waiting.at());
    if (!cancelled_) job_->refusals_ = 0;
}

inline bool operation::refused() noexcept {
    scheduler* here = scheduler::here();
    CORACLE_ASSERT(here != nullptr && here->running_ != nullptr);
    return cancelled_ = here->running_->cancelled();
}

inline bool operation::declined(caller waiting) noexcept {
    constexpr unsigned tolerated = 3;  // clean-up that awaits once more, and once more in a destructor's stead
    unsigned& refusals = scheduler::here()->running_->refusals_;
    if (refusals < tolerated) ++refusals;
    if (refusals < tolerated && may_go_on()) return false;
    if (refusals == tolerated) {
        ++refusals;
        report(
            "a job goes on awaiting although it was cancelled; code that catches everything must let `cancelled` pass "
            "(catch (const coracle::cancelled&) { throw; })",
            waiting.at());
    }
    park(waiting);
    finish();
    return true;
}

inline void operation::finish() noexcept {
    if (!pending()) return;
    job_->pending_ = nullptr;
    job_->home_->make_ready(*this);
}

inline bool operation::may_go_on() noexcept { return scheduler::here()->may_go_on(); }

inline bool operation::done_at_once(caller waiting) noexcept {
    if (may_go_on()) return false;
    park(waiting);
    finish();
    return true;
}

inline void operation::try_again() noexcept {
    if (pending()) job_->home_->make_ready(*this);
}

inline void operation::finish_cancelled() noexcept {
    if (!pending()) return;
    cancelled_ = true;
    finish();
}

inline void operation::proceed() noexcept {
    if (!cancelled_ && !ready()) return;
    job& resumed = *std::exchange(job_, nullptr);  // which may end before this operation does
    scheduler& home = *resumed.home_;
    home.running_ = &resumed;
    home.seen(resumed, resumed.leaf_ ? resumed.leaf_->at() : std::source_location{});
    resumed.leaf_ = nullptr;
    waiting_.resume();
    home.running_ = nullptr;
}

}  // namespace coracle::async
