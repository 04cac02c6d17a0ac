// THE SEAM: a kernel in five verbs. Everything above sees descriptors and time through this and nothing else.
// epoll(7), kqueue(2); a scripted poller and virtual time are further pollers; tests/os/poller.cpp is the contract.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/wall_clock.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace coracle::os {

/// The clock of deadlines: never set, never jumps.
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

/// What may be possible now on a descriptor. Every bit is a hint: only the system call itself decides.
struct readiness {
    bool readable = false;  ///< recv or accept is worth trying; also at end of stream and on error
    bool writable = false;  ///< send is worth trying, or connect has finished; also on error
    bool hangup = false;    ///< the peer will send no more; what it sent before may still be unread
    bool error = false;     ///< the descriptor failed (reset, refused); the next call tells why

    friend constexpr bool operator==(const readiness&, const readiness&) = default;
};

/// Whoever is told about one watched descriptor.
class watcher {
public:
    /// Called by poller::wait, on the thread that waits. May watch and forget any descriptor, also its own.
    virtual void on_ready(readiness) noexcept = 0;

protected:
    ~watcher() = default;
};

/// A kernel in five verbs. Belongs to one thread, except wake().
class poller {
public:
    virtual ~poller() = default;

    /// Tells `who` of every edge of `fd`, in both directions, until forget(). Once per descriptor; what is ready
    /// already counts as a first edge.
    /// error: what the kernel says (EBADF, EPERM for a plain file, ENOMEM, ENOSPC); then nothing is watched.
    /// keeps: a pointer to `who`, until forget().
    virtual result<void> watch(int fd, watcher& who) = 0;

    /// Ends watch(). Call it before close. From here on `who` is never called again, not even by events that were
    /// fetched already and stand later in the batch being delivered, so `who` may be destroyed.
    virtual void forget(int fd, watcher& who) noexcept = 0;

    /// Sleeps until something is ready, wake() is called or `until` has come, then calls the watchers.
    /// in: nullopt waits for ever; a time in the past only looks.
    /// It may return early with nothing to tell (a signal, a wake that came late): look at now() before acting on time.
    /// error: std::system_error when the kernel refuses to wait at all, which only a mistake of coracle causes.
    virtual void wait(std::optional<time_point> until) = 0;

    virtual time_point now() noexcept = 0;
    /// The time of day that belongs to it, in milliseconds since 1970; may jump.
    virtual std::int64_t unix_milliseconds() noexcept { return os::unix_milliseconds(); }

    /// The wait under way, or the next one, returns at once; many wakes before it count as one.
    /// From any thread and from signal handlers.
    virtual void wake() noexcept = 0;
};

}  // namespace coracle::os
