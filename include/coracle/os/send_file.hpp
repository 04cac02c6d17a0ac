// send_file: bytes of a file into a socket, without a way through this process; and what of a file is in memory.
// Linux sendfile(2), preadv2(2); FreeBSD sendfile(2); macOS sendfile(2).
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/without_sigpipe.hpp>

#include <sys/types.h>
#include <sys/uio.h>
#if defined(__linux__)
#include <sys/sendfile.h>
#else
#include <sys/socket.h>
#endif
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace coracle::os {

// Facts:
// - No sendfile() takes MSG_NOSIGNAL.
// - Those of BSD say in an argument how much was sent, and may fail with EAGAIN or EINTR after having sent some.
// - Linux sends 0x7ffff000 bytes at most, and refuses with EINVAL files of some file systems.
// - A file that was cut meanwhile ends earlier: that is 0, and no error. Nothing is mapped, so it is no SIGBUS (P6).

/// At most `count` bytes, not 0, from `offset`; 0 where the file ends. error: would_block; broken_pipe; is_a_directory,
/// invalid_argument, function_not_supported where this file must be read and sent instead.
inline result<std::size_t> send_file(int socket, int file, std::uint64_t offset, std::uint64_t count) noexcept {
    constexpr std::uint64_t most = std::uint64_t{1} << 30;
    auto room = static_cast<std::size_t>(count < most ? count : most);
#if defined(__linux__)
    ssize_t sent = without_sigpipe([&]() noexcept {
        return uninterrupted([&]() noexcept {
            auto from = static_cast<off_t>(offset);
            return ::sendfile(socket, file, &from, room);
        });
    });
    if (sent < 0) return last_failure();
    return static_cast<std::size_t>(sent);
#else
    for (;;) {
        off_t sent = 0;
#if defined(__APPLE__)
        sent = static_cast<off_t>(room);
        int outcome = ::sendfile(file, socket, static_cast<off_t>(offset), &sent, nullptr, 0);
#else
        int outcome = without_sigpipe(
            [&]() noexcept { return ::sendfile(file, socket, static_cast<off_t>(offset), room, nullptr, &sent, 0); });
#endif
        if (outcome == 0 || sent > 0) return static_cast<std::size_t>(sent);
        if (errno != EINTR) return last_failure();
    }
#endif
}

/// Bytes of a file that are in memory already; 0 at its end. error: would_block when the disk would have to be asked;
/// operation_not_supported when the system, or this file's, cannot tell.
inline result<std::size_t> read_cached(int fd, std::uint64_t offset, char* to, std::size_t room) noexcept {
#if defined(__linux__) && defined(RWF_NOWAIT)
    iovec into{to, room};
    ssize_t count =
        uninterrupted([&]() noexcept { return ::preadv2(fd, &into, 1, static_cast<off_t>(offset), RWF_NOWAIT); });
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL && errno != EPERM) return last_failure();
#else
    static_cast<void>(fd), static_cast<void>(offset), static_cast<void>(to), static_cast<void>(room);
#endif
    return failure(std::make_error_code(std::errc::operation_not_supported));
}

/// Whether this part of the file can be sent without waiting for the disk, as far as a look at both of its ends tells.
/// True where nobody can tell.
inline bool seems_cached(int fd, std::uint64_t offset, std::uint64_t length) noexcept {
    char byte;
    for (std::uint64_t at : {offset, offset + (length == 0 ? 0 : length - 1)}) {
        auto there = read_cached(fd, at, &byte, 1);
        if (!there && is_would_block(there.error())) return false;
    }
    return true;
}

}  // namespace coracle::os
