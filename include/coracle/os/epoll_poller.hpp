// epoll_poller: the poller of Linux.
// epoll(7), epoll_wait(2), eventfd(2).
#pragma once

#if defined(__linux__)

#include <coracle/base/assert.hpp>
#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/poller.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

namespace coracle::os {

// Facts:
// - Edge-triggered both ways once means no epoll_ctl ever again: a read that meets EAGAIN is told of the next arrival,
//   also when older bytes are still unread, and a send that met EAGAIN is told when room is made.
// - epoll keeps the open file, not the number: a closed number whose file lives on in a duplicate goes on reporting.
//   Hence forget() before close.
// - epoll_wait counts in milliseconds. epoll_pwait2 (Linux 5.11) counts in nanoseconds; containers may refuse it with
//   ENOSYS or EPERM.
// - An eventfd that is never read still gives one new edge for every write.

/// Many descriptors by epoll, edge-triggered.
class epoll_poller final : public poller {
public:
    /// in: without nanosecond timeouts it waits as on kernels before 5.11, rounding up to milliseconds.
    /// error: std::system_error (no descriptor left).
    explicit epoll_poller(bool nanosecond_timeouts = true) : precise_(nanosecond_timeouts) {
        epoll_ = file_descriptor(::epoll_create1(EPOLL_CLOEXEC));
        if (!epoll_) throw std::system_error(last_error(), "coracle: epoll_create1");
        alarm_ = file_descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        if (!alarm_) throw std::system_error(last_error(), "coracle: eventfd");
        epoll_event interest{};
        interest.events = EPOLLIN | EPOLLET;
        interest.data.ptr = nullptr;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, alarm_.get(), &interest) < 0)
            throw std::system_error(last_error(), "coracle: epoll_ctl of the eventfd");
    }
    epoll_poller(const epoll_poller&) = delete;
    epoll_poller& operator=(const epoll_poller&) = delete;

    result<void> watch(int fd, watcher& who) override {
        epoll_event interest{};
        interest.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
        interest.data.ptr = &who;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &interest) < 0) return last_failure();
        return {};
    }

    void forget(int fd, watcher& who) noexcept override {
        epoll_event ignored{};  // kernels before 2.6.9 want one
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &ignored);
        for (std::size_t i = next_; i < fetched_; ++i)
            if (batch_[i].data.ptr == &who) batch_[i].data.ptr = nullptr;
    }

    void wait(std::optional<time_point> until) override {
        CORACLE_ASSERT(next_ == fetched_);  // wait() inside on_ready() would overwrite the batch being delivered
        int count = fetch(until);
        if (count < 0 && errno != EINTR) throw std::system_error(last_error(), "coracle: epoll_wait");
        // Cleared before delivery: a wake from here on makes the next wait return. A plain look first, because an
        // atomic exchange in every turn costs more than the whole rest of this function.
        if (woken_.load(std::memory_order_relaxed)) woken_.exchange(false, std::memory_order_acq_rel);
        fetched_ = count > 0 ? static_cast<std::size_t>(count) : 0;
        for (next_ = 0; next_ < fetched_;) {
            const epoll_event& event = batch_[next_++];
            if (auto* who = static_cast<watcher*>(event.data.ptr)) who->on_ready(meaning(event.events));
        }
    }

    time_point now() noexcept override { return clock::now(); }

    void wake() noexcept override {
        if (woken_.exchange(true, std::memory_order_acq_rel)) return;
        int saved = errno;  // this may be a signal handler
        std::uint64_t one = 1;
        [[maybe_unused]] auto written = ::write(alarm_.get(), &one, sizeof one);
        errno = saved;
    }

private:
    static readiness meaning(std::uint32_t events) noexcept {
        readiness ready;
        ready.readable = (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        ready.writable = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
        ready.hangup = (events & (EPOLLRDHUP | EPOLLHUP)) != 0;
        ready.error = (events & EPOLLERR) != 0;
        return ready;
    }

    int fetch(std::optional<time_point> until) noexcept {
        constexpr int room = static_cast<int>(batch_size);
        if (!until) return ::epoll_wait(epoll_.get(), batch_.data(), room, -1);
        time_point at = now();
        if (*until <= at) return ::epoll_wait(epoll_.get(), batch_.data(), room, 0);
        auto left = std::chrono::nanoseconds(*until - at);
#if defined(SYS_epoll_pwait2)
        if (precise_) {
            struct {
                std::int64_t seconds;
                std::int64_t nanoseconds;
            } timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
            auto count = static_cast<int>(
                ::syscall(SYS_epoll_pwait2, epoll_.get(), batch_.data(), room, &timeout, nullptr, std::size_t{0}));
            if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
            precise_ = false;
        }
#endif
        auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        return ::epoll_wait(epoll_.get(), batch_.data(), room,
                            milliseconds < INT_MAX ? static_cast<int>(milliseconds) : INT_MAX);
    }

    static constexpr std::size_t batch_size = 256;

    file_descriptor epoll_;
    file_descriptor alarm_;
    std::atomic<bool> woken_{false};
    bool precise_;
    std::size_t next_ = 0;
    std::size_t fetched_ = 0;
    std::array<epoll_event, batch_size> batch_;
};

}  // namespace coracle::os

#endif
