// bytes_acknowledged: how much the peer of a connection has taken, which the room in our own send buffer does not tell.
// Linux tcp(7), TCP_INFO.
#pragma once

#if defined(__linux__)
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace coracle::os {

// Fact: Linux lets a send buffer grow to 4 MiB and says "writable" only when a third of it is free, so a client that
// reads 16 KiB a second is silent for a minute. glibc's tcp_info ends before tcpi_bytes_acked, and <linux/tcp.h>, which
// has it, cannot be included beside <netinet/tcp.h>; its place in the kernel's interface does not change.

/// Bytes of this TCP connection that its peer has acknowledged; nothing where the system does not say.
inline std::optional<std::uint64_t> bytes_acknowledged([[maybe_unused]] int fd) noexcept {
#if defined(__linux__)
    constexpr std::size_t place = 120;
    unsigned char info[place + sizeof(std::uint64_t)];
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &size) != 0 || size < sizeof info) return std::nullopt;
    std::uint64_t count;
    std::memcpy(&count, info + place, sizeof count);
    return count;
#else
    return std::nullopt;
#endif
}

}  // namespace coracle::os
