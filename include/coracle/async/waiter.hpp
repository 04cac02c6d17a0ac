// waiter, waiting_line, choice: an operation that stands in line for its turn, alone or as one of several of which one
// happens. What mutex, semaphore, event, barrier and channel are made of, and what select chooses from.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/report.hpp>

#include <cstddef>

namespace coracle::async {

class choice;

/// First in, first out. Outlives those who stand in it: one that does not is reported in debug runs, and what stood in
/// it waits until it is cancelled.
template <class Waiter>
class waiting_line : public intrusive_list<Waiter> {
public:
    waiting_line() noexcept = default;
    waiting_line(const waiting_line&) = delete;
    waiting_line& operator=(const waiting_line&) = delete;
    ~waiting_line() {
        if (this->empty()) return;
#if !defined(NDEBUG)
        report(
            "something that tasks wait for (a channel, a mutex, an event...) was destroyed before them, and they wait "
            "until they are cancelled; declare it before the tasks, or end them first");
#endif
        while (!this->empty()) this->front().forsaken();
    }
};

/// Tries at once, and else stands in a line until whoever serves that line says that it has happened.
class waiter : public operation {
public:
    /// May be a case of select.
    static constexpr bool selectable = true;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) {
        if (refused()) return declined(waiting);
        if (attempt()) return done_at_once(waiting);
        park(waiting);
        line_up();
        return true;
    }
    void cancel() noexcept override {
        leave();
        finish_cancelled();
    }

    /// For whoever serves the line, at its front: takes it out. Wakes: the task, from the ready queue.
    inline void happened() noexcept;
    /// The line is gone, and nobody will serve it.
    void forsaken() noexcept {
        unlink();
        in_line_ = false;
    }

protected:
    ~waiter() = default;

    /// Does it now, if it can be done without waiting.
    virtual bool attempt() = 0;
    /// Calls stand_in().
    virtual void line_up() noexcept = 0;
    /// It has left its line unserved, which may be good for those behind it.
    virtual void left_line() noexcept {}

    /// For the await_ready of a class that is tried often, `return may_attempt() && attempt();`: done without waiting,
    /// it does not pay for suspending.
    bool may_attempt() noexcept { return !refused() && may_go_on(); }
    template <class Waiter>
    void stand_in(waiting_line<Waiter>& line) noexcept {
        line.push_back(static_cast<Waiter&>(*this));
        in_line_ = true;
    }
    bool in_line() const noexcept { return in_line_; }
    /// Leaves the line, if it stands in one; also for destructors, while left_line() is still there.
    void leave() noexcept {
        if (!in_line_) return;
        forsaken();
        left_line();
    }

private:
    friend class choice;
    choice* choice_ = nullptr;
    waiter* next_case_ = nullptr;
    bool in_line_ = false;
};

/// Several waiters as one operation: exactly one of them happens, and the others leave their lines as if they had never
/// come. Does not own them.
class choice : public operation {
public:
    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) {
        if (refused()) return declined(waiting);
        if (attempt()) return done_at_once(waiting);
        park(waiting);
        for (waiter* each = first_; each; each = each->next_case_) each->line_up();
        return true;
    }
    void cancel() noexcept override {
        withdraw();
        finish_cancelled();
    }

protected:
    choice() noexcept = default;
    ~choice() { withdraw(); }

    void add(waiter& next) noexcept {
        next.choice_ = this;
        (last_ ? last_->next_case_ : first_) = &next;
        last_ = &next;
        ++count_;
    }
    /// Tries each of them once, beginning with one drawn by lot, so that the ready have equal chances.
    bool attempt() {
        std::size_t begin = count_ > 1 ? scheduler::draw(count_) : 0;
        waiter* each = first_;
        for (std::size_t i = 0; i < begin; ++i) each = each->next_case_;
        for (std::size_t i = 0; i < count_; ++i) {
            if (each->attempt()) {
                chosen_ = each;
                return true;
            }
            each = each->next_case_ ? each->next_case_ : first_;
        }
        return false;
    }
    const waiter* chosen() const noexcept { return chosen_; }

private:
    friend class waiter;
    void choose(waiter& one) noexcept {
        chosen_ = &one;
        withdraw();
        finish();
    }
    // All have left before the first is told: its news may serve others, which must not be one of these.
    void withdraw() noexcept {
        waiter* left = nullptr;
        for (waiter* each = first_; each;) {
            waiter* next = each->next_case_;
            each->choice_ = nullptr;
            if (each->in_line_) {
                each->forsaken();
                each->next_case_ = left;
                left = each;
            }
            each = next;
        }
        first_ = last_ = nullptr;
        for (; left; left = left->next_case_) left->left_line();
    }

    waiter* first_ = nullptr;
    waiter* last_ = nullptr;
    std::size_t count_ = 0;
    const waiter* chosen_ = nullptr;
};

inline void waiter::happened() noexcept {
    forsaken();
    if (choice_)
        choice_->choose(*this);
    else
        finish();
}

}  // namespace coracle::async
