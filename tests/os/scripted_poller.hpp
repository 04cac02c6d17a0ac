// scripted_poller: a kernel whose readiness, time and faults are a script. Time passes only in wait(), at once.
// The same contract as epoll and kqueue (tests/os/poller.cpp), with nothing left to chance.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::os {

/// Descriptors are numbers: they need not be open. Times of the script are counted from the poller's birth.
class scripted_poller final : public poller {
public:
    using duration = clock::duration;

    /// in: `patience` is how long wait(nullopt) really waits for a wake from another thread when the script has run
    /// out; then it throws std::logic_error, because the program under test would hang for ever.
    explicit scripted_poller(duration patience = duration::zero()) : patience_(patience) {}

    // The script.

    /// Delivers `ready` for `fd` at the first wait() that reaches `when`. What comes at one time comes in one batch.
    void at(duration when, int fd, readiness ready) { script_.emplace(when, std::pair(fd, ready)); }
    /// The same for the next wait().
    void ready(int fd, readiness what) { at(elapsed(), fd, what); }
    /// The next watch() fails.
    void refuse_next_watch(std::errc why) { refuse_ = why; }
    /// The next wait() returns at once with nothing, as if a signal had come.
    void interrupt_next_wait() { interrupted_ = true; }
    /// Moves time on without a wait, as a handler does that computes for long.
    void pass(duration time) { elapsed_ += time; }

    // What happened.

    duration elapsed() const noexcept { return elapsed_; }
    std::size_t waits() const noexcept { return waits_; }
    std::size_t watched() const noexcept { return watched_.size(); }
    bool is_watched(int fd) const { return watched_.contains(fd); }

    // poller

    result<void> watch(int fd, watcher& who) override {
        if (refuse_) return failure(std::make_error_code(*std::exchange(refuse_, std::nullopt)));
        if (fd < 0) return failure(std::make_error_code(std::errc::bad_file_descriptor));
        if (!watched_.try_emplace(fd, &who).second) return failure(std::make_error_code(std::errc::file_exists));
        return {};
    }

    void forget(int fd, watcher& who) noexcept override {
        if (auto at = watched_.find(fd); at != watched_.end() && at->second == &who) watched_.erase(at);
        for (auto& [watcher, ready] : batch_)
            if (watcher == &who) watcher = nullptr;
    }

    void wait(std::optional<time_point> until) override {
        ++waits_;
        if (take_wake() || std::exchange(interrupted_, false)) {
            deliver();  // what is ready is told all the same
            return;
        }
        std::optional<duration> deadline;
        if (until) deadline = *until > now() ? *until - birth_ : elapsed_;
        if (!script_.empty() && (!deadline || script_.begin()->first <= *deadline)) {
            if (script_.begin()->first > elapsed_) elapsed_ = script_.begin()->first;
            deliver();
        } else if (deadline) {
            elapsed_ = *deadline;
        } else {
            std::unique_lock lock(mutex_);
            if (!arrived_.wait_for(lock, patience_, [&] { return woken_; }))
                throw std::logic_error("scripted_poller: wait for ever, but the script has run out");
            woken_ = false;
        }
    }

    time_point now() noexcept override { return birth_ + elapsed_; }

    void wake() noexcept override {
        {
            std::lock_guard lock(mutex_);
            woken_ = true;
        }
        arrived_.notify_one();
    }

private:
    bool take_wake() {
        std::lock_guard lock(mutex_);
        return std::exchange(woken_, false);
    }

    void deliver() {
        while (!script_.empty() && script_.begin()->first <= elapsed_) {
            auto [fd, ready] = script_.begin()->second;
            script_.erase(script_.begin());
            // Nobody watches it: the edge is lost, as a kernel loses it.
            if (auto at = watched_.find(fd); at != watched_.end()) batch_.emplace_back(at->second, ready);
        }
        for (std::size_t i = 0; i < batch_.size(); ++i) {
            auto [who, ready] = batch_[i];
            if (who) who->on_ready(ready);
        }
        batch_.clear();
    }

    // Far from zero, so that code that takes an unset time_point for a deadline shows.
    const time_point birth_ = time_point(std::chrono::hours(1000));
    duration elapsed_ = duration::zero();
    duration patience_;
    std::multimap<duration, std::pair<int, readiness>> script_;
    std::map<int, watcher*> watched_;
    std::vector<std::pair<watcher*, readiness>> batch_;
    std::optional<std::errc> refuse_;
    bool interrupted_ = false;
    std::size_t waits_ = 0;
    std::mutex mutex_;
    std::condition_variable arrived_;
    bool woken_ = false;
};

}  // namespace coracle::os
