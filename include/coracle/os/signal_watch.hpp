// signal_watch: Ctrl-C and SIGTERM as a flag and a wake-up, for the time of its life.
// POSIX sigaction(2), signal-safety(7).
#pragma once

#include <coracle/os/error.hpp>
#include <coracle/os/poller.hpp>
#include <coracle/os/signal_listener.hpp>

#include <signal.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <system_error>

namespace coracle::os {

// Fact: GNU timeout and some container runtimes send SIGTERM twice in a row: that is one. One that comes later, and a
// second Ctrl-C at any time, are of somebody who will not wait.

/// While it lives, SIGINT and SIGTERM are remembered and wake the poller instead of ending the process, and SIGPIPE is
/// ignored. Ctrl-C after either of them, and SIGTERM half a second after, do at once what the system would do. One at a
/// time in a process; other listeners of the same signals are told beside it.
/// keeps: a reference to `wakes`. On destruction everything is as it was before.
class signal_watch final : signal_listener {
public:
    /// error: std::logic_error when there is one already; std::system_error.
    explicit signal_watch(poller& wakes) : wakes_(wakes) {
        if (taken().exchange(true))
            throw std::logic_error("coracle: a second signal_watch in one process; run one server at a time");
        struct sigaction ignored{};
        ignored.sa_handler = SIG_IGN;
        sigemptyset(&ignored.sa_mask);
        try {
            if (::sigaction(SIGPIPE, &ignored, &pipe_before_) < 0)
                throw std::system_error(last_error(), "coracle: sigaction");
            static constexpr int numbers[] = {SIGINT, SIGTERM};
            listen(numbers);
        } catch (...) {
            taken() = false;
            throw;
        }
    }
    ~signal_watch() {
        stop();
        ::sigaction(SIGPIPE, &pipe_before_, nullptr);
        taken() = false;
    }

    /// The signal that asked to stop; 0 while none has.
    int caught() const noexcept { return caught_.load(); }

private:
    static constexpr std::int64_t same_wish = 500;  // milliseconds

    static std::int64_t milliseconds_now() noexcept {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
    }
    static std::atomic<bool>& taken() noexcept {
        static constinit std::atomic<bool> the{false};
        return the;
    }

    void on_signal(int number) noexcept override {
        int none = 0;
        bool first = caught_.compare_exchange_strong(none, number);
        if (first) caught_at_ = milliseconds_now();
        if (!first && (number == SIGINT || milliseconds_now() - caught_at_ >= same_wish)) {
            ::signal(number, SIG_DFL);
            ::raise(number);  // blocked until this handler returns
        }
        wakes_.wake();
    }

    poller& wakes_;
    std::atomic<int> caught_{0};
    std::atomic<std::int64_t> caught_at_{INT64_MAX};  // until the first handler has written it: not long ago
    struct sigaction pipe_before_{};
};

}  // namespace coracle::os
