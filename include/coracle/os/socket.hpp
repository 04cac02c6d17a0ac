// The socket calls, as coracle wants them: non-blocking, close-on-exec, never a SIGPIPE, never EINTR.
// POSIX socket(2) and friends; accept4(2) of Linux and FreeBSD.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket_address.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include <cerrno>
#include <cstddef>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::os {

// Facts:
// - accept() also reports what had gone wrong with the connection it would have returned (ECONNABORTED, EPROTO,
//   ENETDOWN, ...): those are the peer's trouble, and the next connection is fine.
// - connect() interrupted by a signal goes on by itself; calling it again says EALREADY.
// - A unix socket whose server's backlog is full says EAGAIN to connect() at once and never tells when it is worth
//   another try: for connecting, EAGAIN is an error and EINPROGRESS is the one that means "wait".
// - macOS has neither SOCK_NONBLOCK nor accept4; it has SO_NOSIGPIPE. Its headers since 2023 have MSG_NOSIGNAL, which
//   the kernel below may be too old for. It is asked for by name, because its headers declare what only the newest
//   system has (pipe2, since those of macOS 27).
// - FreeBSD has all of them; there an accepted socket inherits SO_NOSIGPIPE, O_NONBLOCK too unless accept4 says else.
// - macOS accepts connections that are gone already: setsockopt then says EINVAL, and the peer has no address.

namespace detail {

#if defined(MSG_NOSIGNAL)
inline constexpr int send_flags = MSG_NOSIGNAL;
#else
inline constexpr int send_flags = 0;
#endif

// Sanitizers learn from the library's calls who has waited for whom, and what has been written.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
inline constexpr bool sanitized =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer);
#else
inline constexpr bool sanitized = false;
#endif

// glibc's recv() and send() are points at which a thread can be cancelled, and in a process with threads that costs two
// locked instructions each time.
inline ssize_t receive(int fd, char* room, std::size_t size) noexcept {
#if defined(__linux__) && defined(SYS_recvfrom)
    if constexpr (!sanitized) return ::syscall(SYS_recvfrom, fd, room, size, 0, nullptr, nullptr);
#endif
    return ::recv(fd, room, size, 0);
}
inline ssize_t send(int fd, const char* bytes, std::size_t size) noexcept {
#if defined(__linux__) && defined(SYS_sendto)
    if constexpr (!sanitized) return ::syscall(SYS_sendto, fd, bytes, size, send_flags, nullptr, 0);
#endif
    return ::send(fd, bytes, size, send_flags);
}

inline result<void> set_option(int fd, int level, int name, int value) noexcept {
    if (::setsockopt(fd, level, name, &value, sizeof value) < 0) return last_failure();
    return {};
}

/// What SOCK_NONBLOCK and SOCK_CLOEXEC do where they exist.
inline result<void> prepare_socket([[maybe_unused]] int fd) noexcept {
#if defined(__APPLE__) || !defined(SOCK_NONBLOCK)
    int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return last_failure();
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return last_failure();
#endif
#if defined(SO_NOSIGPIPE)
    if (auto quiet = set_option(fd, SOL_SOCKET, SO_NOSIGPIPE, 1); !quiet) return failure(quiet.error());
#endif
    return {};
}

/// Whether accept() failed for the connection it would have returned, and the next one may be fine.
inline bool is_of_the_peer(int why, int listener) noexcept {
    switch (why) {
        case EINTR:
        case ECONNABORTED:
        case EPROTO:
        case ETIMEDOUT:
        case ENETDOWN:
        case ENETUNREACH:
        case EHOSTDOWN:
        case EHOSTUNREACH:
#if defined(ENONET)
        case ENONET:
#endif
            return true;
        case EOPNOTSUPP:
        case ENOPROTOOPT: {
            // Also what a socket that does not listen says, and that would never end.
            int listening = 0;
            socklen_t size = sizeof listening;
            bool listens = ::getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
            errno = why;
            return listens;
        }
        default:
            return false;
    }
}

/// in: `kind` is SOCK_STREAM or SOCK_DGRAM; what comes out may go to socket() and socketpair(), then prepare_socket().
constexpr int socket_type(int kind) noexcept {
#if !defined(__APPLE__) && defined(SOCK_NONBLOCK)
    return kind | SOCK_NONBLOCK | SOCK_CLOEXEC;
#else
    return kind;
#endif
}

