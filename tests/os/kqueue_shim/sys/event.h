// Just enough kqueue over epoll to compile and run the real kqueue_poller on Linux: tests only, our own code.
// kqueue(2): READ, WRITE, USER; EV_ADD, EV_DELETE, EV_CLEAR, EV_RECEIPT, EV_EOF, EV_ERROR, NOTE_TRIGGER; the timeout.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>

// The fields have the types of macOS, the narrowest of all.
struct kevent {
    std::uintptr_t ident;
    std::int16_t filter;
    std::uint16_t flags;
    std::uint32_t fflags;
    std::intptr_t data;
    void* udata;
};

#define EV_SET(event, i, fi, fl, ff, d, u)                   \
    do {                                                     \
        struct kevent* shim_event = (event);                 \
        shim_event->ident = static_cast<std::uintptr_t>(i);  \
        shim_event->filter = static_cast<std::int16_t>(fi);  \
        shim_event->flags = static_cast<std::uint16_t>(fl);  \
        shim_event->fflags = static_cast<std::uint32_t>(ff); \
        shim_event->data = static_cast<std::intptr_t>(d);    \
        shim_event->udata = (u);                             \
    } while (false)

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_USER (-10)
#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_CLEAR 0x0020
#define EV_RECEIPT 0x0040
#define EV_ERROR 0x4000
#define EV_EOF 0x8000
#define NOTE_TRIGGER 0x01000000

namespace kqueue_shim {

struct knote {
    bool on[2] = {false, false};  // reading, writing
    void* udata[2] = {nullptr, nullptr};
    bool added = false;
};

// What one kqueue knows. `alarm` is read without the lock: NOTE_TRIGGER comes from signal handlers.
struct queue {
    std::mutex lock;
    std::map<int, knote> notes;
    std::atomic<int> alarm{-1};
    void* alarm_udata = nullptr;
    ~queue() {
        if (alarm >= 0) ::close(alarm);
    }
};

inline constexpr int most_queues = 65536;
inline std::array<std::atomic<queue*>, most_queues> queues{};
inline std::mutex making;

inline int apply(int kq, queue& q, const struct kevent& wanted) {
    if (wanted.filter == EVFILT_USER) {
        if ((wanted.flags & EV_ADD) == 0) return 0;
        int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (fd < 0) return errno;
        epoll_event interest{};
        interest.events = EPOLLIN | EPOLLET;
        interest.data.fd = fd;
        q.alarm_udata = wanted.udata;
        q.alarm = fd;
        return ::epoll_ctl(kq, EPOLL_CTL_ADD, fd, &interest) < 0 ? errno : 0;
    }
    if (wanted.filter != EVFILT_READ && wanted.filter != EVFILT_WRITE) return EINVAL;
    int fd = static_cast<int>(wanted.ident);
    int side = wanted.filter == EVFILT_READ ? 0 : 1;
    auto at = q.notes.find(fd);
    if (wanted.flags & EV_DELETE) {
        if (at == q.notes.end() || !at->second.on[side]) return ENOENT;
        at->second.on[side] = false;
    } else {
        if ((wanted.flags & EV_ADD) == 0) return at == q.notes.end() ? ENOENT : 0;
        at = q.notes.try_emplace(fd).first;
        at->second.on[side] = true;
        at->second.udata[side] = wanted.udata;
    }
    knote& note = at->second;
    epoll_event interest{};
    interest.data.fd = fd;
    interest.events = EPOLLET;
    if (note.on[0]) interest.events |= EPOLLIN | EPOLLRDHUP;
    if (note.on[1]) interest.events |= EPOLLOUT;
    int outcome = 0;
    if (!note.on[0] && !note.on[1]) {
        outcome = ::epoll_ctl(kq, EPOLL_CTL_DEL, fd, &interest);
    } else {
        outcome = ::epoll_ctl(kq, note.added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &interest);
        if (outcome == 0) note.added = true;
    }
    int why = outcome < 0 ? errno : 0;
    if (why != 0) note.on[side] = false;
    if (!note.on[0] && !note.on[1]) q.notes.erase(at);
    return why;
}

// BSD says EV_EOF on EVFILT_WRITE also after our own shutdown of that direction; epoll has no word for it.
inline bool has_shut_down_sending(int fd) {
    struct tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0) return false;
    return info.tcpi_state == TCP_FIN_WAIT1 || info.tcpi_state == TCP_FIN_WAIT2 || info.tcpi_state == TCP_CLOSING ||
           info.tcpi_state == TCP_LAST_ACK;
}

}  // namespace kqueue_shim

