// loop_lag: how late a loop comes to what is due: what everybody on it waits for while one of them computes.
#pragma once

#include <coracle/base/time_tally.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/os/poller.hpp>

#include <array>
#include <chrono>

namespace coracle::loop {

/// Once a second, how late that second was. A loop's own: `reactor.own<loop::loop_lag>()`, on its thread.
class loop_lag {
public:
    /// Seconds. A loop that is well stays below a millisecond.
    static constexpr std::array<double, 8> bounds{.001, .0025, .005, .01, .05, .1, .5, 1};

    loop_lag() : timer_(reactor::current(), due{*this}) { next(); }
    loop_lag(const loop_lag&) = delete;

    /// From any thread.
    const time_tally<bounds.size()>& seen() const noexcept { return seen_; }

private:
    static constexpr std::chrono::seconds every{1};
    struct due {
        loop_lag& of;
        void operator()() const noexcept { of.look(); }
    };
    void look() noexcept {
        os::time_point now = reactor::current().now();
        seen_.count(bounds, now - expected_);
        next();
    }
    void next() {
        expected_ = reactor::current().now() + every;
        timer_.set_at(expected_);
    }

    time_tally<bounds.size()> seen_;
    os::time_point expected_{};
    deadline<due> timer_;
};

}  // namespace coracle::loop