/// in: AF_INET and so on, SOCK_STREAM or SOCK_DGRAM.
inline result<file_descriptor> open_socket(int domain, int kind) noexcept {
    file_descriptor made(::socket(domain, socket_type(kind), 0));
    if (!made) return last_failure();
    if (auto prepared = prepare_socket(made.get()); !prepared) return failure(prepared.error());
    return made;
}

}  // namespace detail

/// A stream socket (TCP or unix) of the family of `where`, neither bound nor connected.
inline result<file_descriptor> open_stream_socket(const socket_address& where) noexcept {
    return detail::open_socket(where.domain(), SOCK_STREAM);
}

/// Two unix stream sockets connected to one another.
inline result<std::pair<file_descriptor, file_descriptor>> open_socket_pair() noexcept {
    int fds[2];
    if (::socketpair(AF_UNIX, detail::socket_type(SOCK_STREAM), 0, fds) < 0) return last_failure();
    std::pair<file_descriptor, file_descriptor> made{file_descriptor(fds[0]), file_descriptor(fds[1])};
    for (int fd : fds)
        if (auto prepared = detail::prepare_socket(fd); !prepared) return failure(prepared.error());
    return made;
}

/// Lets a server bind again while connections of its predecessor are still in TIME_WAIT.
inline result<void> reuse_address(int fd) noexcept { return detail::set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1); }

/// Whether share_port() deals connections out here.
#if defined(SO_REUSEPORT_LB) || defined(__linux__)
inline constexpr bool ports_can_be_shared = true;
#else
inline constexpr bool ports_can_be_shared = false;
#endif

/// Lets several sockets listen on one address, the kernel dealing connections out among them (Linux, FreeBSD).
/// error: not_supported where connections are not dealt out (macOS).
inline result<void> share_port(int fd) noexcept {
#if defined(SO_REUSEPORT_LB)
    return detail::set_option(fd, SOL_SOCKET, SO_REUSEPORT_LB, 1);
#elif defined(__linux__)
    return detail::set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
#else
    (void)fd;
    return failure(std::make_error_code(std::errc::not_supported));
#endif
}

/// Sends small writes at once instead of waiting for the peer's acknowledgement.
inline result<void> send_without_delay(int fd) noexcept { return detail::set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); }

/// Whether an IPv6 socket takes IPv6 only, or IPv4 too.
inline result<void> take_only_ipv6(int fd, bool only) noexcept {
    return detail::set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, only ? 1 : 0);
}

inline result<void> bind_socket(int fd, const socket_address& where) noexcept {
    if (::bind(fd, where.data(), where.size()) < 0) return last_failure();
    return {};
}

/// in: `backlog` connections may wait for accept; the kernel may cut it (net.core.somaxconn).
inline result<void> listen_on(int fd, int backlog = 2048) noexcept {
    if (::listen(fd, backlog) < 0) return last_failure();
    return {};
}

/// Whether listen() was called on it. error: bad_file_descriptor, not_a_socket.
inline result<bool> is_listening(int fd) noexcept {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0) return last_failure();
    return listening != 0;
}

/// A socket of somebody else becomes as one that was opened here: it never blocks, and no child gets it.
inline result<void> prepare_inherited(int fd) noexcept {
    int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return last_failure();
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return last_failure();
    return {};
}

/// The next connection of a listening socket, and who it is.
/// error: would_block (is_would_block) when none waits; out of descriptors (is_out_of_descriptors) leaves it waiting.
inline result<file_descriptor> accept_connection(int fd, socket_address& peer) noexcept {
    for (;;) {
        file_descriptor made(socket_address::filled_by(peer, [&](sockaddr* room, socklen_t* length) {
#if !defined(__APPLE__) && defined(SOCK_NONBLOCK)
            return ::accept4(fd, room, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
            return ::accept(fd, room, length);
#endif
        }));
        if (made) {
#if defined(__APPLE__) || !defined(SOCK_NONBLOCK)
            if (auto prepared = detail::prepare_socket(made.get()); !prepared) continue;  // gone already
#endif
            return made;
        }
        if (!detail::is_of_the_peer(errno, fd)) return last_failure();
    }
}

/// Starts to connect. error: operation_in_progress means that finish_connect() tells the outcome at the next edge.
inline result<void> start_connect(int fd, const socket_address& where) noexcept {
    if (::connect(fd, where.data(), where.size()) == 0) return {};
    if (errno == EINTR) errno = EINPROGRESS;
    return last_failure();
}

inline bool is_in_progress(const std::error_code& why) noexcept {
    return why.value() == EINPROGRESS && why.category() == std::system_category();
}

/// Outcome of start_connect(). error: operation_in_progress when there is none yet, else why it failed.
inline result<void> finish_connect(int fd) noexcept {
    int why = 0;
    socklen_t size = sizeof why;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) < 0) return last_failure();
    if (why != 0) return failure(std::error_code(why, std::system_category()));
    // No error is also what a connection in the making says: only one that is made has a peer.
    socket_address peer;
    int named = socket_address::filled_by(
        peer, [&](sockaddr* room, socklen_t* length) { return ::getpeername(fd, room, length); });
    if (named == 0) return {};
    return failure(std::error_code(errno == ENOTCONN ? EINPROGRESS : errno, std::system_category()));
}

