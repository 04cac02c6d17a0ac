// thread_pool: the threads on which blocking calls run. asyncio's default executor.
#pragma once

#include <coracle/async/scheduler.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/os/processor_count.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace coracle::loop {

/// Starts threads as calls come, up to `most`, and keeps them. Calls beyond that wait in order.
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

    static std::size_t default_size() { return std::max<std::size_t>(32, 4 * os::processor_count()); }

    explicit thread_pool(std::size_t most = default_size()) : most_(std::max<std::size_t>(1, most)) {}
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;
    /// Waits for the calls under way.
    ~thread_pool() {
        {
            std::lock_guard lock(mutex_);
            closing_ = true;
        }
        work_.notify_all();
        for (std::thread& each : threads_) each.join();
    }

    std::size_t size() const noexcept { return most_; }

    /// Error: std::system_error when not even one thread can be had.
    void submit(async::blocking_call& call, home& owner) {
        std::lock_guard lock(mutex_);
        if (queued_ >= idle_ && threads_.size() < most_) start_thread();
        call.taken_by = &owner;
        call.begun = false;
        waiting_.push_back(call);
        ++queued_;
        work_.notify_one();
    }

    /// True when `call` had not begun and never will.
    bool retract(async::blocking_call& call) noexcept {
        std::lock_guard lock(mutex_);
        if (call.begun) return false;
        call.unlink();
        --queued_;
        return true;
    }

private:
    void start_thread() {
        try {
            threads_.emplace_back([this] { serve(); });
        } catch (const std::system_error&) {
            if (threads_.empty()) throw;  // else the calls wait for the threads there are
        }
    }
    void serve() {
        std::unique_lock lock(mutex_);
        ++idle_;
        for (;;) {
            work_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
            --idle_;
            if (waiting_.empty()) return;
            async::blocking_call& call = waiting_.pop_front();
            --queued_;
            call.begun = true;
            lock.unlock();
            call.run();
            lock.lock();
            ++idle_;  // before the answer is seen, so that the call it leads to does not start another thread
            lock.unlock();
            static_cast<home*>(call.taken_by)->call_returned(call);
            lock.lock();
        }
    }

    const std::size_t most_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable work_;
    intrusive_list<async::blocking_call> waiting_;
    std::size_t queued_ = 0;
    std::size_t idle_ = 0;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace coracle::loop
