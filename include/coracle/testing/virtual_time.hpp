// virtual_time: tests in which sleeping takes no time, and which a seed repeats.
// As trio.testing.MockClock and Tokio's start_paused; the order by seed as in trio's and loom's schedulers for tests.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/tasks.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/testing/virtual_poller.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace coracle {

namespace testing {

/// How virtual time goes. Changed by what it is asked: `virtual_time.seed(7)`.
class virtual_clock {
public:
    constexpr virtual_clock() noexcept {}

    /// What could go on at the same time does so in an order that `number` decides; 0 is first come, first served.
    constexpr virtual_clock seed(std::uint64_t number) const noexcept {
        virtual_clock changed = *this;
        changed.seed_ = number;
        return changed;
    }
    /// How long a loop in which everybody waits for ever really waits for threads of your own, before it is a deadlock.
    constexpr virtual_clock patience(std::chrono::nanoseconds real) const noexcept {
        virtual_clock changed = *this;
        changed.patience_ = real;
        return changed;
    }
    /// The time of day at the beginning, for dates; else 2001-09-09T01:46:40Z.
    constexpr virtual_clock begins(std::chrono::sys_time<std::chrono::milliseconds> wall) const noexcept {
        virtual_clock changed = *this;
        changed.wall_ = wall.time_since_epoch().count();
        return changed;
    }

    constexpr std::uint64_t seed() const noexcept { return seed_; }
    std::unique_ptr<virtual_poller> make_poller() const { return std::make_unique<virtual_poller>(patience_, wall_); }

private:
    std::uint64_t seed_ = 0;
    std::chrono::nanoseconds patience_ = std::chrono::seconds(1);
    std::int64_t wall_ = 1'000'000'000'000;
};

}  // namespace testing

/// Time that stands still while anybody works and jumps when everybody waits: `run(virtual_time, work())`.
/// An offloaded call is waited for, and takes no time unless a timer is due before it returns: then as much as in life.
/// Threads of your own and other processes are not waited for.
inline constexpr testing::virtual_clock virtual_time;

/// A loop in virtual time that a test can look at and run several tasks on, one after the other.
class virtual_loop {
public:
    explicit virtual_loop(testing::virtual_clock how = virtual_time) : virtual_loop(how, how.make_poller()) {}
    virtual_loop(const virtual_loop&) = delete;
    virtual_loop& operator=(const virtual_loop&) = delete;

    /// Runs `work` to its end. error: what it throws; testing::deadlock when it would never end: it is cancelled first,
    /// so that it leaves in good order. What spawn() started goes on in the next run.
    template <class T>
    T run(task<T> work) {
        return loop::run_on(reactor_, guarded(std::move(work)));
    }
    /// The same, and then ends what spawn() started, as run() does.
    template <class T>
    T run_whole(task<T> work) {
        return loop::run_on(reactor_, guarded(std::move(work)), [] {}, [this] { loop::end_background(reactor_); });
    }
    /// Runs what the loop has to do until `time` has passed.
    void run_for(std::chrono::nanoseconds time) { loop::run_on(reactor_, pass(time)); }
    /// Moves time on while nobody runs, as a handler does that computes for long.
    void skip(std::chrono::nanoseconds time) noexcept { poller_.skip(time); }

    /// Since the beginning.
    std::chrono::nanoseconds elapsed() const noexcept { return poller_.elapsed(); }
    loop::reactor& reactor() noexcept { return reactor_; }
    testing::virtual_poller& poller() noexcept { return poller_; }

private:
    virtual_loop(testing::virtual_clock how, std::unique_ptr<testing::virtual_poller> made)
        : poller_(*made), reactor_(pool_, std::move(made)) {
        if (how.seed() != 0) reactor_.shuffle(how.seed());
        poller_.wait_also_for([this] { return reactor_.calls_out() > 0; });
        poller_.in_deadlock([this] { set_free(); });
    }

    // So that a deadlock can be ended from outside, once.
    class way_out {
    public:
        explicit way_out(virtual_loop& on) : loop_(on), scope_(async::this_job()), before_(on.way_out_) {
            on.way_out_ = this;
        }
        way_out(const way_out&) = delete;
        way_out& operator=(const way_out&) = delete;
        ~way_out() { loop_.way_out_ = before_; }
        bool taken() const noexcept { return taken_; }
        const std::string& who_waited() const noexcept { return who_waited_; }
        void take() {
            if (std::exchange(taken_, true)) throw testing::deadlock(who_waited_);
            who_waited_ = to_text(tasks());
            scope_.cancel();
        }

    private:
        virtual_loop& loop_;
        async::cancel_scope scope_;
        way_out* before_;
        bool taken_ = false;
        std::string who_waited_;
    };

    template <class T>
    task<T> guarded(task<T> work) {
        way_out out(*this);
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(work);
                if (!out.taken()) co_return;
            } else {
                T value = co_await std::move(work);
                if (!out.taken()) co_return std::forward<T>(value);
            }
        } catch (...) {
            if (!out.taken()) throw;
        }
        throw testing::deadlock(out.who_waited());
    }
    task<> pass(std::chrono::nanoseconds time) { co_await sleep(time); }
    void set_free() {
        if (!way_out_) throw testing::deadlock(to_text(tasks()));
        way_out_->take();
    }

    loop::thread_pool pool_;
    testing::virtual_poller& poller_;
    loop::reactor reactor_;
    way_out* way_out_ = nullptr;
};

/// Runs `work` on a new loop of this thread in virtual time, and gives its value. error: as virtual_loop::run;
/// std::logic_error inside of a running loop.
template <class T>
T run(testing::virtual_clock how, task<T> work) {
    if (async::scheduler::current_or_null())
        throw std::logic_error("coracle: run() inside a running loop would block it; co_await the task instead");
    virtual_loop loop(how);
    return loop.run_whole(std::move(work));
}

}  // namespace coracle
