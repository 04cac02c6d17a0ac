// job, scope, operation: who waits, what can be cancelled as one, and for what is waited.
// The model is trio's: level-triggered cancel scopes. All of them belong to one thread, so nothing here is atomic.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/context.hpp>
#include <coracle/base/intrusive_list.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <typeinfo>
#include <utility>

namespace coracle {

/// Thrown at the next co_await of whatever was cancelled. No std::exception, so `catch (const std::exception&)` lets
/// it pass; code that catches it for clean-up throws it on.
struct cancelled final {};

namespace async {

class job;
class operation;
class scheduler;

/// True when `error` holds `cancelled`.
inline bool is_cancellation(const std::exception_ptr& error) noexcept {
    if (!error) return false;
#if defined(__GLIBCXX__) && defined(__cpp_rtti)
    return *error.__cxa_exception_type() == typeid(cancelled);  // a thousand times faster than throwing it again
#else
    try {
        std::rethrow_exception(error);
    } catch (const cancelled&) {
        return true;
    } catch (...) {
        return false;
    }
#endif
}

/// A node of the tree that cancellation follows: cancelling a scope cancels everything below it, and every later
/// co_await in it, until it is left. Lives where it is used, usually in a coroutine frame.
class scope {
public:
    scope() noexcept = default;
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;
    /// What is still below it, because its owner outlives this scope, is from here on below the parent.
    ~scope() {
        if (child_) [[unlikely]]
            leave_children();
        detach();
    }

    /// Becomes a child of `parent`, and is cancelled at once if that is, unless it is shielded.
    void attach(scope& parent) noexcept {
        detach();
        next_ = parent.child_;
        if (next_) next_->link_ = &next_;
        link_ = &parent.child_;
        parent.child_ = this;
        told_ = in_effect_ = requested_ || (!shielded_ && parent.in_effect_);
    }
    void cancel() noexcept {
        requested_ = true;
        if (in_effect_) return;
        spread();
        tell();
    }
    /// From here on a cancellation from above does not come in; its own does.
    void shield() noexcept { shielded_ = true; }
    /// This very scope was cancelled, not only one above it.
    bool cancel_requested() const noexcept { return requested_; }
    /// This scope or one above it was cancelled: the next co_await in it throws `cancelled`.
    bool cancelled() const noexcept { return in_effect_; }

    /// Calls `visit(job, depth)` for each job below, the youngest of siblings first; a job's own are deeper by one.
    template <class Visit>
    void for_each_job(Visit&& visit, std::size_t depth = 0) const;

protected:
    enum class kind : unsigned char { group, part_of_job, whole_job };
    explicit scope(kind what, bool shielded = false) noexcept : kind_(what), shielded_(shielded) {}

private:
    friend class job;
    friend class cancel_scope;
    void detach() noexcept {
        if (!link_) return;
        *link_ = next_;
        if (next_) next_->link_ = link_;
        link_ = nullptr;
    }
    /// In its own place among its siblings; without a parent they have none either.
    void leave_children() noexcept {
        scope* last = child_;
        while (last->next_) last = last->next_;
        if (link_) {
            last->next_ = next_;
            if (next_) next_->link_ = &last->next_;
            next_ = child_;
            child_->link_ = &next_;
        } else {
            for (scope* each = child_; each;) {
                each->link_ = nullptr;
                each = std::exchange(each->next_, nullptr);
            }
        }
        child_ = nullptr;
    }
    void spread() noexcept {
        in_effect_ = true;
        for (scope* below = child_; below; below = below->next_)
            if (!below->in_effect_ && !below->shielded_) below->spread();
    }
    /// After spread(), so that an operation which hears of it finds every scope as it is.
    inline void tell() noexcept;
    /// The job whose waiting this scope interrupts; none for a group.
    inline job* interrupts() noexcept;

    scope* child_ = nullptr;
    scope* next_ = nullptr;
    scope** link_ = nullptr;
    kind kind_ = kind::group;
    bool shielded_ = false;
    bool requested_ = false;
    bool in_effect_ = false;
    bool told_ = false;
};

/// One sequential chain of awaits: a connection, a request handler, a child of gather. At any time it waits for at
/// most one operation, so cancelling it is one pointer.
class job final : scope {
public:
    job() noexcept : scope(kind::whole_job) {}
    explicit job(scope& parent) noexcept : job() { attach(parent); }

    scope& root() noexcept { return *this; }
    /// The innermost scope that the job's code is in.
    scope& current_scope() noexcept { return *innermost_; }
    bool cancelled() const noexcept { return innermost_->in_effect_; }
    bool waiting() const noexcept { return pending_ != nullptr; }

