// reactor: one thread's loop. Due timers, then ready coroutines, then the poller; again.
#pragma once

#include <coracle/async/alarm.hpp>
#include <coracle/async/arrival.hpp>
#include <coracle/async/blocking_call.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/os/native_poller.hpp>
#include <coracle/os/poller.hpp>
#include <coracle/os/random_bytes.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle::loop {

/// Runs the coroutines of one thread. Everything but post() and wake() belongs to that thread.
class reactor final : public async::scheduler, thread_pool::home {
public:
    /// keeps: the pool, which outlives it.
    explicit reactor(thread_pool& pool, std::unique_ptr<os::poller> poller = os::make_native_poller())
        : pool_(pool), poller_(std::move(poller)), now_(poller_->now()) {}
    /// Jobs that were sent here or spawned are destroyed. Calls that are queued never begin, calls that run are waited
    /// for; neither arrives. What was posted and has not run is destroyed.
    ~reactor() {
        occupy here(*this);  // what is destroyed may still offload_detached()
        while (!residents_.empty()) residents_.pop_front().evicted();
        drop_background();
        intrusive_list<async::arrival> lost;
        pool_.retract_all(*this, lost);
        lost.for_each([this](async::arrival&) { --sent_; });
        {
            // Also because a thread may still be about to leave wake(), which it calls with this held.
            std::unique_lock lock(mutex_);
            came_back_.wait(lock, [this] { return back_ == sent_; });
            lost.splice_back(arriving_);
            lost.splice_back(arrivals_);
            while (!returned_.empty()) lost.push_back(returned_.front());
        }
        while (!lost.empty()) lost.pop_front().lost();
    }

    using time_point = os::time_point;

    static reactor& current() { return static_cast<reactor&>(scheduler::current()); }

    /// Makes it the reactor of this thread, also while it does not turn.
    class presence final : occupy {
    public:
        explicit presence(reactor& here) noexcept : occupy(here) {}
    };
    /// Turns until `done()` says so, on the calling thread.
    template <class Done>
    void run_until(Done&& done) {
        turn_until({&done, [](void* what) -> bool { return (*static_cast<std::remove_reference_t<Done>*>(what))(); }});
    }

    os::poller& poller() noexcept { return *poller_; }
    timer_queue& timers() noexcept { return timers_; }
    /// The time at which this turn began; good enough for deadlines of seconds, and free.
    os::time_point turn_time() const noexcept { return now_; }
    os::time_point now() noexcept { return poller_->now(); }
    /// The time of day, for dates: milliseconds since 1970; may jump.
    std::int64_t unix_milliseconds() noexcept override { return poller_->unix_milliseconds(); }
    std::int64_t steady_nanoseconds() noexcept override {
        return std::chrono::nanoseconds(now().time_since_epoch()).count();
    }
    void random_bytes(std::span<char> out) override { os::random_bytes(out); }
    std::unique_ptr<async::alarm> cancel_later(async::cancel_scope& part, std::chrono::nanoseconds after) override {
        auto alarm = std::make_unique<ringing>(part);
        timers_.arm(*alarm, later(now(), after));
        return alarm;
    }
    /// What the streams of this loop read into when nobody gave a buffer: valid until the next co_await.
    std::span<char> scratch() {
        if (!scratch_) scratch_ = std::make_unique_for_overwrite<char[]>(scratch_bytes);
        return {scratch_.get(), scratch_bytes};
    }

    void post(function<void()> f) override {
        std::lock_guard lock(mutex_);
        posted_.push_back(std::move(f));
        wake_with_lock();
    }
    /// The wait under way ends, and done() is asked again. From any thread and from signal handlers.
    void wake() noexcept { poller_->wake(); }

    /// Also when this loop sleeps. cost: no allocation.
    void deliver(async::arrival& what) noexcept override {
        std::lock_guard lock(mutex_);
        arrivals_.push_back(what);
        came_back_.notify_one();
        wake_with_lock();
    }
    void withdraw(async::arrival& what) noexcept override {
        std::lock_guard lock(mutex_);
        what.unlink();
    }
    void intercept(async::arrival& what) noexcept override {
        std::unique_lock lock(mutex_);
        came_back_.wait(lock, [&] { return what.linked(); });
        what.unlink();
    }

    /// Somebody who lives here until he leaves; the end of the loop makes him.
    class resident : public list_node {
    public:
        /// The loop is being destroyed: on return nothing of him uses it. For all but this it can still be used.
        virtual void evicted() noexcept = 0;

    protected:
        ~resident() = default;
    };
    void take_in(resident& who) noexcept { residents_.push_back(who); }
    bool has_residents() const noexcept { return !residents_.empty(); }

    /// The threads that this loop shares.
    thread_pool& pool() noexcept { return pool_; }
    void offload(async::blocking_call& call) override {
        pool_.submit(call, this);
        ++sent_;
    }
    void offload_detached(async::blocking_call& call) override { pool_.submit(call, nullptr); }
    bool retract(async::blocking_call& call) noexcept override {
        if (!pool_.retract(call)) return false;
        --sent_;
        return true;
    }
    void recall(async::blocking_call& call) noexcept override {
        if (retract(call)) return;
        std::unique_lock lock(mutex_);
        came_back_.wait(lock, [&] { return call.linked(); });
        call.unlink();
        ++taken_;
    }
    /// Offloaded calls that have not come back yet, and whatever else of other threads is waited for here.
    std::size_t calls_out() const noexcept { return static_cast<std::size_t>(sent_ - taken_) + expected_; }
    /// A task begins (1) or ceases (-1) to wait for something that another thread will deliver.
    void expect(int more) noexcept { expected_ += static_cast<std::size_t>(more); }

