// held_step: tells from glances at a loop whether one step of one task has held it for too long.
#pragma once

#include <coracle/async/scheduler.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace coracle::loop {

/// Looks from any thread, and from one at a time.
class held_step {
public:
    /// keeps: the loop, which outlives it.
    held_step(const async::scheduler& loop, std::chrono::nanoseconds limit) noexcept : loop_(loop), limit_(limit) {}

    struct finding {
        std::chrono::nanoseconds held;   ///< for at least this long
        async::scheduler::glance where;  ///< by whom
    };
    /// What there is to tell at `now`: a step that has lasted for the limit, and again each time that it has lasted ten
    /// times as long as it had when it was told last.
    std::optional<finding> look(os::time_point now) noexcept {
        async::scheduler::glance seen = loop_.look();
        if (seen.asleep || !looked_ || seen.step != step_) {
            step_ = seen.step;
            since_ = now;
            looked_ = true;
            next_ = limit_;
            return std::nullopt;
        }
        std::chrono::nanoseconds held = now - since_;
        if (held < next_) return std::nullopt;
        while (next_ <= held) next_ *= 10;
        return finding{held, seen};
    }

private:
    const async::scheduler& loop_;
    const std::chrono::nanoseconds limit_;
    std::chrono::nanoseconds next_{};
    os::time_point since_{};  // when the step was seen first
    std::uint64_t step_ = 0;
    bool looked_ = false;
};

}  // namespace coracle::loop
