// socket_address: where a socket is bound or connected to, as the kernel wants it.
// POSIX <sys/socket.h>, <netinet/in.h>, <sys/un.h>; unix(7) for abstract names.
#pragma once

#include <coracle/base/result.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <system_error>

namespace coracle::os {

// Fact: BSD and macOS begin every sockaddr with its length. The kernel fills it in for system calls, but functions of
// the C library may look at it. <netinet/in.h> defines SIN6_LEN where it is there (RFC 3493, section 3.4).

/// What kind of address it is; `none` is also an unnamed unix socket, as clients of unix sockets usually are.
enum class address_family : std::uint8_t { none, ipv4, ipv6, local };

/// A sockaddr of any family with its length.
class socket_address {
public:
    socket_address() noexcept = default;

    static socket_address ipv4(const std::array<std::uint8_t, 4>& bytes, std::uint16_t port) noexcept {
        sockaddr_in room{};
        room.sin_family = AF_INET;
        room.sin_port = htons(port);
        std::memcpy(&room.sin_addr, bytes.data(), bytes.size());
        return socket_address(&room, sizeof room);
    }

    /// in: `scope` is the interface number of a link-local address, else 0.
    static socket_address ipv6(const std::array<std::uint8_t, 16>& bytes, std::uint16_t port,
                               std::uint32_t scope = 0) noexcept {
        sockaddr_in6 room{};
        room.sin6_family = AF_INET6;
        room.sin6_port = htons(port);
        room.sin6_scope_id = scope;
        std::memcpy(&room.sin6_addr, bytes.data(), bytes.size());
        return socket_address(&room, sizeof room);
    }

    /// A unix socket in the file system; on Linux a path that starts with NUL is an abstract name.
    /// error: filename_too_long (Linux takes 107 bytes, BSD and macOS 103), invalid_argument for an empty path or one
    /// with a NUL inside.
    static result<socket_address> local(std::string_view path) {
        sockaddr_un room{};
        if (path.empty() || path.find('\0', 1) != std::string_view::npos)
            return failure(std::make_error_code(std::errc::invalid_argument));
        if (path.size() >= sizeof room.sun_path) return failure(std::make_error_code(std::errc::filename_too_long));
        room.sun_family = AF_UNIX;
        std::memcpy(room.sun_path, path.data(), path.size());
        bool abstract = path.front() == '\0';
        return socket_address(&room, offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
    }

    address_family family() const noexcept {
        if (length_ < static_cast<socklen_t>(offsetof(sockaddr_storage, ss_family) + sizeof storage_.ss_family))
            return address_family::none;
        if (storage_.ss_family == AF_INET) return address_family::ipv4;
        if (storage_.ss_family == AF_INET6) return address_family::ipv6;
        if (storage_.ss_family == AF_UNIX && !path().empty()) return address_family::local;
        return address_family::none;
    }

    /// 0 unless the family is ipv4 or ipv6.
    std::uint16_t port() const noexcept {
        if (storage_.ss_family == AF_INET) return ntohs(as<sockaddr_in>().sin_port);
        if (storage_.ss_family == AF_INET6) return ntohs(as<sockaddr_in6>().sin6_port);
        return 0;
    }
    std::array<std::uint8_t, 4> ipv4_bytes() const noexcept {
        std::array<std::uint8_t, 4> bytes{};
        auto address = as<sockaddr_in>().sin_addr;
        std::memcpy(bytes.data(), &address, bytes.size());
        return bytes;
    }
    std::array<std::uint8_t, 16> ipv6_bytes() const noexcept {
        std::array<std::uint8_t, 16> bytes{};
        auto address = as<sockaddr_in6>().sin6_addr;
        std::memcpy(bytes.data(), &address, bytes.size());
        return bytes;
    }
    std::uint32_t ipv6_scope() const noexcept { return as<sockaddr_in6>().sin6_scope_id; }

    /// The path of a unix socket, a view into this object; empty when it has none.
    std::string_view path() const noexcept {
        constexpr std::size_t start = offsetof(sockaddr_un, sun_path);
        if (storage_.ss_family != AF_UNIX || length_ <= start) return {};
        std::string_view text(reinterpret_cast<const char*>(&storage_) + start, length_ - start);
        if (text.front() == '\0') {
            bool named = text.find_first_not_of('\0') != std::string_view::npos;
            return named ? text : std::string_view();
        }
        return text.substr(0, text.find('\0'));
    }

    const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const noexcept { return length_; }
    /// AF_INET and so on, for socket().
    int domain() const noexcept { return storage_.ss_family; }

    /// For the calls that fill an address in: `fill(sockaddr*, socklen_t*)` returns negative when it failed.
    template <class Fill>
    static auto filled_by(socket_address& out, Fill fill) {
        out = socket_address();
        socklen_t length = sizeof out.storage_;
        auto outcome = fill(reinterpret_cast<sockaddr*>(&out.storage_), &length);
        // The kernel tells the full length even when it had to cut.
        if (outcome >= 0) out.length_ = length < sizeof out.storage_ ? length : socklen_t{sizeof out.storage_};
        return outcome;
    }

private:
    socket_address(const void* address, std::size_t length) noexcept : length_(static_cast<socklen_t>(length)) {
        std::memcpy(&storage_, address, length);
#if defined(SIN6_LEN)
        storage_.ss_len = static_cast<std::uint8_t>(length);
#endif
    }
    template <class Address>
    Address as() const noexcept {
        Address copy;
        std::memcpy(&copy, &storage_, sizeof copy);
        return copy;
    }

    sockaddr_storage storage_{};
    socklen_t length_ = 0;
};

}  // namespace coracle::os