    /// This loop's own T, made when it is first asked for; goes with the loop, after its last task.
    template <class T>
    T& own() {
        static constinit char name = 0;  // its address is that of T
        for (belonging& each : belongings_)
            if (each.name == &name) return *static_cast<T*>(each.what.get());
        std::unique_ptr<void, void (*)(void*)> made(new T(), [](void* what) { delete static_cast<T*>(what); });
        return *static_cast<T*>(belongings_.emplace_back(belonging{&name, std::move(made)}).what.get());
    }
    /// For tests: what can go on at the same time, or is due at the same time, does so in an order that `seed` decides.
    void shuffle(std::uint64_t seed) noexcept {
        random_sequence seeds(seed);
        shuffle_ready(seeds.next());
        timers_.shuffle(seeds.next());
    }

private:
    class ringing final : public async::alarm, public timer {
    public:
        explicit ringing(async::cancel_scope& part) noexcept : part_(part) {}

    private:
        void fire(os::time_point) noexcept override { part_.cancel(); }
        async::cancel_scope& part_;
    };
    struct belonging {
        const void* name;
        std::unique_ptr<void, void (*)(void*)> what;
    };
    static constexpr std::size_t scratch_bytes = 64 * 1024;
    // Jobs that wake one another need not pay for a look at the world each time: that costs as much as 15 of them.
    static constexpr int batches_per_look = 8;

    /// Whatever says so: turning is the same for all, and stands in a program once.
    struct question {
        void* what;
        bool (*ask)(void* what);
        bool operator()() const { return ask(what); }
    };
    void turn_until(question done) {
        occupy here(*this);
        now_ = poller_->now();  // the first turn begins here, not when the reactor was made
        wakes_up();
        struct asleep_at_end {
            reactor& loop;
            ~asleep_at_end() { loop.falls_asleep(); }
        } also_when_it_throws{*this};
        while (!done()) turn(done);
    }
    void turn(question done) {
        timers_.fire_due(now_);
        for (int batch = 0; batch == 0 || (batch < batches_per_look && anything_ready()); ++batch) {
            run_ready();
            if (done()) return;
        }
        std::optional<os::time_point> until = how_long();
        falls_asleep();
        poller_->wait(until);
        wakes_up();
        now_ = poller_->now();
        take_in();
    }

    std::optional<os::time_point> how_long() noexcept {
        if (anything_ready() || !running_posts_.empty()) return now_;
        // Who delivers does the same the other way round, so at least one of the two sees the other. A loop whose
        // threads have nothing for it, as in nearly all turns, takes no lock.
        asleep_.store(true);
        if (mail_.load()) return now_;
        return timers_.next();
    }

    void take_in() {
        asleep_.store(false, std::memory_order_relaxed);
        if (mail_.load(std::memory_order_relaxed)) [[unlikely]] {
            std::lock_guard lock(mutex_);
            if (running_posts_.empty()) running_posts_.swap(posted_);
            mail_.store(!posted_.empty(), std::memory_order_relaxed);
            arriving_.splice_back(arrivals_);
            returning_.splice_back(returned_);
        }
        while (!returning_.empty()) {
            ++taken_;
            returning_.pop_front().arrived();
        }
        while (!arriving_.empty()) arriving_.pop_front().arrived();
        // One that throws ends the run, and the next run goes on behind it.
        while (next_post_ < running_posts_.size()) running_posts_[next_post_++]();
        running_posts_.clear();
        next_post_ = 0;
    }

    void call_returned(async::blocking_call& call) noexcept override {
        std::lock_guard lock(mutex_);
        returned_.push_back(call);
        ++back_;
        came_back_.notify_one();
        wake_with_lock();
    }
    void wake_with_lock() noexcept {
        mail_.store(true);
        if (asleep_.load() && asleep_.exchange(false)) poller_->wake();
    }

    thread_pool& pool_;
    std::unique_ptr<os::poller> poller_;
    timer_queue timers_;
    os::time_point now_;
    std::unique_ptr<char[]> scratch_;
    std::vector<belonging> belongings_;
    std::size_t expected_ = 0;
    std::vector<function<void()>> running_posts_;
    std::size_t next_post_ = 0;
    intrusive_list<resident> residents_;
    intrusive_list<async::arrival> arriving_;
    intrusive_list<async::blocking_call> returning_;
    std::uint64_t sent_ = 0;   // calls that the pool was given and has not given up again
    std::uint64_t taken_ = 0;  // of these, have come back and been seen

    std::mutex mutex_;  // guards what follows
    std::vector<function<void()>> posted_;
    intrusive_list<async::arrival> arrivals_;
    intrusive_list<async::blocking_call> returned_;
    std::uint64_t back_ = 0;  // of the calls sent, have come back
    std::condition_variable came_back_;
    std::atomic<bool> mail_{false};    // some of it has come and is not taken in
    std::atomic<bool> asleep_{false};  // this thread is about to wait, or waits
};

}  // namespace coracle::loop