/// Bytes that have arrived. 0 is the end of the stream. error: would_block when none are there.
inline result<std::size_t> receive(int fd, std::span<char> room) noexcept {
    auto count = uninterrupted([&]() noexcept { return detail::receive(fd, room.data(), room.size()); });
    if (count < 0) return last_failure();
    return static_cast<std::size_t>(count);
}

/// The same without taking them: the next call gives them again.
inline result<std::size_t> peek(int fd, std::span<char> room) noexcept {
    auto count = uninterrupted([&]() noexcept { return ::recv(fd, room.data(), room.size(), MSG_PEEK); });
    if (count < 0) return last_failure();
    return static_cast<std::size_t>(count);
}

/// Whether nothing of the peer's is left to read and the peer sends no more; consumes nothing.
inline bool at_end_of_stream(int fd) noexcept {
    char byte;
    return uninterrupted([&]() noexcept { return ::recv(fd, &byte, 1, MSG_PEEK); }) == 0;
}

/// As many of the bytes as the kernel takes now, perhaps not all. error: would_block when it takes none.
inline result<std::size_t> send_some(int fd, std::string_view bytes) noexcept {
    auto count = uninterrupted([&]() noexcept { return detail::send(fd, bytes.data(), bytes.size()); });
    if (count < 0) return last_failure();
    return static_cast<std::size_t>(count);
}

/// Two pieces in one call, as a head and its body; else as send_some.
inline result<std::size_t> send_some(int fd, std::string_view first, std::string_view second) noexcept {
    iovec pieces[2];
    pieces[0].iov_base = const_cast<char*>(first.data());
    pieces[0].iov_len = first.size();
    pieces[1].iov_base = const_cast<char*>(second.data());
    pieces[1].iov_len = second.size();
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    auto count = uninterrupted([&]() noexcept { return ::sendmsg(fd, &message, detail::send_flags); });
    if (count < 0) return last_failure();
    return static_cast<std::size_t>(count);
}

/// Says "no more from here" (FIN); what the peer sends can still be read.
inline result<void> shutdown_sending(int fd) noexcept {
    if (::shutdown(fd, SHUT_WR) < 0) return last_failure();
    return {};
}

/// Reads find the end of the stream from here on, also the one that somebody waits for.
inline void shutdown_receiving(int fd) noexcept { ::shutdown(fd, SHUT_RD); }

/// Makes the close that follows a reset (RST): the peer's unread bytes and our unsent ones are dropped at once.
inline result<void> reset_on_close(int fd) noexcept {
    linger at_once{};
    at_once.l_onoff = 1;
    at_once.l_linger = 0;
    if (::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0) return last_failure();
    return {};
}

/// Where the socket is bound; tells the port the kernel chose for port 0.
inline result<socket_address> local_address(int fd) noexcept {
    socket_address out;
    int named = socket_address::filled_by(
        out, [&](sockaddr* room, socklen_t* length) { return ::getsockname(fd, room, length); });
    if (named < 0) return last_failure();
    return out;
}

/// Who is at the other end. error: not_connected.
inline result<socket_address> peer_address(int fd) noexcept {
    socket_address out;
    int named = socket_address::filled_by(
        out, [&](sockaddr* room, socklen_t* length) { return ::getpeername(fd, room, length); });
    if (named < 0) return last_failure();
    return out;
}

}  // namespace coracle::os
