// host_literal: hosts whose addresses are known without a lookup: literals and localhost; and what can be no host.
// RFC 4291 2.2, RFC 4007 11 (zones), RFC 6761 6.3 (localhost).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/result.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/host_name.hpp>
#include <coracle/os/name_lookup.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::net {

using families = os::families;

/// Why a name has no address, for programs and in a sentence: "no address for 'nosuch.example': ...".
struct resolve_error {
    std::error_code code;
    std::string message;
};

/// Addresses, the one to try first in front and never none; or why there are none.
using resolve_answer = result<std::vector<address>, resolve_error>;

/// The caller's mistake as an answer.
inline failure<resolve_error> refused_host(std::string why) {
    return failure(resolve_error{std::make_error_code(std::errc::invalid_argument), std::move(why)});
}
/// How the sentence begins that tells of a failure.
inline std::string no_address(std::string_view host, families wanted) {
    std::string kind = wanted == families::ipv4 ? "IPv4 " : wanted == families::ipv6 ? "IPv6 " : "";
    return "no " + kind + "address for " + quoted_host(host) + ": ";
}

namespace detail {
/// The number of a zone. Nothing when it names no interface.
inline std::optional<std::uint32_t> interface_of(std::string_view zone) {
    if (auto number = ascii::parse_decimal<std::uint32_t>(zone)) return number;
    std::uint32_t number = zone.empty() ? 0 : os::interface_number(std::string(zone));
    if (number == 0) return std::nullopt;
    return number;
}
}  // namespace detail

/// The answer for `host` when it can be given at once; nothing when it has to be looked up.
inline std::optional<resolve_answer> without_lookup(std::string_view host, std::uint16_t port, families wanted) {
    std::vector<address> all;
    if (is_localhost(host) && host_name_fault(host).empty()) {
        ipv6_bytes loopback{};
        loopback.back() = 1;
        if (wanted != families::ipv4) all.emplace_back(loopback, port);
        if (wanted != families::ipv6) all.emplace_back(ipv4_bytes{127, 0, 0, 1}, port);
        return resolve_answer(std::move(all));
    }
    std::string_view inner = host;
    if (inner.starts_with('[') && inner.ends_with(']')) inner = inner.substr(1, inner.size() - 2);
    std::size_t percent = inner.find('%');
    if (auto six = parse_ipv6(inner.substr(0, percent))) {
        std::optional<std::uint32_t> scope = 0;
        if (percent != std::string_view::npos) scope = detail::interface_of(inner.substr(percent + 1));
        if (!scope)
            return resolve_answer(
                refused_host(quoted_host(host) + " names an interface that this machine does not have"));
        if (wanted == families::ipv4)
            return resolve_answer(refused_host(no_address(host, wanted) + "it is an IPv6 address"));
        all.emplace_back(*six, port, *scope);
        return resolve_answer(std::move(all));
    }
    if (auto four = parse_ipv4(host)) {
        if (wanted == families::ipv6)
            return resolve_answer(refused_host(no_address(host, wanted) + "it is an IPv4 address"));
        all.emplace_back(*four, port);
        return resolve_answer(std::move(all));
    }
    if (std::string fault = host_name_fault(host); !fault.empty())
        return resolve_answer(refused_host(std::move(fault)));
    return std::nullopt;
}

}  // namespace coracle::net
