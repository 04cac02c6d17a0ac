// condition: waits, with a mutex in hand, for others to change what the mutex guards. asyncio.Condition.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/checkpoint.hpp>
#include <coracle/async/mutex.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/waiter.hpp>

#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace coracle {

/// `auto lock = co_await m.lock(); co_await c.wait(lock, [&] { return !queue.empty(); });`
/// First come, first served, also among those who lock the mutex otherwise. Outlives its waiters.
/// cost: no allocation per waiter.
class condition {
public:
    condition() noexcept = default;
    condition(const condition&) = delete;
    condition& operator=(const condition&) = delete;

    // Stands in the condition's line, then in the mutex's, from where no cancellation takes it: whoever leaves has the
    // mutex, whether with the news or with `cancelled`.
    class [[nodiscard("write co_await before wait()")]] waiter final : public mutex::claim {
    public:
        static constexpr bool selectable = false;  // it comes back with the mutex, also when something else happened

        waiter(condition& on, mutex::guard& lock) : claim(held_by(lock)), condition_(on), lock_(lock) {}
        ~waiter() {
            if (notified_) condition_.notify_one();  // destroyed before it ran: the news is for somebody else
        }
        bool await_suspend(async::caller waiting) noexcept {
            if (refused()) return declined(waiting);
            park(waiting);
            stand_in(condition_.waiters_);
            lock_.unlock();
            return true;
        }
        void cancel() noexcept override {
            if (back_) return;
            interrupted_ = true;
            forsaken();
            come_back();
        }
        void await_resume() {
            throw_if_cancelled();  // before it let go of the mutex
            notified_ = false;
            lock_ = take_over();
            if (interrupted_) throw cancelled{};
        }

    private:
        friend class condition;
        static mutex& held_by(mutex::guard& lock) {
            if (!lock) throw std::logic_error("coracle: condition::wait needs a lock that holds its mutex");
            return *lock.held_;
        }
        // Takes the mutex when it is free, or waits for it; not cancellable any more.
        void come_back() noexcept {
            back_ = true;
            if (attempt())
                finish();
            else
                line_up();
        }

        condition& condition_;
        mutex::guard& lock_;
        bool back_ = false;
        bool notified_ = false;
        bool interrupted_ = false;
    };

    /// Unlocks, waits for a notification, and locks again. In: a lock that holds the mutex.
    /// error: `cancelled`, and then too the lock holds the mutex. Who is notified first and cancelled then has been
    /// notified.
    waiter wait(mutex::guard& lock) { return waiter(*this, lock); }
    /// The same until `is_so()`, which is asked with the mutex held; at once when it is so already.
    template <class Predicate>
        requires std::is_invocable_r_v<bool, std::decay_t<Predicate>&>
    task<> wait(mutex::guard& lock, Predicate&& is_so) {
        static_assert(async::survives_gcc_12<Predicate>,
                      "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; "
                      "capture by reference, or name the lambda first");
        return wait_until<std::decay_t<Predicate>>(lock, std::forward<Predicate>(is_so));
    }

    /// Wakes: the `count` who waited longest, each when it has the mutex. The caller need not hold it.
    void notify(std::size_t count) noexcept {
        for (; count > 0 && !waiters_.empty(); --count) {
            waiter& next = waiters_.front();
            next.forsaken();
            next.notified_ = true;
            next.come_back();
        }
    }
    void notify_one() noexcept { notify(1); }
    void notify_all() noexcept { notify(static_cast<std::size_t>(-1)); }

private:
    template <class Predicate>
    task<> wait_until(mutex::guard& lock, Predicate is_so) {
        if (is_so()) {
            co_await async::checkpoint();
            co_return;
        }
        do {
            co_await wait(lock);
        } while (!is_so());
    }

    async::waiting_line<waiter> waiters_;
};

}  // namespace coracle
