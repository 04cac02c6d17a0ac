// address_guard: keeps a client that asks what strangers name away from this machine and from the networks behind it.
// RFC 6890 and IANA's registries of special addresses; RFC 6052 2.1 (NAT64), RFC 3056 2 (6to4). Against SSRF, C7.
#pragma once

#include <coracle/base/ip_literal.hpp>
#include <coracle/base/network_list.hpp>
#include <coracle/net/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::client {

namespace detail {

struct special_ipv4 {
    ip::ipv4_bytes first;
    unsigned bits;
    std::string_view kind;
};
inline constexpr special_ipv4 special_ipv4_networks[] = {
    {{0, 0, 0, 0}, 8, "this machine"},        {{10, 0, 0, 0}, 8, "private"},
    {{100, 64, 0, 0}, 10, "a carrier's own"}, {{127, 0, 0, 0}, 8, "loopback"},
    {{169, 254, 0, 0}, 16, "link-local"},     {{172, 16, 0, 0}, 12, "private"},
    {{192, 0, 0, 0}, 24, "reserved"},         {{192, 0, 2, 0}, 24, "documentation"},
    {{192, 88, 99, 0}, 24, "a relay's"},      {{192, 168, 0, 0}, 16, "private"},
    {{198, 18, 0, 0}, 15, "for benchmarks"},  {{198, 51, 100, 0}, 24, "documentation"},
    {{203, 0, 113, 0}, 24, "documentation"},  {{224, 0, 0, 0}, 4, "multicast"},
    {{240, 0, 0, 0}, 4, "reserved"},
};

struct special_ipv6 {
    ip::ipv6_bytes first;
    unsigned bits;
    std::string_view kind;
};
// Within 2000::/3; outside of it nothing is public.
inline constexpr special_ipv6 special_ipv6_networks[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23, "reserved"},  // Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
    {{0x3f, 0xff}, 20, "documentation"},
};

template <std::size_t N>
constexpr bool begins_with(const std::array<std::uint8_t, N>& bytes, const std::array<std::uint8_t, N>& first,
                           unsigned bits) noexcept {
    for (std::size_t i = 0; i < N && bits > 0; ++i) {
        unsigned here = bits < 8 ? bits : 8;
        if (((bytes[i] ^ first[i]) & 0xFF) >> (8 - here) != 0) return false;
        bits -= here;
    }
    return true;
}

constexpr std::string_view special_kind(const ip::ipv4_bytes& bytes) noexcept {
    for (const special_ipv4& each : special_ipv4_networks)
        if (begins_with(bytes, each.first, each.bits)) return each.kind;
    return {};
}
constexpr std::string_view special_kind(const ip::ipv6_bytes& bytes) noexcept {
    auto inner = [&bytes](std::size_t at) {
        return ip::ipv4_bytes{bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]};
    };
    if (auto mapped = ip::mapped_ipv4(bytes)) return special_kind(*mapped);
    if (begins_with(bytes, ip::ipv6_bytes{0x00, 0x64, 0xff, 0x9b}, 96)) return special_kind(inner(12));  // NAT64
    if (begins_with(bytes, ip::ipv6_bytes{0x20, 0x02}, 16)) return special_kind(inner(2));               // 6to4
    for (const special_ipv6& each : special_ipv6_networks)
        if (begins_with(bytes, each.first, each.bits)) return each.kind;
    if (begins_with(bytes, ip::ipv6_bytes{0x20}, 3)) return {};
    if (begins_with(bytes, ip::ipv6_bytes{0xfe, 0x80}, 10)) return "link-local";
    if (begins_with(bytes, ip::ipv6_bytes{0xfc}, 7)) return "unique-local";
    if (begins_with(bytes, ip::ipv6_bytes{0xff}, 8)) return "multicast";
    ip::ipv6_bytes loopback{};
    loopback[15] = 1;
    return bytes == loopback ? "loopback" : "reserved";
}

}  // namespace detail

/// Off, unless it is made by `address_guard::on()`. It looks at addresses, after names are resolved and on every
/// redirect: a name that changes what it means between two looks (DNS rebinding) gains nothing, since what was looked
/// at is what is connected to. Networks that are meant are allowed: `address_guard::on().allow("10.1.0.0/16")`.
class address_guard {
public:
    static address_guard on() {
        address_guard made;
        made.on_ = true;
        return made;
    }
    /// error: std::logic_error, as network_list::add_list().
    address_guard& allow(std::string_view networks) & {
        allowed_.add_list(networks);
        return *this;
    }
    address_guard&& allow(std::string_view networks) && { return std::move(allow(networks)); }

    explicit operator bool() const noexcept { return on_; }

    /// Why no connection is made to it: "loopback", "private"; empty: it may be made.
    std::string_view fault(const net::address& to) const {
        if (!on_ || allowed_.contains(to.host())) return {};
        if (auto four = to.ipv4()) return detail::special_kind(*four);
        if (auto six = to.ipv6()) return detail::special_kind(*six);
        return "a unix socket";
    }
    /// Those that connections may be made to. in: what `refused` becomes when there are none: "127.0.0.1 is loopback".
    std::vector<net::address> allowed(std::vector<net::address> all, std::string& refused) const {
        std::vector<net::address> good;
        for (net::address& each : all) {
            std::string_view kind = fault(each);
            if (kind.empty()) {
                good.push_back(std::move(each));
                continue;
            }
            if (!refused.empty()) refused += ", ";
            refused.append(each.host()).append(" is ").append(kind);
        }
        return good;
    }

private:
    bool on_ = false;
    network_list allowed_;
};

}  // namespace coracle::client
