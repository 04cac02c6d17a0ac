// event: a flag that tasks wait for. asyncio.Event.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/intrusive_list.hpp>

namespace coracle {

/// Off at first; `co_await e.wait()` waits until it is on. Belongs to the thread of its loop; outlives its waiters.
/// cost: no allocation per waiter.
class event {
public:
    event() noexcept = default;
    event(const event&) = delete;
    event& operator=(const event&) = delete;

    bool is_set() const noexcept { return set_; }
    /// Wakes: every waiter, in the order they came, from the ready queue.
    void set() noexcept {
        set_ = true;
        while (!waiters_.empty()) waiters_.front().finish();
    }
    void clear() noexcept { set_ = false; }

    class [[nodiscard("write co_await before wait()")]] waiter final : public async::operation {
    public:
        explicit waiter(event& on) noexcept : event_(on) {}
        bool await_ready() const noexcept { return false; }
        bool await_suspend(async::caller waiting) noexcept {
            if (refused()) return declined(waiting);
            if (event_.set_) return done_at_once(waiting);
            park(waiting);
            event_.waiters_.push_back(*this);
            return true;
        }
        void cancel() noexcept override { finish_cancelled(); }
        void await_resume() const { throw_if_cancelled(); }

    private:
        event& event_;
    };

    /// Resumes when the event is set; at once when it is.
    waiter wait() noexcept { return waiter(*this); }

private:
    intrusive_list<async::operation> waiters_;
    bool set_ = false;
};

}  // namespace coracle
