// readable, writable: waits for any library's descriptor. asyncio's loop.add_reader, trio's wait_readable.
// Fact: the poller takes one watcher for each number and reports edges. What is watched is therefore a duplicate of the
// number, made for as long as it is waited for: any number of waiters, in any direction and on any loop, do not know of
// one another, and a number that is closed and given out again meanwhile is not mistaken for the old one.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/poller.hpp>
#include <coracle/os/readiness_probe.hpp>

#include <system_error>
#include <utility>

namespace coracle {

namespace loop {

namespace detail {
inline bool is_ready_for(const os::readiness& now, direction which) noexcept {
    return which == direction::in ? now.readable : now.writable;
}
[[noreturn]] inline void cannot_wait_for(const std::error_code& why) {
    if (why == std::errc::bad_file_descriptor)
        throw std::system_error(why, "coracle: waiting for a descriptor that is not open; wait before you close it");
    throw std::system_error(why, "coracle: waiting for a file descriptor");
}

/// Asks for the level: done when it is there.
class probe {
public:
    explicit probe(direction which) noexcept : which_(which) {}
    bool operator()(int fd) noexcept {
        now_ = os::probe_readiness(fd);
        return !now_ || is_ready_for(*now_, which_);
    }
    os::readiness result() const {
        if (!now_) cannot_wait_for(now_.error());
        return *now_;
    }

private:
    direction which_;
    coracle::result<os::readiness> now_ = os::readiness();
};

}  // namespace detail

/// The awaiter of readable() and writable().
class [[nodiscard("write co_await before readable() and writable()")]] readiness_wait final : public async::operation,
                                                                                              os::watcher {
public:
    readiness_wait(int fd, direction which) noexcept : fd_(fd), which_(which), probe_(which) {}
    ~readiness_wait() { stop_watching(); }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) return declined(waiting);
        if (probe_(fd_)) return done_at_once(waiting);
        reactor& on = reactor::current();
        auto same = os::duplicate(fd_);
        if (!same) detail::cannot_wait_for(same.error());
        if (auto watched = on.poller().watch(same->get(), *this); !watched) detail::cannot_wait_for(watched.error());
        watched_ = std::move(*same);
        poller_ = &on.poller();
        park(waiting);
        return true;
    }
    os::readiness await_resume() const {
        throw_if_cancelled();
        return probe_.result();
    }
    void cancel() noexcept override {
        stop_watching();
        finish_cancelled();
    }

private:
    void on_ready(os::readiness now) noexcept override {
        if (detail::is_ready_for(now, which_) || now.hangup || now.error) try_again();
    }
    bool ready() noexcept override {
        if (!watched_) return true;
        if (!probe_(watched_.get())) return false;
        stop_watching();
        settled();
        return true;
    }
    void stop_watching() noexcept {
        if (!watched_) return;
        poller_->forget(watched_.get(), *this);
        watched_.reset();
    }

    int fd_;
    direction which_;
    detail::probe probe_;
    os::file_descriptor watched_;
    os::poller* poller_ = nullptr;
};

}  // namespace loop

/// Waits until a read of `fd` would not block: `co_await readable(PQsocket(connection));`. At once when that is so
/// already, as of a plain file, at the end of a stream and after an error. Gives all that is known then: `hangup` and
/// `error` tell why.
/// in: any open descriptor; its flags stay as they are. keeps: nothing when it has returned. Closing the descriptor
/// does not end the wait, which holds on to the open file: end the wait first, by its scope.
/// error: std::system_error (not open; no descriptor left), `cancelled`.
/// cost: a system call when it is ready, else six. loop::borrowed_descriptor needs two when it is waited for often.
inline loop::readiness_wait readable(int fd) noexcept { return {fd, loop::direction::in}; }

/// The same until a write to `fd` would not block.
inline loop::readiness_wait writable(int fd) noexcept { return {fd, loop::direction::out}; }

}  // namespace coracle