inline int kqueue() {
    int kq = ::epoll_create1(EPOLL_CLOEXEC);
    if (kq < 0) return kq;
    if (kq >= kqueue_shim::most_queues) {
        ::close(kq);
        errno = EMFILE;
        return -1;
    }
    std::lock_guard guard(kqueue_shim::making);
    // close() is not ours, so what belonged to an earlier kqueue of this number goes only now.
    delete kqueue_shim::queues[static_cast<std::size_t>(kq)].exchange(new kqueue_shim::queue);
    return kq;
}

inline int kevent(int kq, const struct kevent* changes, int change_count, struct kevent* events, int event_count,
                  const struct timespec* timeout) {
    if (kq < 0 || kq >= kqueue_shim::most_queues || !kqueue_shim::queues[static_cast<std::size_t>(kq)]) {
        errno = EBADF;
        return -1;
    }
    kqueue_shim::queue& q = *kqueue_shim::queues[static_cast<std::size_t>(kq)];
    int told = 0;
    for (int i = 0; i < change_count; ++i) {
        const struct kevent& wanted = changes[i];
        if (wanted.filter == EVFILT_USER && (wanted.fflags & NOTE_TRIGGER) != 0) {
            std::uint64_t one = 1;
            if (::write(q.alarm, &one, sizeof one) < 0 && errno != EAGAIN) return -1;
            continue;
        }
        int why = 0;
        {
            std::lock_guard guard(q.lock);
            why = kqueue_shim::apply(kq, q, wanted);
        }
        if (why == 0 && (wanted.flags & EV_RECEIPT) == 0) continue;
        if (told == event_count) {
            if (why == 0) continue;
            errno = why;
            return -1;
        }
        events[told] = wanted;
        events[told].flags = static_cast<std::uint16_t>(wanted.flags | EV_ERROR);
        events[told].data = why;
        ++told;
    }
    if (told > 0 || event_count == 0) return told;
    epoll_event fetched[256];
    int room = event_count < 2 ? 1 : event_count / 2;  // one epoll event may become two of kqueue
    int count = ::epoll_pwait2(kq, fetched, room < 256 ? room : 256, timeout, nullptr);
    if (count < 0) return -1;
    std::lock_guard guard(q.lock);
    for (int i = 0; i < count; ++i) {
        int fd = fetched[i].data.fd;
        std::uint32_t seen = fetched[i].events;
        if (fd == q.alarm) {
            EV_SET(&events[told], 0, EVFILT_USER, EV_CLEAR, 0, 0, q.alarm_udata);
            ++told;
            continue;
        }
        auto at = q.notes.find(fd);
        if (at == q.notes.end()) continue;
        const kqueue_shim::knote& note = at->second;
        // A kqueue shows so_error and leaves it; reading it here would clear it, so the commonest has to do.
        int why = (seen & EPOLLERR) != 0 ? ECONNRESET : 0;
        if (note.on[0] && (seen & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
            int unread = 0;
            if (::ioctl(fd, FIONREAD, &unread) < 0) unread = 0;
            int flags = EV_CLEAR | ((seen & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 ? EV_EOF : 0);
            EV_SET(&events[told], fd, EVFILT_READ, flags, why, unread, note.udata[0]);
            ++told;
        }
        if (told < event_count && note.on[1] && (seen & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
            bool ended = (seen & (EPOLLHUP | EPOLLERR)) != 0 || kqueue_shim::has_shut_down_sending(fd);
            int flags = EV_CLEAR | (ended ? EV_EOF : 0);
            EV_SET(&events[told], fd, EVFILT_WRITE, flags, why, 0, note.udata[1]);
            ++told;
        }
    }
    return told;
}
