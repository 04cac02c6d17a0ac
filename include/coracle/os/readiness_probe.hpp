// readiness_probe: what is possible on a descriptor right now, asked once.
// POSIX poll(2).
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/poller.hpp>

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <limits>
#include <span>
#include <system_error>
#include <vector>

namespace coracle::os {

// Facts:
// - poll(2) tells the level, a poller the edges. A plain file is always ready to poll(2), and epoll refuses it (EPERM).
// - A pipe whose other end is gone says POLLHUP to its reader and POLLERR to its writer, asked for or not.

/// Waits for nothing. error: bad_file_descriptor when `fd` is not open.
inline result<readiness> probe_readiness(int fd) noexcept {
    struct pollfd asked{};
    asked.fd = fd;
    asked.events = POLLIN | POLLOUT;
    if (fd < 0) return failure(std::make_error_code(std::errc::bad_file_descriptor));
    if (uninterrupted([&]() noexcept { return ::poll(&asked, 1, 0); }) < 0) return last_failure();
    int seen = asked.revents;
    if ((seen & POLLNVAL) != 0) return failure(std::make_error_code(std::errc::bad_file_descriptor));
    readiness now;
    now.error = (seen & POLLERR) != 0;
    now.hangup = (seen & POLLHUP) != 0;
    now.readable = (seen & POLLIN) != 0 || now.hangup || now.error;
    now.writable = (seen & POLLOUT) != 0 || now.hangup || now.error;
    return now;
}

/// Blocks until one of these can be read, or has failed, or `most` has passed; numbers of -1 do not count. It may
/// return early. in: at most 8 of them.
inline void wait_readable(std::initializer_list<int> numbers, std::chrono::milliseconds most) noexcept {
    struct pollfd asked[8]{};
    nfds_t count = 0;
    for (int each : numbers)
        if (count < 8) asked[count++] = {each, POLLIN, 0};
    auto time = std::clamp<std::chrono::milliseconds::rep>(most.count(), 0, std::numeric_limits<int>::max());
    [[maybe_unused]] int ready = ::poll(asked, count, static_cast<int>(time));
}

/// The same for any number of them.
inline void wait_readable(std::span<const int> numbers, std::chrono::milliseconds most) {
    std::vector<struct pollfd> asked;
    for (int each : numbers) asked.push_back({each, POLLIN, 0});
    auto time = std::clamp<std::chrono::milliseconds::rep>(most.count(), 0, std::numeric_limits<int>::max());
    [[maybe_unused]] int ready = ::poll(asked.data(), static_cast<nfds_t>(asked.size()), static_cast<int>(time));
}

/// Another number for the same open file, closed at exec. It may be watched whatever becomes of the first number.
/// in: at least `lowest`.
inline result<file_descriptor> duplicate(int fd, int lowest = 0) noexcept {
    file_descriptor made(::fcntl(fd, F_DUPFD_CLOEXEC, lowest));
    if (!made) return last_failure();
    return made;
}

}  // namespace coracle::os
