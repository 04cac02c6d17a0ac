// signal_watch: Ctrl-C and SIGTERM as a flag and a wake-up, for the time of its life.
// POSIX sigaction(2), signal-safety(7).
#pragma once

#include <coracle/os/error.hpp>
#include <coracle/os/poller.hpp>

#include <signal.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace coracle::os {

// Facts:
// - A handler may run on any thread, and on another one while this one tears down: it is counted in and out.
// - GNU timeout and some container runtimes send SIGTERM twice in a row: a second SIGTERM changes nothing. A second
//   Ctrl-C is a person who will not wait.

/// While it lives, SIGINT and SIGTERM are remembered and wake the poller instead of ending the process, and SIGPIPE is
/// ignored. Ctrl-C after either of them does at once what the system would do. One at a time in a process.
/// keeps: a reference to `wakes`. On destruction everything is as it was before.
class signal_watch {
public:
    /// error: std::logic_error when there is one already; std::system_error.
    explicit signal_watch(poller& wakes) {
        if (state().taken.exchange(true))
            throw std::logic_error("coracle: a second signal_watch in one process; run one server at a time");
        state().caught = 0;
        state().wakes = &wakes;
        for (std::size_t i = 0; i < count; ++i) {
            struct sigaction wanted{};
            wanted.sa_handler = numbers[i] == SIGPIPE ? SIG_IGN : &on_signal;
            sigemptyset(&wanted.sa_mask);
            wanted.sa_flags = SA_RESTART;  // the poller's wait is interrupted all the same, other calls need not be
            if (::sigaction(numbers[i], &wanted, &before_[i]) < 0) {
                auto why = last_error();
                restore(i);
                throw std::system_error(why, "coracle: sigaction");
            }
        }
    }
    signal_watch(const signal_watch&) = delete;
    signal_watch& operator=(const signal_watch&) = delete;
    ~signal_watch() { restore(count); }

    /// The signal that asked to stop; 0 while none has.
    int caught() const noexcept { return state().caught.load(); }

private:
    struct shared_state {
        std::atomic<bool> taken{false};
        std::atomic<int> caught{0};
        std::atomic<poller*> wakes{nullptr};
        std::atomic<int> handlers{0};
    };
    // Constant-initialised, so that the handler never meets a guard of a function-local static.
    static shared_state& state() noexcept {
        static constinit shared_state the;
        return the;
    }

    static void on_signal(int number) noexcept {
        shared_state& now = state();
        int saved = errno;
        now.handlers.fetch_add(1);
        int none = 0;
        bool first = now.caught.compare_exchange_strong(none, number);
        if (!first && number == SIGINT) {
            ::signal(SIGINT, SIG_DFL);
            ::raise(SIGINT);  // blocked until this handler returns
        }
        if (poller* sleeper = now.wakes.load()) sleeper->wake();
        now.handlers.fetch_sub(1);
        errno = saved;
    }

    void restore(std::size_t installed) noexcept {
        for (std::size_t i = 0; i < installed; ++i) ::sigaction(numbers[i], &before_[i], nullptr);
        state().wakes = nullptr;
        while (state().handlers.load() != 0) std::this_thread::yield();
        state().taken = false;
    }

    static constexpr int numbers[] = {SIGINT, SIGTERM, SIGPIPE};
    static constexpr std::size_t count = 3;
    struct sigaction before_[count]{};
};

}  // namespace coracle::os
