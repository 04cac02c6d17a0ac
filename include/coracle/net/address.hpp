// address: where a stream comes from or goes to. Plain data, with one text for each address.
// RFC 3986 3.2.2 (brackets around IPv6), RFC 4007 11 (zones), RFC 6761 6.3 (localhost).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/ip_literal.hpp>
#include <coracle/base/result.hpp>
#include <coracle/os/socket_address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::net {

using ip::append_ipv4;
using ip::append_ipv6;
using ip::ipv4_bytes;
using ip::ipv6_bytes;
using ip::mapped_ipv4;
using ip::parse_ipv4;
using ip::parse_ipv6;

/// What is wrong with a text that should have been an address, in one sentence.
struct address_error {
    std::string message;
};

/// An IPv4 or IPv6 address with a port, a unix socket, or nothing (the unnamed client of a unix socket).
class address {
public:
    using family_type = os::address_family;

    address() noexcept = default;
    address(const ipv4_bytes& bytes, std::uint16_t port) noexcept : family_(family_type::ipv4), port_(port) {
        for (std::size_t i = 0; i < 4; ++i) bytes_[i] = bytes[i];
    }
    /// in: `scope` is the interface number of a link-local address, else 0.
    address(const ipv6_bytes& bytes, std::uint16_t port, std::uint32_t scope = 0) noexcept
        : family_(family_type::ipv6), port_(port), scope_(scope), bytes_(bytes) {}
    /// in: a path; on Linux one that starts with NUL is an abstract name.
    static address local(std::string path) {
        address made;
        made.family_ = family_type::local;
        made.path_ = std::move(path);
        return made;
    }

    /// "127.0.0.1:8000", "[::1]:8000", "[fe80::1%2]:8000", "localhost:8000", "unix:/run/app.sock", "unix:@abstract".
    static result<address, address_error> parse(std::string_view text) {
        if (text.starts_with("unix:")) return parse_local(text.substr(5));
        std::size_t colon = text.rfind(':');
        bool bracketed = text.starts_with('[');
        if (colon == std::string_view::npos || (bracketed && !text.substr(0, colon).ends_with(']')))
            return wrong(text, "has no port; write ", std::string(text) + ":8000");
        if (!bracketed && text.find(':') != colon) return wrong(text, "is IPv6 without brackets; write ", "[::1]:8000");
        std::string_view number = text.substr(colon + 1);
        auto port = ascii::parse_decimal<std::uint16_t>(number);
        if (!port || number.size() > 5) return wrong(text, "has no port from 0 to 65535 behind its last colon", "");
        return of(text.substr(0, colon), *port);
    }

    /// The same from two pieces, as options give them. in: a host with or without brackets, or "unix:/path".
    static result<address, address_error> of(std::string_view host, std::uint16_t port) {
        if (host.starts_with("unix:")) return parse_local(host.substr(5));
        if (host == "localhost") return address(ipv4_bytes{127, 0, 0, 1}, port);
        if (auto four = parse_ipv4(host)) return address(*four, port);
        std::string_view inner = host;
        if (inner.starts_with('[') && inner.ends_with(']')) inner = inner.substr(1, inner.size() - 2);
        std::uint32_t scope = 0;
        std::size_t percent = inner.find('%');
        if (percent != std::string_view::npos) {
            auto number = ascii::parse_decimal<std::uint32_t>(inner.substr(percent + 1));
            if (!number) return wrong(host, "has a zone that is no interface number; write ", "fe80::1%2");
            scope = *number;
            inner = inner.substr(0, percent);
        }
        if (auto six = parse_ipv6(inner)) return address(*six, port, scope);
        return wrong(host, "is no IP address; write ", "127.0.0.1, 0.0.0.0 for every interface, ::1 or localhost");
    }

