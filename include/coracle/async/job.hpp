// job, scope, operation: who waits, what can be cancelled as one, and for what is waited.
// The model is trio's: level-triggered cancel scopes. All three belong to one thread, so nothing here is atomic.
#pragma once

#include <coracle/base/intrusive_list.hpp>

#include <coroutine>

namespace coracle {

/// Thrown at the next co_await of whatever was cancelled. No std::exception, so `catch (const std::exception&)` lets
/// it pass; code that catches it for clean-up throws it on.
struct cancelled final {};

namespace async {

class job;
class operation;
class scheduler;

/// A node of the tree that cancellation follows: cancelling a scope cancels everything below it, and every later
/// co_await in it, until it is left. Lives where it is used, usually in a coroutine frame.
class scope {
public:
    scope() noexcept = default;
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;
    ~scope() { detach(); }

    /// Becomes a child of `parent`, and is cancelled at once if that is.
    void attach(scope& parent) noexcept {
        detach();
        next_ = parent.child_;
        if (next_) next_->link_ = &next_;
        link_ = &parent.child_;
        parent.child_ = this;
        in_effect_ = requested_ || parent.in_effect_;
    }
    void cancel() noexcept {
        requested_ = true;
        if (!in_effect_) spread();
    }
    /// This very scope was cancelled, not only one above it.
    bool cancel_requested() const noexcept { return requested_; }
    /// This scope or one above it was cancelled: the next co_await in it throws `cancelled`.
    bool cancelled() const noexcept { return in_effect_; }

private:
    friend class job;
    friend class cancel_scope;
    void detach() noexcept {
        if (!link_) return;
        *link_ = next_;
        if (next_) next_->link_ = link_;
        link_ = nullptr;
    }
    inline void spread() noexcept;

    scope* child_ = nullptr;
    scope* next_ = nullptr;
    scope** link_ = nullptr;
    job* job_ = nullptr;  // the job whose waiting this scope interrupts; none for a group
    bool requested_ = false;
    bool in_effect_ = false;
};

/// One sequential chain of awaits: a connection, a request handler, a child of gather. At any time it waits for at
/// most one operation, so cancelling it is one pointer.
class job {
public:
    job() noexcept { root_.job_ = this; }
    explicit job(scope& parent) noexcept : job() { root_.attach(parent); }

    scope& root() noexcept { return root_; }
    /// The innermost scope that the job's code is in.
    scope& current_scope() noexcept { return *innermost_; }
    bool cancelled() const noexcept { return innermost_->cancelled(); }
    bool waiting() const noexcept { return pending_ != nullptr; }

private:
    friend class scope;
    friend class operation;
    friend class cancel_scope;
    scope root_;
    scope* innermost_ = &root_;
    operation* pending_ = nullptr;
};

/// A scope around part of a job's code: from here to its end, cancel() interrupts this part and no more.
class cancel_scope {
public:
    explicit cancel_scope(job& in) noexcept : job_(in), outer_(*in.innermost_) {
        inner_.job_ = &in;
        inner_.attach(outer_);
        in.innermost_ = &inner_;
    }
    cancel_scope(const cancel_scope&) = delete;
    cancel_scope& operator=(const cancel_scope&) = delete;
    ~cancel_scope() { job_.innermost_ = &outer_; }

    void cancel() noexcept { inner_.cancel(); }
    bool cancelled() const noexcept { return inner_.cancelled(); }
    /// A `cancelled` that arrives at the end of this scope is its own, and ends here: nothing above was cancelled.
    bool swallows() const noexcept { return inner_.cancel_requested() && !outer_.cancelled(); }

private:
    scope inner_;
    job& job_;
    scope& outer_;
};

/// What a job waits for: the base of every awaiter that can suspend by itself. It stands in at most one list, of
/// waiters or of the ready. An operation either happens or is cancelled, never both.
class operation : public list_node {
public:
    operation() noexcept = default;

    /// Called when the scope around the waiting job is cancelled: finish_cancelled(), which leaves the list it stands
    /// in, or silence when it has to be waited for all the same.
    virtual void cancel() noexcept = 0;

    /// Wakes: the waiting coroutine, from the ready queue of its loop, once. Nothing if it does not wait any more.
    inline void finish() noexcept;

protected:
    ~operation() { abandon(); }

    /// Called when its turn in the ready queue comes: true resumes the coroutine, false goes on waiting.
    virtual bool ready() noexcept { return true; }

    /// For await_suspend: `waiting` is the coroutine of the running job, which now waits for this.
    inline void park(std::coroutine_handle<> waiting) noexcept;
    /// For await_suspend, first thing: true when the running job is cancelled, and await_resume will say so.
    inline bool refused() noexcept;
    /// For await_suspend when there is nothing to wait for, and returned by it: goes on, or, when the job has had its
    /// share of this turn, queues behind the others.
    inline bool done_at_once(std::coroutine_handle<> waiting) noexcept;
    /// False: the job has had its share of this turn and has to queue, however ready it is.
    inline bool may_go_on() noexcept;
    /// Queues it without finishing: ready() decides, and until then it can still be cancelled.
    inline void try_again() noexcept;
    inline void finish_cancelled() noexcept;
    bool pending() const noexcept { return job_ != nullptr && job_->pending_ == this; }
    /// After ready() has done its work: from here on the operation has happened.
    void settled() noexcept {
        if (pending()) job_->pending_ = nullptr;
    }
    bool was_cancelled() const noexcept { return cancelled_; }
    /// For await_resume.
    void throw_if_cancelled() const {
        if (cancelled_) throw coracle::cancelled{};
    }
    scheduler& home() const noexcept { return *home_; }

private:
    friend class scheduler;
    inline void proceed() noexcept;
    void abandon() noexcept {
        if (pending()) job_->pending_ = nullptr;
    }

    std::coroutine_handle<> waiting_;
    job* job_ = nullptr;
    scheduler* home_ = nullptr;
    bool cancelled_ = false;
};

inline void scope::spread() noexcept {
    in_effect_ = true;
    if (job_ && job_->innermost_ == this && job_->pending_) job_->pending_->cancel();
    for (scope* below = child_; below; below = below->next_)
        if (!below->in_effect_) below->spread();
}

}  // namespace async
}  // namespace coracle
