// last_call: the end of a listening socket that loses nobody: no new client comes in, those that have can be accepted.
// Linux socket(7) SO_ATTACH_FILTER, which sees the segments of TCP from their header on; unix(7), shutdown(2).
#pragma once

#include <coracle/os/socket_address.hpp>

#include <sys/socket.h>
#if defined(__linux__)
#include <linux/filter.h>
#endif

namespace coracle::os {

// Facts:
// - close() of a listening socket resets every connection that the kernel has completed and nobody has accepted, and
//   between an accept() that finds nothing and that close() a connection can complete.
// - shutdown() of a listening TCP socket does the same as close() (Linux), or is refused (BSD).
// - Linux asks the filter of a listening socket about each segment. One that takes all but a first SYN lets handshakes
//   end that have begun; a client whose SYN is dropped sends it again after a second, to whoever listens then.
// - A unix socket that is shut down refuses who connects, and gives out who has (Linux).
// - Both hold for the socket, in whichever processes it is open.

/// True when from here on no connection begins on the listening socket `fd`, here and wherever else it is open. False
/// when this system cannot do that; nothing has changed then.
inline bool last_call([[maybe_unused]] int fd, [[maybe_unused]] address_family family) noexcept {
#if defined(__linux__)
    if (family == address_family::local) return ::shutdown(fd, SHUT_RD) == 0;
    constexpr unsigned flags_at = 13, ack_and_syn = 0x12, syn = 0x02, all = 0xFFFFFFFF;
    sock_filter steps[] = {
        {BPF_LD | BPF_B | BPF_ABS, 0, 0, flags_at},
        {BPF_ALU | BPF_AND | BPF_K, 0, 0, ack_and_syn},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, syn},
        {BPF_RET | BPF_K, 0, 0, 0},
        {BPF_RET | BPF_K, 0, 0, all},
    };
    sock_fprog filter{};
    filter.len = sizeof steps / sizeof steps[0];
    filter.filter = steps;
    return ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
#else
    return false;
#endif
}

}  // namespace coracle::os
