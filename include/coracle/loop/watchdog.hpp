// watchdog: reports a loop that one task holds for too long. asyncio's slow callback warning, while it still is slow.
#pragma once

#include <coracle/async/scheduler.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/held_step.hpp>
#include <coracle/os/poller.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace coracle::loop {

// Fact: the stack of another thread can be read only from a signal that interrupts it, and what reads it there
// allocates and locks, while that thread may hold the same lock. So what is told is where the task went on: the
// co_await before what blocks.

/// A thread that looks at loops twice in each `limit`, and reports (base/report.hpp) the task or route that has held
/// one for longer. A loop that sleeps, or that many short steps keep busy, is not held.
/// cost: the thread, and nothing that its loops would notice.
class watchdog {
public:
    static constexpr std::chrono::milliseconds default_limit{100};

    /// error: std::system_error when no thread can be had.
    explicit watchdog(std::chrono::nanoseconds limit = default_limit)
        : limit_(std::max<std::chrono::nanoseconds>(limit, std::chrono::milliseconds(1))),
          thread_([this] { look_around(); }) {}
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog() {
        {
            std::lock_guard lock(mutex_);
            ended_ = true;
        }
        end_.notify_one();
        thread_.join();
    }

    /// How many steps have been found so far that held a loop for too long, by all watchdogs of the program. From any
    /// thread.
    static std::uint64_t findings() noexcept { return found().load(std::memory_order_relaxed); }

    /// Looks at one loop for as long as it lives. keeps: both, which outlive it.
    class [[nodiscard("the loop is watched for as long as this lives: name it")]] watch final : public list_node {
    public:
        watch(watchdog& by, const async::scheduler& loop) : step_(loop, by.limit_), by_(by) {
            std::lock_guard lock(by_.mutex_);
            by_.watched_.push_back(*this);
        }
        ~watch() {
            std::lock_guard lock(by_.mutex_);
            unlink();
        }

    private:
        friend class watchdog;
        held_step step_;
        watchdog& by_;
    };

private:
    void look_around() {
        std::unique_lock lock(mutex_);
        while (!end_.wait_for(lock, limit_ / 2, [this] { return ended_; })) {
            os::time_point now = os::clock::now();
            watched_.for_each([now](watch& each) {
                if (auto found = each.step_.look(now)) tell(*found);
            });
        }
    }
    static std::atomic<std::uint64_t>& found() noexcept {
        static constinit std::atomic<std::uint64_t> count{0};
        return count;
    }
    static void tell(const held_step::finding& found) noexcept {
        watchdog::found().fetch_add(1, std::memory_order_relaxed);
        try {
            auto held = std::chrono::duration_cast<std::chrono::milliseconds>(found.held).count();
            std::string what = "the loop has stood still for " + std::to_string(held) + " ms";
            if (found.where.label) what.append(" in ").append(found.where.label);
            what += "; work that blocks belongs into offload(), long computations await yield_now() now and then";
            if (found.where.resumed_at.line() != 0) what += "; the task went on";
            report(what, found.where.resumed_at);
        } catch (...) {
            report("the loop stands still, and no memory is left to say more");
        }
    }

    const std::chrono::nanoseconds limit_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable end_;
    bool ended_ = false;
    intrusive_list<watch> watched_;
    std::thread thread_;
};

}  // namespace coracle::loop