    /// What the innermost of its calls waits in; null while it runs.
    const call_frame* where() const noexcept { return leaf_; }

    /// The values that its code finds, see context_local.
    context& values() noexcept { return values_; }
    const context& values() const noexcept { return values_; }

    /// What it works for, for whoever looks from outside: a route, say. Null when nobody said.
    const char* label() const noexcept { return label_; }
    /// keeps: the text, which outlives the loop, for whoever looks from another thread.
    void set_label(const char* text) noexcept { label_ = text; }

    /// Sees what `parent` sees now.
    void inherit(const job& parent) noexcept {
        values_ = parent.values_;
        label_ = parent.label_;
    }

private:
    friend class scope;
    friend class scheduler;
    friend class operation;
    friend class cancel_scope;
    unsigned refusals_ = 0;  // how many co_awaits in a row were refused because it, or a part of it, is cancelled
    scope* innermost_ = this;
    operation* pending_ = nullptr;
    const call_frame* leaf_ = nullptr;
    scheduler* home_ = nullptr;
    context values_;
    const char* label_ = nullptr;
};

/// Is told when a job has come to its end: when its first task ends, which nobody awaits.
class task_end {
public:
    virtual void task_ended() noexcept = 0;

protected:
    ~task_end() = default;
};

/// A scope around part of a job's code: from here to its end, cancel() interrupts this part and no more.
class cancel_scope : scope {
public:
    /// in: a shielded part goes on when what is around it is cancelled, and is told at its end.
    explicit cancel_scope(job& in, bool shielded = false) noexcept
        : scope(kind::part_of_job, shielded), job_(in), outer_(*in.innermost_) {
        attach(outer_);
        in.innermost_ = this;
    }
    cancel_scope(const cancel_scope&) = delete;
    cancel_scope& operator=(const cancel_scope&) = delete;
    ~cancel_scope() {
        job_.innermost_ = &outer_;
        if (swallows()) job_.refusals_ = 0;  // it obeyed
    }

    void cancel() noexcept { scope::cancel(); }
    bool cancelled() const noexcept { return scope::cancelled(); }
    /// A `cancelled` that arrives at the end of this scope is its own, and ends here: nothing above was cancelled.
    bool swallows() const noexcept { return cancel_requested() && !outer_.cancelled(); }
    /// What is around this scope was cancelled.
    bool cancelled_from_outside() const noexcept { return outer_.cancelled(); }

private:
    friend class scope;
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
    inline void park(caller waiting) noexcept;
    /// For await_suspend, first thing: true when the running job is cancelled, and await_resume will say so.
    inline bool refused() noexcept;
    /// For await_suspend when the job is refused, and returned by it: goes on to await_resume. A job that awaits
    /// again and again all the same is reported, once, and has to queue, so that it does not hold the loop.
    [[gnu::cold]] inline bool declined(caller waiting) noexcept;
    /// For await_suspend when there is nothing to wait for, and returned by it: goes on, or, when the job has had its
    /// share of this turn, queues behind the others.
    inline bool done_at_once(caller waiting) noexcept;
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
    scheduler& home() const noexcept { return *job_->home_; }
    /// The job that waits, or waited, for this.
    job& waiting_job() const noexcept { return *job_; }

private:
    friend class scheduler;
    inline void proceed() noexcept;
    void abandon() noexcept {
        if (!job_) return;
        if (pending()) job_->pending_ = nullptr;
        job_->leaf_ = nullptr;  // its coroutine goes with it
    }

    std::coroutine_handle<> waiting_;
    job* job_ = nullptr;
    bool cancelled_ = false;
};

inline job* scope::interrupts() noexcept {
    switch (kind_) {
        case kind::whole_job:
            return static_cast<job*>(this);
        case kind::part_of_job:
            return &static_cast<cancel_scope*>(this)->job_;
        case kind::group:
            break;
    }
    return nullptr;
}

inline void scope::tell() noexcept {
    told_ = true;
    job* told = interrupts();
    if (told && told->innermost_ == this && told->pending_) told->pending_->cancel();
    for (scope* below = child_; below; below = below->next_)
        if (below->in_effect_ && !below->told_) below->tell();
}

template <class Visit>
void scope::for_each_job(Visit&& visit, std::size_t depth) const {
    for (const scope* below = child_; below; below = below->next_) {
        bool is_job = below->kind_ == kind::whole_job;
        if (is_job) visit(*static_cast<const job*>(below), depth);
        below->for_each_job(visit, depth + (is_job ? 1 : 0));
    }
}

}  // namespace async
}  // namespace coracle
