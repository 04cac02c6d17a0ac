// host_name: what can be the name of a host, and in one sentence why something is none. Nothing is asked of anybody.
// RFC 1035 2.3.4 (lengths), RFC 1123 2.1 (syntax), RFC 6761 6.3 (localhost), WHATWG URL 3.5 (ends in a number).
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coracle::net {

/// `host` in quotes, cut, and without what would break a line of a log.
inline std::string quoted_host(std::string_view host) {
    constexpr std::size_t most = 80;
    std::string out = "'";
    for (char c : host.substr(0, most)) out += c > ' ' && c < '\x7f' ? c : '?';
    if (host.size() > most) out += "...";
    out += '\'';
    return out;
}

/// "localhost", and every name below it: always this machine, and never the business of a name server.
constexpr bool is_localhost(std::string_view host) noexcept {
    if (host.ends_with('.')) host.remove_suffix(1);
    constexpr std::string_view name = "localhost";
    if (host.size() < name.size() || !ascii::iequals(host.substr(host.size() - name.size()), name)) return false;
    return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

/// What is wrong with `host` as a name to look up; empty when nothing is. Literal addresses are not names: look first.
inline std::string host_name_fault(std::string_view host) {
    if (host.empty()) return "the host is empty; write a name, 127.0.0.1 or ::1";
    for (char c : host) {
        if (static_cast<unsigned char>(c) >= 0x80)
            return quoted_host(host) + " is not ASCII; write it as the DNS has it, in Punycode: xn--...";
        if (ascii::is_alpha(c) || ascii::is_digit(c) || c == '-' || c == '_' || c == '.') continue;
        std::string fault = quoted_host(host) + " is no host name";
        if (host.find('/') != std::string_view::npos) return fault + "; write the host alone, without scheme and path";
        if (c == ':') return fault + "; write the port apart, and an IPv6 address in full";
        return fault + ", which has only letters, digits, '-', '_' and '.'";
    }
    std::string_view rest = host;
    if (rest.ends_with('.')) rest.remove_suffix(1);  // the root
    if (rest.size() > 253) return quoted_host(host) + " is longer than the 253 bytes of a host name";
    for (;;) {
        std::string_view label = rest.substr(0, rest.find('.'));
        if (label.empty()) return quoted_host(host) + " has nothing between two dots";
        if (label.size() > 63) return quoted_host(host) + " has more than 63 bytes between two dots";
        if (label.size() < rest.size()) {
            rest.remove_prefix(label.size() + 1);
            continue;
        }
        // Systems take 127.1, 0x7f.1 and 010.0.0.1 for addresses, each in its own way; guards are passed by that.
        bool hexadecimal = label.starts_with("0x") || label.starts_with("0X");
        if (label.find_first_not_of("0123456789") == std::string_view::npos || hexadecimal)
            return quoted_host(host) + " ends in a number, as IPv4 addresses do, but is none; write it as 192.0.2.1";
        return {};
    }
}

}  // namespace coracle::net
