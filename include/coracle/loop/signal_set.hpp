// signal_set: signals as something that a task waits for. trio.open_signal_receiver, asyncio's add_signal_handler.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/pipe.hpp>
#include <coracle/os/signal_mailbox.hpp>

#include <csignal>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

namespace coracle {

namespace loop {

/// A set's part of a wait: the next signal that has come.
class signal_attempt {
public:
    explicit signal_attempt(os::signal_mailbox& from) noexcept : from_(&from) {}
    bool operator()(int alarm) noexcept {
        if (alarm >= 0) os::drain(alarm);  // first: what comes after it rings again
        number_ = from_->take();
        return number_ != 0 || alarm < 0;
    }
    int result() const noexcept { return number_; }

private:
    os::signal_mailbox* from_;
    int number_ = 0;
};

}  // namespace loop

/// While it lives these signals do not do what they usually do, but are remembered until next() takes them:
/// `signal_set signals{SIGHUP, SIGUSR1};  while (int number = co_await signals.next()) ...`
/// Several of a kind that come before next() takes the first are one, as POSIX has it; those of different kinds are
/// given in turn. Any number of sets, on any loops, may name the same signal: each is told, and beside them a server or
/// an interrupt of its Ctrl-C. On destruction the signals mean what they did before.
/// Moves while nobody waits for it. cost: two descriptors.
class signal_set {
public:
    /// Of the current reactor. error: std::logic_error (no signal, or one of a fault, as SIGSEGV), std::system_error
    /// (SIGKILL and SIGSTOP; no descriptor left).
    signal_set(std::initializer_list<int> numbers) : state_(std::make_unique<state>(numbers)) {}
    signal_set(signal_set&&) noexcept = default;
    signal_set& operator=(signal_set&&) noexcept = default;

    /// The number of a signal that has come; waits for one when none has. 0 after close(). One job at a time waits.
    /// error: `cancelled`, and then no signal has been taken; std::logic_error when another job waits.
    loop::descriptor::operation<loop::signal_attempt> next() {
        return state_->alarm.until(loop::direction::in, loop::signal_attempt(state_->mailbox));
    }

    /// No further signal comes in, and the signals mean what they did before. Wakes: who waits, with 0; signals that
    /// have come before can still be taken.
    void close() noexcept {
        state_->mailbox.stop();
        state_->alarm.close();
    }

private:
    struct state {
        explicit state(std::initializer_list<int> numbers)
            : state(std::span(numbers.begin(), numbers.size()), os::open_alarm()) {}
        state(std::span<const int> numbers, os::pipe_ends ends)
            : alarm(std::move(ends.reader)), mailbox(numbers, std::move(ends.writer)) {}

        loop::descriptor alarm;  // closed after the mailbox, which writes to its other end
        os::signal_mailbox mailbox;
    };
    std::unique_ptr<state> state_;
};

}  // namespace coracle
