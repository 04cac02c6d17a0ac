// datagram: the calls of UDP sockets, non-blocking and without signals.
// POSIX recvmsg(2), sendto(2); RFC 3493 for IPv6, ip(7) and ipv6(7) for multicast.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/socket_address.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>

namespace coracle::os {

// Facts:
// - A datagram of 0 bytes is one like any other: 0 is no end of a stream.
// - "Nobody listens there" (ICMP) is told to a connected socket only, by the next call, whichever that is.
// - BSD and macOS say ENOBUFS when the interface's queue is full, always call the socket writable, and never tell when
//   there is room: such a datagram is lost, as others are on their way.
// - BSD and macOS spell the group options of IPv6 IPV6_JOIN_GROUP, and so does Linux.

/// What came: how many bytes fit, and whether there had been more.
struct received_datagram {
    std::size_t size = 0;
    bool truncated = false;
};

/// A UDP socket of the family of `where`, neither bound nor connected.
inline result<file_descriptor> open_datagram_socket(const socket_address& where) noexcept {
    return detail::open_socket(where.domain(), SOCK_DGRAM);
}

/// error: would_block when none has come; connection_refused of a connected socket.
inline result<received_datagram> receive_datagram(int fd, std::span<char> room, socket_address& from) noexcept {
    iovec piece{};
    piece.iov_base = room.data();
    piece.iov_len = room.size();
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    auto count = socket_address::filled_by(from, [&](sockaddr* name, socklen_t* length) noexcept {
        return uninterrupted([&]() noexcept {
            message.msg_name = name;
            message.msg_namelen = *length;
            auto outcome = ::recvmsg(fd, &message, 0);
            if (outcome >= 0) *length = message.msg_namelen;
            return outcome;
        });
    });
    if (count < 0) return last_failure();
    return received_datagram{static_cast<std::size_t>(count), (message.msg_flags & MSG_TRUNC) != 0};
}

/// To `where`, or, when that is null, to whom the socket is connected. All of it or nothing.
/// error: would_block; message_size when it is too large; connection_refused of a connected socket.
inline result<void> send_datagram(int fd, std::string_view bytes, const socket_address* where) noexcept {
    auto count = uninterrupted([&]() noexcept {
        return ::sendto(fd, bytes.data(), bytes.size(), detail::send_flags, where ? where->data() : nullptr,
                        where ? where->size() : socklen_t{0});
    });
    if (count < 0) return last_failure();
    return {};
}

/// Lets it send to broadcast addresses.
inline result<void> allow_broadcast(int fd, bool on) noexcept {
    return detail::set_option(fd, SOL_SOCKET, SO_BROADCAST, on ? 1 : 0);
}

/// Lets several sockets bind one address, each of which gets what is sent to a group that it has joined.
inline result<void> share_group_port(int fd) noexcept {
    if (auto done = reuse_address(fd); !done) return done;
#if !defined(__linux__) && defined(SO_REUSEPORT)
    return detail::set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
#else
    return {};
#endif
}

/// Gets what is sent to `group`, or does no more. in: the number of an interface; 0 lets the kernel choose.
inline result<void> set_membership(int fd, const socket_address& group, unsigned interface, bool member) noexcept {
    if (group.family() == address_family::ipv6) {
        ipv6_mreq wanted{};
        auto bytes = group.ipv6_bytes();
        std::memcpy(&wanted.ipv6mr_multiaddr, bytes.data(), bytes.size());
        wanted.ipv6mr_interface = static_cast<decltype(wanted.ipv6mr_interface)>(interface);
        int what = member ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP;
        if (::setsockopt(fd, IPPROTO_IPV6, what, &wanted, sizeof wanted) < 0) return last_failure();
        return {};
    }
    ip_mreqn wanted{};
    auto bytes = group.ipv4_bytes();
    std::memcpy(&wanted.imr_multiaddr, bytes.data(), bytes.size());
    wanted.imr_ifindex = static_cast<int>(interface);
    int what = member ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP;
    if (::setsockopt(fd, IPPROTO_IP, what, &wanted, sizeof wanted) < 0) return last_failure();
    return {};
}

/// Of what it sends to groups: how many routers it may pass (0 stays on this machine), whether this machine gets it
/// too, and through which interface it goes (0 lets the kernel choose).
inline result<void> set_group_sending(int fd, address_family family, int hops, bool to_us,
                                      unsigned interface) noexcept {
    if (family == address_family::ipv6) {
        if (auto done = detail::set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops); !done) return done;
        if (auto done = detail::set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, to_us ? 1 : 0); !done) return done;
        return detail::set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(interface));
    }
    // BSD wants bytes for these two, and Linux takes them.
    auto few = static_cast<unsigned char>(hops);
    unsigned char loops = to_us ? 1 : 0;
    if (::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &few, sizeof few) < 0) return last_failure();
    if (::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &loops, sizeof loops) < 0) return last_failure();
    if (interface == 0) return {};
    ip_mreqn through{};
    through.imr_ifindex = static_cast<int>(interface);
    if (::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &through, sizeof through) < 0) return last_failure();
    return {};
}

}  // namespace coracle::os
