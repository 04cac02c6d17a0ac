// thread_pool: the threads on which blocking calls run. asyncio's default executor, with lanes.
#pragma once

#include <coracle/async/blocking_call.hpp>
#include <coracle/async/stop_request.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/loop/pool_statistics.hpp>
#include <coracle/os/processor_count.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace coracle::loop {

/// How many calls of each lane may run at the same time; each is at least one. The pool has as many threads as all
/// lanes together at most, so that a lane that is full takes nothing from the others.
struct pool_limits {
    static std::size_t default_user() { return std::max<std::size_t>(32, 4 * os::processor_count()); }

    std::size_t user = default_user();
    std::size_t files = 8;
    std::size_t clean_up = 2;
    /// A thread that had nothing to do for so long ends, unless it is the last one.
    std::chrono::nanoseconds idle_time = std::chrono::seconds(10);
};

/// Starts a thread when a call comes and none is idle. Calls beyond their lane's limit wait, first come, first served;
/// lanes take turns. Outlives the loops that use it.
/// cost: below a microsecond per call while threads are busy. One thread at a time is woken, the one that was busy
/// last.
class thread_pool {
public:
    /// Whoever takes a call back when it has run.
    class home {
    public:
        /// On the pool's thread.
        virtual void call_returned(async::blocking_call& call) noexcept = 0;

    protected:
        ~home() = default;
    };

    explicit thread_pool(const pool_limits& limits)
        : idle_time_(std::min<std::chrono::nanoseconds>(limits.idle_time, std::chrono::hours(24))) {
        std::size_t most[async::lanes] = {limits.user, limits.files, limits.clean_up};
        for (std::size_t i = 0; i < async::lanes; ++i) {
            queues_[i].seen.limit = std::clamp<std::size_t>(most[i], 1, beyond_all_machines);
            most_ += queues_[i].seen.limit;
        }
    }
    /// in: the limit of lane::user.
    explicit thread_pool(std::size_t user = pool_limits::default_user()) : thread_pool(with_user(user)) {}
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;
    /// Asks detached calls to stop, runs what is still queued, and waits for the calls under way.
    ~thread_pool() {
        ending_.request_stop();
        std::unique_lock lock(mutex_);
        closing_ = true;
        idle_.for_each([](worker& each) { each.wake.notify_one(); });
        left_.wait(lock, [this] { return threads_ == 0; });
        if (last_to_leave_.joinable()) last_to_leave_.join();
    }

    /// Runs `call`, then gives it to `owner`; to nobody when that is null: then run() is the last that is heard of it.
    /// Error: std::system_error when not even one thread can be had.
    void submit(async::blocking_call& call, home* owner) {
        call.since = now();
        std::lock_guard lock(mutex_);
        call.taken_by = owner;
        call.ending = &ending_;
        call.begun = false;
        queue& in = queue_of(call);
        in.waiting.push_back(call);
        ++in.seen.queued;
        try {
            call_a_thread();
        } catch (...) {
            call.unlink();
            --in.seen.queued;
            throw;
        }
    }

    /// True when `call` had not begun and never will.
    bool retract(async::blocking_call& call) noexcept {
        std::lock_guard lock(mutex_);
        if (call.begun) return false;
        call.unlink();
        --queue_of(call).seen.queued;
        return true;
    }
    /// Moves every call of `owner` that has not begun, and never will, to `to`.
    void retract_all(home& owner, intrusive_list<async::arrival>& to) noexcept {
        std::lock_guard lock(mutex_);
        for (queue& each : queues_)
            each.waiting.for_each([&](async::blocking_call& call) {
                if (call.taken_by != &owner) return;
                to.push_back(call);
                --each.seen.queued;
            });
    }

    /// From any thread. cost: one lock, shared with every call.
    pool_statistics statistics() const {
        std::lock_guard lock(mutex_);
        pool_statistics all;
        for (std::size_t i = 0; i < async::lanes; ++i) all.lanes[i] = queues_[i].seen;
        all.threads = threads_;
        all.idle = resting_;
        return all;
    }

private:
    struct queue {
        intrusive_list<async::blocking_call> waiting;
        lane_statistics seen;

        bool ready() const noexcept { return seen.queued > 0 && seen.running < seen.limit; }
    };
    // Lives on its thread's stack. Stands in idle_ while it has nothing to do.
    struct worker : list_node {
        std::condition_variable wake;
        bool called = false;
        std::thread thread;
    };

    static constexpr std::size_t beyond_all_machines = std::size_t{1} << 30;  // so that the sum of all lanes fits

