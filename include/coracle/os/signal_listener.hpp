// signal_listener: who is told of signals. The one place that installs handlers, so that any number of listeners, on
// any threads, come and go in any order.
// POSIX sigaction(2), signal-safety(7).
#pragma once

#include <coracle/os/error.hpp>

#include <signal.h>

#include <array>
#include <atomic>
#include <bitset>
#include <cerrno>
#include <cstddef>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace coracle::os {

// Facts:
// - A handler may run on any thread, and on another one while this one tears down: it is counted in and out, and who
//   leaves waits until none is inside.
// - A handler that returns from SIGSEGV and its like runs into the same fault again, for ever.
// - A handler of SIGCHLD without SA_NOCLDSTOP is also called for children that stop and go on.

/// Derive from it, and call listen() when everything that on_signal() needs is there, and stop() first in the
/// destructor.
class signal_listener {
public:
    static constexpr std::size_t highest = 128;  ///< no system has a signal of a higher number

    signal_listener(const signal_listener&) = delete;
    signal_listener& operator=(const signal_listener&) = delete;

protected:
    signal_listener() noexcept = default;
    ~signal_listener() = default;

    /// Called in the signal handler, on any thread: atomics, write(2) and poller::wake() are all that is allowed there.
    virtual void on_signal(int number) noexcept = 0;

    /// From here on the signals do no more what they did before, but call on_signal() of every listener for them.
    /// error: std::logic_error for a number that is no signal or one of a fault; std::system_error for SIGKILL
    /// and SIGSTOP.
    void listen(std::span<const int> numbers) {
        for (int each : numbers) check(each);
        std::lock_guard lock(registry().mutex);
        for (int each : numbers) wanted_.set(static_cast<std::size_t>(each));
        next_.store(live().first.load());
        live().first.store(this);  // before the handlers: a signal from here on is not lost
        listening_ = true;
        for (std::size_t each = 1; each <= highest; ++each) {
            if (!wanted_.test(each)) continue;
            if (auto why = install(each)) {
                leave();
                throw std::system_error(
                    why, "coracle: signal " + std::to_string(each) + " cannot be waited for: sigaction refuses it");
            }
            installed_.set(each);
        }
    }

    /// The signals mean what they did before, unless others listen to them. When it returns, on_signal() does not run
    /// and will not. Harmless when it does not listen.
    void stop() noexcept {
        std::lock_guard lock(registry().mutex);
        leave();
    }

private:
    // What handlers see: constant-initialised and never destroyed, and nothing but atomics.
    struct seen_by_handlers {
        std::atomic<signal_listener*> first{nullptr};
        std::atomic<int> inside{0};
    };
    static seen_by_handlers& live() noexcept {
        static constinit seen_by_handlers the;
        return the;
    }
    struct book {
        std::mutex mutex;  // guards the list against all but handlers, and what follows
        std::array<unsigned, highest + 1> listeners{};
        std::array<struct sigaction, highest + 1> before{};
    };
    static book& registry() {
        static book* the = new book;  // listeners may outlive static objects
        return *the;
    }

    static void handle(int number) noexcept {
        int saved = errno;
        live().inside.fetch_add(1);
        for (signal_listener* each = live().first.load(); each; each = each->next_.load())
            if (each->wanted_.test(static_cast<std::size_t>(number))) each->on_signal(number);
        live().inside.fetch_sub(1);
        errno = saved;
    }

    static void check(int number) {
        if (number < 1 || static_cast<std::size_t>(number) > highest)
            throw std::logic_error("coracle: " + std::to_string(number) + " is no signal; write SIGHUP and its like");
        for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL})
            if (number == fault)
                throw std::logic_error("coracle: signal " + std::to_string(number) +
                                       " tells of a fault of this thread, which cannot be waited for");
    }

    static std::error_code install(std::size_t number) noexcept {
        book& all = registry();
        if (all.listeners[number]++ > 0) return {};
        struct sigaction ours{};
        ours.sa_handler = &handle;
        sigemptyset(&ours.sa_mask);
        // The poller's wait is interrupted all the same, other calls need not be.
        ours.sa_flags = SA_RESTART | SA_NOCLDSTOP | SA_ONSTACK;
        if (::sigaction(static_cast<int>(number), &ours, &all.before[number]) == 0) return {};
        --all.listeners[number];
        return last_error();
    }
    static void restore(std::size_t number) noexcept {
        book& all = registry();
        if (--all.listeners[number] > 0) return;
        struct sigaction now{};
        bool is_ours = ::sigaction(static_cast<int>(number), nullptr, &now) == 0 && now.sa_handler == &handle;
        // Somebody who has taken the signal over since then keeps it.
        if (is_ours) ::sigaction(static_cast<int>(number), &all.before[number], nullptr);
    }

    void leave() noexcept {
        if (!listening_) return;
        listening_ = false;
        for (std::size_t each = 1; each <= highest; ++each)
            if (installed_.test(each)) restore(each);
        std::atomic<signal_listener*>* link = &live().first;
        while (link->load() != this) link = &link->load()->next_;
        link->store(next_.load());
        while (live().inside.load() != 0) std::this_thread::yield();
        wanted_.reset();
        installed_.reset();
    }

    std::atomic<signal_listener*> next_{nullptr};
    std::bitset<highest + 1> wanted_;  // written only while no handler can see it
    std::bitset<highest + 1> installed_;
    bool listening_ = false;
};

}  // namespace coracle::os
