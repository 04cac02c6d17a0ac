// kqueue_poller: the poller of macOS and FreeBSD, and of Linux in tests (tests/os/kqueue_shim).
// kqueue(2): EVFILT_READ, EVFILT_WRITE, EVFILT_USER and the timeout of kevent, nothing else.
#pragma once

#if __has_include(<sys/event.h>)

#include <coracle/base/assert.hpp>
#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/poller.hpp>

#include <sys/types.h>

#include <fcntl.h>
#include <sys/event.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>
#include <system_error>

namespace coracle::os {

// Facts:
// - The fields of struct kevent differ in type and number from system to system (FreeBSD has `ext` besides), and so do
//   the numbers of the filters (EVFILT_USER of macOS is EVFILT_LIO of FreeBSD): only EV_SET and the names are safe.
//   EV_SET is a macro with a variable of its own (`kevp`, `__kevp__`), so its arguments are called otherwise.
// - macOS packs struct kevent to four bytes: its fields are read and written, never bound to a reference.
// - fork() passes no kqueue on, so FD_CLOEXEC can come late.
// - The wait is never restarted after a signal, whatever SA_RESTART says.
// - A kqueue takes a file, and tells nothing of it at its end, where epoll refuses it (EPERM). So does this poller.
// - Each direction is an event of its own, so one descriptor may stand twice in a batch.
// - EV_EOF on EVFILT_READ says that the peer sends no more; bytes may still be unread. EV_EOF on EVFILT_WRITE also
//   follows our own shutdown of that direction, so it is no hang-up. fflags carry the error of the socket.
// - A pipe or terminal may take one filter only; EV_RECEIPT tells the outcome of each.

/// Many descriptors by kqueue, edge-triggered (EV_CLEAR).
class kqueue_poller final : public poller {
public:
    /// error: std::system_error (no descriptor left).
    kqueue_poller() : kqueue_(::kqueue()) {
        if (!kqueue_) throw std::system_error(last_error(), "coracle: kqueue");
        ::fcntl(kqueue_.get(), F_SETFD, FD_CLOEXEC);
        struct kevent alarm;
        EV_SET(&alarm, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, nullptr);
        if (::kevent(kqueue_.get(), &alarm, 1, nullptr, 0, nullptr) < 0)
            throw std::system_error(last_error(), "coracle: kevent of EVFILT_USER");
    }
    kqueue_poller(const kqueue_poller&) = delete;
    kqueue_poller& operator=(const kqueue_poller&) = delete;

    result<void> watch(int fd, watcher& who) override {
        struct stat what{};
        if (::fstat(fd, &what) < 0) return last_failure();
        if (S_ISREG(what.st_mode) || S_ISDIR(what.st_mode))
            return failure(std::error_code(EPERM, std::system_category()));
        return change(fd, EV_ADD | EV_CLEAR, &who);
    }

    void forget(int fd, watcher& who) noexcept override {
        [[maybe_unused]] auto already_gone = change(fd, EV_DELETE, &who);
        for (std::size_t i = next_; i < fetched_; ++i)
            if (address_of_watcher(batch_[i]) == &who) EV_SET(&batch_[i], 0, EVFILT_USER, 0, 0, 0, nullptr);
    }

    void wait(std::optional<time_point> until) override {
        CORACLE_ASSERT(next_ == fetched_);  // wait() inside on_ready() would overwrite the batch being delivered
        struct timespec timeout{};
        if (until) timeout = left_until(*until);
        int count = ::kevent(kqueue_.get(), nullptr, 0, batch_.data(), static_cast<int>(batch_size),
                             until ? &timeout : nullptr);
        if (count < 0 && errno != EINTR) throw std::system_error(last_error(), "coracle: kevent");
        // Cleared before delivery: a wake from here on makes the next wait return.
        if (woken_.load(std::memory_order_relaxed)) woken_.exchange(false, std::memory_order_acq_rel);
        fetched_ = count > 0 ? static_cast<std::size_t>(count) : 0;
        for (next_ = 0; next_ < fetched_;) {
            const struct kevent& event = batch_[next_++];
            if (event.filter != EVFILT_USER) address_of_watcher(event)->on_ready(meaning(event));
        }
    }

    time_point now() noexcept override { return clock::now(); }

    void wake() noexcept override {
        if (woken_.exchange(true, std::memory_order_acq_rel)) return;
        int saved = errno;  // this may be a signal handler
        struct kevent alarm;
        EV_SET(&alarm, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, nullptr);
        ::kevent(kqueue_.get(), &alarm, 1, nullptr, 0, nullptr);
        errno = saved;
    }

private:
    static watcher* address_of_watcher(const struct kevent& event) noexcept {
        return reinterpret_cast<watcher*>(event.udata);
    }

    static readiness meaning(const struct kevent& event) noexcept {
        bool reading = event.filter == EVFILT_READ;
        bool ended = (event.flags & EV_EOF) != 0;
        readiness ready;
        ready.error = (event.flags & EV_ERROR) != 0 || (ended && event.fflags != 0);
        ready.readable = reading || ready.error;
        ready.writable = !reading || ready.error;
        ready.hangup = reading && ended;
        return ready;
    }

    struct timespec left_until(time_point until) noexcept {
        struct timespec left{};
        time_point at = now();
        if (until <= at) return left;
        auto nanoseconds = std::chrono::nanoseconds(until - at).count();
        // BSD kernels refuse very long timeouts with EINVAL; an early return is allowed.
        constexpr long long longest = 86'400LL * 1'000'000'000;
        if (nanoseconds > longest) nanoseconds = longest;
        left.tv_sec = static_cast<decltype(left.tv_sec)>(nanoseconds / 1'000'000'000);
        left.tv_nsec = static_cast<decltype(left.tv_nsec)>(nanoseconds % 1'000'000'000);
        return left;
    }

    result<void> change(int fd, unsigned short what, watcher* who) noexcept {
        auto ident = static_cast<decltype(kevent::ident)>(fd);
        struct kevent wanted[2];
        EV_SET(&wanted[0], ident, EVFILT_READ, what | EV_RECEIPT, 0, 0, who);
        EV_SET(&wanted[1], ident, EVFILT_WRITE, what | EV_RECEIPT, 0, 0, who);
        struct kevent outcome[2];
        int count = uninterrupted([&] { return ::kevent(kqueue_.get(), wanted, 2, outcome, 2, nullptr); });
        if (count < 0) return last_failure();
        int accepted = 0;
        std::error_code refused;
        for (int i = 0; i < count; ++i) {
            if (outcome[i].data == 0)
                ++accepted;
            else if (!refused)
                refused = std::error_code(static_cast<int>(outcome[i].data), std::system_category());
        }
        if (accepted == 0) return failure(refused);
        return {};
    }

    static constexpr std::size_t batch_size = 256;

    file_descriptor kqueue_;
    std::atomic<bool> woken_{false};
    std::size_t next_ = 0;
    std::size_t fetched_ = 0;
    std::array<struct kevent, batch_size> batch_;
};

}  // namespace coracle::os

#endif
