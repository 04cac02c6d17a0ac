// flight: one piece of work that several wait for, on one loop or on several, and who does it when its doer is gone.
// Go's singleflight, for tasks that can be cancelled.
#pragma once

#include <coracle/async/arrival.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/intrusive_list.hpp>

#include <atomic>
#include <cstddef>
#include <mutex>

namespace coracle {

/// At any time one has the lead, or it is over. Who has the lead works in its own frame, with its own means, and when
/// it leaves before the work is done the first in line has the lead.
class flight {
public:
    class turn;
    using line = intrusive_list<turn>;

    /// keeps: the mutex that guards it, perhaps with other things.
    explicit flight(std::mutex& guard) noexcept : guard_(guard) {}
    flight(const flight&) = delete;
    flight& operator=(const flight&) = delete;

    /// Under the guard: it is over, and `told` are those who wait, for tell() when the guard is free again.
    void end(line& told) noexcept {
        over_ = true;
        while (!line_.empty()) call_up(told, false);
    }
    /// The lead is free: the first in line has it, or, when there is none, it is over and abandoned(). Takes the guard.
    void give_up() noexcept {
        line told;
        {
            std::lock_guard lock(guard_);
            if (line_.empty()) {
                over_ = true;
                abandoned();
            } else {
                call_up(told, true);
            }
        }
        tell(told);
    }
    /// Wakes: each of them, on its own loop. Not under the guard, for it takes their loops' mutexes.
    static void tell(line& told) noexcept;

    /// The job that works for it; null between two, and when it is over. From any thread, and only to be compared.
    const async::job* leader() const noexcept { return leader_; }
    void set_leader(const async::job* who) noexcept { leader_ = who; }

    /// Under the guard.
    std::size_t waiting() const noexcept { return waiting_; }
    bool over() const noexcept { return over_; }

protected:
    ~flight() = default;
    /// Under the guard: it has ended without a result.
    virtual void abandoned() noexcept = 0;

private:
    void call_up(line& told, bool to_lead) noexcept;

    std::mutex& guard_;
    line line_;
    std::size_t waiting_ = 0;
    bool over_ = false;
    std::atomic<const async::job*> leader_{nullptr};
};

/// `co_await turn;` waits until the flight is over, or has come down to it: then leads(). keeps: the flight.
class [[nodiscard("write co_await before it")]] flight::turn final : public async::operation {
public:
    explicit turn(flight& of) noexcept : of_(of), news_(*this) {}
    ~turn() {
        if (parked_) leave();
        if (leads_) of_.give_up();
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) return declined(waiting);
        {
            std::lock_guard lock(of_.guard_);
            if (!of_.over_) {
                park(waiting);
                home_ = &home();
                parked_ = in_line_ = true;
                of_.line_.push_back(*this);
                ++of_.waiting_;
                return true;
            }
        }
        return done_at_once(waiting);
    }
    void await_resume() const { throw_if_cancelled(); }
    void cancel() noexcept override {
        // Who has been called up already goes on: its news is under way.
        if (!step_out()) return;
        parked_ = false;
        finish_cancelled();
    }

    /// It is this one's work now, until it ends the flight or gives it up. Once.
    bool take_lead() noexcept { return std::exchange(leads_, false); }

private:
    friend class flight;
    class news final : public async::arrival {
    public:
        explicit news(turn& to) noexcept : to_(to) {}
        void arrived() noexcept override { to_.wake(); }
        void lost() noexcept override { to_.parked_ = false; }

    private:
        turn& to_;
    };

    bool step_out() noexcept {
        std::lock_guard lock(of_.guard_);
        if (!in_line_) return false;
        in_line_ = false;
        unlink();
        --of_.waiting_;
        return true;
    }
    // The coroutine is destroyed while it waits.
    void leave() noexcept {
        if (!step_out()) home_->intercept(news_);
        parked_ = false;
    }
    void wake() noexcept {
        parked_ = false;
        finish();
    }

    flight& of_;
    news news_;
    async::scheduler* home_ = nullptr;
    bool parked_ = false;   // from its await to its news, as its own thread sees it
    bool in_line_ = false;  // guarded; and so is leads_ until the news is there
    bool leads_ = false;
};

inline void flight::call_up(line& told, bool to_lead) noexcept {
    turn& next = line_.pop_front();
    --waiting_;
    next.in_line_ = false;
    next.leads_ = to_lead;
    told.push_back(next);
}

inline void flight::tell(line& told) noexcept {
    while (!told.empty()) {
        turn& next = told.pop_front();  // from deliver() on it may be gone
        if (next.home_ == async::scheduler::current_or_null())
            next.wake();
        else
            next.home_->deliver(next.news_);
    }
}

}  // namespace coracle
