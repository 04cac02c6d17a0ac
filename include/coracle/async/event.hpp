// event: a flag that tasks wait for. asyncio.Event.
#pragma once

#include <coracle/async/waiter.hpp>

namespace coracle {

/// Off at first; `co_await e.wait()` waits until it is on. Belongs to the thread of its loop; outlives its waiters.
/// cost: no allocation per waiter.
class event {
public:
    event() noexcept = default;
    event(const event&) = delete;
    event& operator=(const event&) = delete;

    bool is_set() const noexcept { return set_; }
    /// Wakes: every waiter, in the order they came, from the ready queue, even when it is cleared before they run.
    void set() noexcept {
        set_ = true;
        while (!waiters_.empty()) waiters_.front().happened();
    }
    void clear() noexcept { set_ = false; }

    class [[nodiscard("write co_await before wait()")]] waiter final : public async::waiter {
    public:
        explicit waiter(event& on) noexcept : event_(on) {}
        void await_resume() const { throw_if_cancelled(); }

    private:
        bool attempt() noexcept override { return event_.set_; }
        void line_up() noexcept override { stand_in(event_.waiters_); }
        event& event_;
    };

    /// Resumes when the event is set; at once when it is.
    waiter wait() noexcept { return waiter(*this); }

private:
    async::waiting_line<waiter> waiters_;
    bool set_ = false;
};

}  // namespace coracle
