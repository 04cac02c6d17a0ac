// pipe: bytes to another process, or to this one from a signal handler.
// POSIX pipe(2), read(2), write(2), sigpending(2).
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/without_sigpipe.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <span>
#include <string_view>
#include <system_error>

namespace coracle::os {

// Facts:
// - macOS has no pipe2(). O_NONBLOCK belongs to the open file, so each end of a pipe has its own, but all duplicates of
//   an end share it, also those in other processes.
// - No flag spares a write to a pipe without reader the SIGPIPE, as MSG_NOSIGNAL does for sockets. It is sent to the
//   thread that writes, so blocking it there and taking it back changes nothing for anybody else.
// - macOS sends it to the process instead, whose other threads do not block it, and has F_SETNOSIGPIPE. That belongs to
//   the open file: set when the pipe is made, it would reach a child that is to write there and to die of SIGPIPE.

/// Its two ends, both closed at exec, both blocking.
struct pipe_ends {
    file_descriptor reader;
    file_descriptor writer;
};

/// error: too_many_files_open.
inline result<pipe_ends> open_pipe() noexcept {
    int fds[2];
#if defined(__APPLE__)
    if (::pipe(fds) < 0) return last_failure();
    pipe_ends made{file_descriptor(fds[0]), file_descriptor(fds[1])};
    for (int fd : fds)
        if (::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return last_failure();
#else
    if (::pipe2(fds, O_CLOEXEC) < 0) return last_failure();
    pipe_ends made{file_descriptor(fds[0]), file_descriptor(fds[1])};
#endif
    return made;
}

inline result<void> set_blocking(int fd, bool blocking) noexcept {
    int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0) return last_failure();
    int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    if (wanted != flags && ::fcntl(fd, F_SETFL, wanted) < 0) return last_failure();
    return {};
}

/// Bytes that have arrived. 0 is the end of the stream. error: would_block; bad_file_descriptor for a writer's end.
inline result<std::size_t> read_some(int fd, std::span<char> room) noexcept {
    auto count = uninterrupted([&]() noexcept { return ::read(fd, room.data(), room.size()); });
    if (count < 0) return last_failure();
    return static_cast<std::size_t>(count);
}

/// As many of the bytes as fit now, perhaps not all. error: would_block when none do; broken_pipe, and never a SIGPIPE,
/// when nobody reads any more; bad_file_descriptor for a reader's end.
inline result<std::size_t> write_some(int fd, std::string_view bytes) noexcept {
#if defined(F_SETNOSIGPIPE)
    if (::fcntl(fd, F_SETNOSIGPIPE, 1) < 0) return last_failure();
    auto count = uninterrupted([&]() noexcept { return ::write(fd, bytes.data(), bytes.size()); });
    if (count < 0) return last_failure();
#else
    auto count = without_sigpipe(
        [&]() noexcept { return uninterrupted([&]() noexcept { return ::write(fd, bytes.data(), bytes.size()); }); });
    if (count < 0) return last_failure();
#endif
    return static_cast<std::size_t>(count);
}

/// Throws away what has arrived. in: a non-blocking reader's end.
inline void drain(int fd) noexcept {
    char room[256];
    while (::read(fd, room, sizeof room) == static_cast<ssize_t>(sizeof room)) {
    }
}

}  // namespace coracle::os