    static pool_limits with_user(std::size_t user) {
        pool_limits limits;
        limits.user = user;
        return limits;
    }
    static std::int64_t now() noexcept { return std::chrono::steady_clock::now().time_since_epoch().count(); }
    queue& queue_of(const async::blocking_call& call) noexcept {
        return queues_[static_cast<std::size_t>(call.stands_in)];
    }

    /// Keeps the promise that whenever a call could run, a thread is about to look, or all that can be had are busy and
    /// look when they have done. One is enough: it calls the next one if there is more than it takes.
    void call_a_thread() {
        if (coming_ || std::none_of(queues_, queues_ + async::lanes, [](queue& each) { return each.ready(); })) return;
        if (!idle_.empty()) {
            worker& last = idle_.pop_front();
            --resting_;
            last.called = coming_ = true;
            last.wake.notify_one();
            return;
        }
        if (threads_ == most_ || closing_) return;
        try {
            newcomer_ = std::thread([this] { serve(); });
        } catch (const std::system_error&) {
            if (threads_ == 0) throw;  // else the calls wait for the threads there are
            return;
        }
        ++threads_;
        coming_ = true;
    }

    async::blocking_call* take(std::int64_t at) {
        for (std::size_t i = 0; i < async::lanes; ++i) {
            queue& from = queues_[turn_];
            turn_ = (turn_ + 1) % async::lanes;
            if (!from.ready()) continue;
            async::blocking_call& call = from.waiting.pop_front();
            call.begun = true;
            --from.seen.queued;
            ++from.seen.running;
            std::chrono::nanoseconds waited =
                std::chrono::steady_clock::duration(std::max<std::int64_t>(0, at - call.since));
            from.seen.waited += waited;
            from.seen.longest = std::max(from.seen.longest, waited);
            call_a_thread();
            return &call;
        }
        return nullptr;
    }

    void serve() {
        worker self;
        std::unique_lock lock(mutex_);
        self.thread = std::move(newcomer_);
        coming_ = false;
        async::blocking_call* call = take(now());
        for (;;) {
            while (!call) {
                if (!rest(self, lock)) return leave(self, lock);
                call = take(now());
            }
            lock.unlock();
            while (call) call = run(*call, self);
            lock.lock();
        }
    }
    /// Gives the next one, or null after lying down.
    async::blocking_call* run(async::blocking_call& call, worker& self) {
        queue& from = queue_of(call);
        auto* owner = static_cast<home*>(call.taken_by);
        call.run();  // a detached one is gone now
        std::int64_t ended = now();
        std::unique_lock lock(mutex_);
        --from.seen.running;
        ++from.seen.completed;
        async::blocking_call* next = take(ended);
        if (!next) lie_down(self);  // before the answer is seen, so that the call it leads to finds this thread idle
        lock.unlock();
        if (owner) owner->call_returned(call);
        return next;
    }
    void lie_down(worker& self) noexcept {
        idle_.push_front(self);
        ++resting_;
    }
    void get_up(worker& self) noexcept {
        self.unlink();
        --resting_;
    }
    /// True when there may be something to do, false when it is time to go.
    bool rest(worker& self, std::unique_lock<std::mutex>& lock) {
        if (!self.called && !self.linked()) lie_down(self);
        auto until = std::chrono::steady_clock::now() + idle_time_;
        bool tired = false;
        while (!self.called) {
            if (closing_ || (tired && threads_ > 1)) {
                get_up(self);
                return false;
            }
            if (threads_ > 1)
                tired = self.wake.wait_until(lock, until) == std::cv_status::timeout;
            else
                self.wake.wait(lock);
        }
        self.called = coming_ = false;
        return true;
    }
    void leave(worker& self, std::unique_lock<std::mutex>& lock) {
        std::thread before = std::exchange(last_to_leave_, std::move(self.thread));
        if (--threads_ == 0) left_.notify_one();
        lock.unlock();
        if (before.joinable()) before.join();
    }

    const std::chrono::nanoseconds idle_time_;
    std::size_t most_ = 0;
    async::stop_request ending_;
    mutable std::mutex mutex_;  // guards what follows
    queue queues_[async::lanes];
    std::size_t turn_ = 0;
    intrusive_list<worker> idle_;
    std::size_t resting_ = 0;
    std::size_t threads_ = 0;
    bool coming_ = false;  // a thread was called, and has not looked yet
    bool closing_ = false;
    std::condition_variable left_;
    std::thread newcomer_;
    std::thread last_to_leave_;
};

}  // namespace coracle::loop
