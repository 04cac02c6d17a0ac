// virtual_poller: a kernel whose time stands still while anybody works, and jumps when everybody waits.
// The idea is trio's MockClock with autojump, and Tokio's paused time.
#pragma once

#include <coracle/base/function.hpp>
#include <coracle/base/result.hpp>
#include <coracle/os/native_poller.hpp>
#include <coracle/os/poller.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace coracle::testing {

/// Nothing will ever happen any more, and yet somebody waits.
class deadlock : public std::logic_error {
public:
    /// in: who waits where, one in a line, if that is known.
    explicit deadlock(const std::string& who = {})
        : std::logic_error(
              "coracle: everybody waits for ever: no timer is armed, no offloaded call is under way, and nothing came "
              "from other threads or watched descriptors" +
              (who.empty() ? who : "; these wait:\n" + who)) {}
};

/// Time passes in wait() only, at once and exactly to its end. Real descriptors can be watched, but the rest of the
/// world has no part in this time: each jump first gives the kernel `moment` to tell of them.
class virtual_poller final : public os::poller {
public:
    using duration = os::clock::duration;

    /// in: `patience` is how long a wait for ever really waits for other threads, before it is a deadlock; `wall` is
    /// the time of day at the beginning, in milliseconds since 1970.
    explicit virtual_poller(duration patience = std::chrono::seconds(1), std::int64_t wall = 1'000'000'000'000,
                            duration moment = std::chrono::milliseconds(2))
        : patience_(patience), moment_(moment), wall_(wall) {}

    /// Since the beginning.
    duration elapsed() const noexcept { return elapsed_; }
    /// Moves time on without a wait, as a handler does that computes for long.
    void skip(duration time) noexcept { elapsed_ += time; }
    /// How often it was asked to wait or to look.
    std::size_t waits() const noexcept { return waits_; }

    /// Who knows whether calls are under way on other threads. While they are, a wait lasts until they return, and
    /// then no time has passed; or for as long as it would in life.
    void wait_also_for(function<bool()> calls_under_way) { calls_under_way_ = std::move(calls_under_way); }
    /// Who is asked in a deadlock to set somebody free, or to throw one that says more.
    void in_deadlock(function<void()> set_free) { set_free_ = std::move(set_free); }

    // As every poller.

    result<void> watch(int fd, os::watcher& who) override {
        auto made = std::make_unique<relay>(*this, fd, who);
        if (auto watched = inner_->watch(fd, *made); !watched) return watched;
        relays_.push_back(std::move(made));
        return {};
    }
    void forget(int fd, os::watcher& who) noexcept override {
        for (std::unique_ptr<relay>& each : relays_) {
            if (each->fd != fd || &each->who != &who) continue;
            inner_->forget(fd, *each);
            each = std::move(relays_.back());
            return relays_.pop_back();
        }
    }

    /// error: deadlock.
    void wait(std::optional<os::time_point> until) override {
        ++waits_;
        const os::time_point end = until.value_or(never);
        if (heard(duration::zero()) || end <= now()) return;
        if (calls_under_way_ && calls_under_way_()) {
            if (heard(end == never ? duration::max() : end - now())) return;
        } else if (end != never) {
            if (!relays_.empty() && heard(moment_)) return;
        } else {
            if (heard(patience_)) return;
            if (!set_free_) throw deadlock();
            return set_free_();
        }
        elapsed_ += end - now();
    }

    os::time_point now() noexcept override { return birth_ + elapsed_; }
    /// Goes on with the virtual time.
    std::int64_t unix_milliseconds() noexcept override {
        return wall_ + std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_).count();
    }
    void wake() noexcept override {
        woken_ = true;
        inner_->wake();
    }

private:
    // Between the kernel and the watcher, to know that something was told.
    struct relay final : os::watcher {
        relay(virtual_poller& p, int number, os::watcher& w) noexcept : poller(p), fd(number), who(w) {}
        void on_ready(os::readiness now) noexcept override {
            poller.told_ = true;
            who.on_ready(now);  // which may be the end of this
        }
        virtual_poller& poller;
        int fd;
        os::watcher& who;
    };

    static constexpr os::time_point never = os::time_point::max();

    /// Really waits until something is told or somebody wakes it; false when `most` has passed without.
    bool heard(duration most) {
        const os::time_point begin = inner_->now();
        const os::time_point end = most < never - begin ? begin + most : never;
        told_ = false;
        for (;;) {
            bool woken = woken_.exchange(false);  // before: a wake during delivery is for the next wait
            inner_->wait(woken ? os::time_point::min() : end);
            if (woken || told_) return true;
            if (inner_->now() >= end && !woken_) return false;
        }
    }

    std::unique_ptr<os::poller> inner_ = os::make_native_poller();
    // Far from zero, so that code that takes an unset time_point for a deadline shows.
    const os::time_point birth_ = os::time_point(std::chrono::hours(1000));
    duration elapsed_ = duration::zero();
    const duration patience_;
    const duration moment_;
    const std::int64_t wall_;
    std::vector<std::unique_ptr<relay>> relays_;
    function<bool()> calls_under_way_;
    function<void()> set_free_;
    std::size_t waits_ = 0;
    bool told_ = false;
    std::atomic<bool> woken_{false};
};

}  // namespace coracle::testing
