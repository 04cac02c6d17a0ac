// name_lookup: the addresses of a host by its name, as this system finds them: files, DNS, whatever it is set up for.
// POSIX getaddrinfo(3); RFC 6724 (the order of the addresses); RFC 4007 11 (zones).
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/socket_address.hpp>

#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace coracle::os {

// Facts:
// - getaddrinfo() blocks for as long as the name servers keep silent: 10 s for one with glibc's defaults, and no call
//   ends it. It tells no time to live.
// - It takes "127.1", "0x7f.1" and "2130706433" for addresses, as inet_aton(3) does; who must not, looks first.
// - AI_ADDRCONFIG hides ::1 and all of IPv6 on a machine that is off the net, so it is not used; an address that
//   cannot be reached fails at once, and RFC 6724 puts it last.

/// Which addresses are wanted.
enum class families : std::uint8_t { both, ipv4, ipv6 };

namespace detail {

class lookup_category_type final : public std::error_category {
public:
    const char* name() const noexcept override { return "name lookup"; }
    std::string message(int code) const override {
        switch (code) {
            case EAI_NONAME:
                return "the name is not known, or has no such address";
            case EAI_AGAIN:
                return "the name servers do not answer; try again later";
            case EAI_FAIL:
                return "the name servers cannot answer";
            case EAI_SERVICE:
                return "the service is not known; write the number of its port";
            default:
                return ::gai_strerror(code);
        }
    }
    std::error_condition default_error_condition(int code) const noexcept override {
        if (code == EAI_AGAIN) return std::errc::resource_unavailable_try_again;
        if (code == EAI_MEMORY) return std::errc::not_enough_memory;
        return {code, *this};
    }
};

}  // namespace detail

/// The category of what getaddrinfo() says; its codes are the EAI_ constants.
inline const std::error_category& lookup_category() noexcept {
    static const detail::lookup_category_type only;
    return only;
}

/// Not known, or known without an address of the family that was asked for.
inline std::error_code name_not_known() noexcept { return {EAI_NONAME, lookup_category()}; }

namespace detail {
/// The systems have several words for it.
constexpr bool is_not_known(int code) noexcept {
#if defined(EAI_NODATA)
    if (code == EAI_NODATA) return true;
#endif
#if defined(EAI_ADDRFAMILY)
    if (code == EAI_ADDRFAMILY) return true;
#endif
    return code == EAI_NONAME;
}
}  // namespace detail

/// The addresses of `host`, best first, each once. Blocks.
/// in: `service` is a port number, a name as "https", or empty for port 0.
/// error: of lookup_category(), or what the system says when it could not even ask.
inline result<std::vector<socket_address>> look_up(const std::string& host, const std::string& service,
                                                   families wanted = families::both) {
    addrinfo hints{};
    hints.ai_family = wanted == families::ipv4 ? AF_INET : wanted == families::ipv6 ? AF_INET6 : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;  // else each address comes once for each type
    addrinfo* first = nullptr;
    int why = ::getaddrinfo(host.c_str(), service.empty() ? nullptr : service.c_str(), &hints, &first);
    if (why == EAI_SYSTEM) return last_failure();
    if (detail::is_not_known(why)) return failure(name_not_known());
    if (why != 0) return failure(std::error_code(why, lookup_category()));
    std::unique_ptr<addrinfo, decltype([](addrinfo* list) { ::freeaddrinfo(list); })> all(first);
    std::vector<socket_address> found;
    for (const addrinfo* each = first; each; each = each->ai_next) {
        if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
        socket_address made;
        socket_address::filled_by(made, [&](sockaddr* room, socklen_t* length) {
            std::memcpy(room, each->ai_addr, each->ai_addrlen);
            *length = each->ai_addrlen;
            return 0;
        });
        bool known = false;
        for (const socket_address& other : found)
            known = known || (other.size() == made.size() && std::memcmp(other.data(), made.data(), made.size()) == 0);
        if (!known) found.push_back(made);
    }
    if (found.empty()) return failure(name_not_known());
    return found;
}

/// The number of a network interface by its name, the zone of "fe80::1%eth0"; 0 when there is none.
inline std::uint32_t interface_number(const std::string& name) noexcept { return ::if_nametoindex(name.c_str()); }

}  // namespace coracle::os