    family_type family() const noexcept { return family_; }
    std::uint16_t port() const noexcept { return port_; }
    /// The same host at another port; a unix socket has none, and stays.
    address with_port(std::uint16_t other) const {
        address made = *this;
        if (family_ == family_type::ipv4 || family_ == family_type::ipv6) made.port_ = other;
        return made;
    }
    /// Of a unix socket, else empty.
    const std::string& path() const noexcept { return path_; }
    /// From this machine: 127.0.0.0/8, ::1, unix sockets.
    bool is_loopback() const noexcept {
        if (family_ == family_type::ipv4) return bytes_[0] == 127;
        if (family_ == family_type::ipv6) {
            if (auto inner = mapped_ipv4(bytes_)) return (*inner)[0] == 127;
            for (std::size_t i = 0; i < 15; ++i)
                if (bytes_[i] != 0) return false;
            return bytes_[15] == 1;
        }
        return true;
    }
    std::optional<ipv4_bytes> ipv4() const noexcept {
        if (family_ != family_type::ipv4) return std::nullopt;
        return ipv4_bytes{bytes_[0], bytes_[1], bytes_[2], bytes_[3]};
    }
    std::optional<ipv6_bytes> ipv6() const noexcept {
        if (family_ != family_type::ipv6) return std::nullopt;
        return bytes_;
    }

    /// Without port and brackets: "127.0.0.1", "::1", "unix:/run/app.sock"; "unix:" for an unnamed client.
    std::string host() const {
        std::string out;
        if (family_ == family_type::ipv4) append_ipv4(out, *ipv4());
        if (family_ == family_type::ipv6) {
            append_ipv6(out, bytes_);
            if (scope_ != 0) out += "%" + std::to_string(scope_);
        }
        if (family_ == family_type::local || family_ == family_type::none) {
            out = "unix:" + path_;
            if (out.size() > 5 && out[5] == '\0') out[5] = '@';
        }
        return out;
    }
    /// What parse() reads.
    std::string text() const {
        if (family_ == family_type::ipv4) return host() + ":" + std::to_string(port_);
        if (family_ == family_type::ipv6) return "[" + host() + "]:" + std::to_string(port_);
        return host();
    }

    friend bool operator==(const address&, const address&) noexcept = default;

    /// An IPv4 peer of an IPv6 socket becomes the IPv4 address that it is.
    explicit address(const os::socket_address& from) {
        family_ = from.family();
        port_ = from.port();
        if (family_ == family_type::ipv4) {
            *this = address(from.ipv4_bytes(), port_);
        } else if (family_ == family_type::ipv6) {
            if (auto inner = mapped_ipv4(from.ipv6_bytes()))
                *this = address(*inner, port_);
            else
                *this = address(from.ipv6_bytes(), port_, from.ipv6_scope());
        } else {
            path_ = from.path();
        }
    }
    /// error: filename_too_long, invalid_argument (a path that no socket can have, or no address at all).
    result<os::socket_address> to_socket_address() const {
        if (family_ == family_type::ipv4) return os::socket_address::ipv4(*ipv4(), port_);
        if (family_ == family_type::ipv6) return os::socket_address::ipv6(bytes_, port_, scope_);
        return os::socket_address::local(path_);
    }

private:
    static result<address, address_error> parse_local(std::string_view path) {
        if (path.empty() || path == "@") return failure(address_error{"'unix:' has no path; write unix:/run/app.sock"});
        if (path.find('\0') != std::string_view::npos)
            return failure(address_error{"the path of a unix socket holds a NUL"});
        std::string name(path);
        if (name.front() == '@') name.front() = '\0';
        return local(std::move(name));
    }
    static failure<address_error> wrong(std::string_view text, std::string_view why, std::string_view right) {
        std::string message = "'";
        message += text;
        message += "' ";
        message += why;
        message += right;
        return failure(address_error{std::move(message)});
    }

    family_type family_ = family_type::none;
    std::uint16_t port_ = 0;
    std::uint32_t scope_ = 0;
    ipv6_bytes bytes_{};
    std::string path_;
};

}  // namespace coracle::net
