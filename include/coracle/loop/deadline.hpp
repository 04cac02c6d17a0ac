// deadline: a time by which something must have happened, moved for free.
#pragma once

#include <coracle/base/function.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <utility>

namespace coracle::loop {

/// Calls `Missed()` once when its time has come. Moving it later only writes the new time down: the timer that is
/// armed for the old time finds it there and goes on to it. Moving it earlier re-arms.
template <class Missed>
class deadline final : timer {
public:
    explicit deadline(reactor& on, Missed missed) : reactor_(on), missed_(std::move(missed)) {}

    /// At `after` from the beginning of this turn of the loop.
    void set(std::chrono::nanoseconds after) { set_at(later(reactor_.turn_time(), after)); }
    void set_at(os::time_point due) {
        due_ = due;
        if (armed() && armed_for_ <= due) return;
        arm();
    }
    /// Not due any more, until it is set again.
    void clear() noexcept { due_ = os::time_point::max(); }
    os::time_point due() const noexcept { return due_; }
    bool is_set() const noexcept { return due_ != os::time_point::max(); }

private:
    void arm() {
        armed_for_ = due_;
        reactor_.timers().arm(*this, due_);
    }
    void fire(os::time_point now) noexcept override {
        if (!is_set()) return;
        if (now < due_) return arm();
        clear();
        missed_();
    }

    reactor& reactor_;
    os::time_point due_ = os::time_point::max();
    os::time_point armed_for_{};
    Missed missed_;
};

}  // namespace coracle::loop
