// ip_literal: IP addresses as text, both ways: strict on the way in, canonical on the way out. No names, no look-up.
// RFC 6943 3.1.1 (the strict dotted form of IPv4), RFC 4291 2.2 (IPv6), RFC 5952 4 (its canonical form).
#pragma once

#include <coracle/base/ascii.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::ip {

using ipv4_bytes = std::array<std::uint8_t, 4>;
using ipv6_bytes = std::array<std::uint8_t, 16>;

/// "192.0.2.1". Four decimal numbers, none with a leading zero: 010 is eight to some and ten to others.
constexpr std::optional<ipv4_bytes> parse_ipv4(std::string_view text) noexcept {
    ipv4_bytes bytes{};
    for (std::size_t i = 0; i < 4; ++i) {
        std::size_t end = text.find('.');
        if ((end == std::string_view::npos) != (i == 3)) return std::nullopt;
        std::string_view number = text.substr(0, end);
        if (number.size() > 3 || (number.size() > 1 && number.front() == '0')) return std::nullopt;
        auto value = ascii::parse_decimal<std::uint8_t>(number);
        if (!value) return std::nullopt;
        bytes[i] = *value;
        if (i < 3) text.remove_prefix(end + 1);
    }
    return bytes;
}

/// "2001:db8::1", "::ffff:192.0.2.1"; no brackets, no zone.
constexpr std::optional<ipv6_bytes> parse_ipv6(std::string_view text) noexcept {
    ipv6_bytes bytes{};
    std::size_t filled = 0;
    std::optional<std::size_t> gap;
    if (text.starts_with("::")) {
        gap = 0;
        text.remove_prefix(2);
    }
    while (!text.empty()) {
        if (filled == 16) return std::nullopt;
        std::size_t end = text.find(':');
        std::string_view group = text.substr(0, end);
        if (end == std::string_view::npos && group.find('.') != std::string_view::npos) {
            auto tail = parse_ipv4(group);
            if (!tail || filled > 12) return std::nullopt;
            for (std::uint8_t byte : *tail) bytes[filled++] = byte;
            break;
        }
        if (group.size() > 4) return std::nullopt;
        auto value = ascii::parse_hex(group);
        if (!value) return std::nullopt;
        bytes[filled++] = static_cast<std::uint8_t>(*value >> 8);
        bytes[filled++] = static_cast<std::uint8_t>(*value & 0xFF);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
        if (text.empty()) return std::nullopt;  // a single colon at the end
        if (text.front() == ':') {
            if (gap) return std::nullopt;
            gap = filled;
            text.remove_prefix(1);
        }
    }
    if (!gap) return filled == 16 ? std::optional(bytes) : std::nullopt;
    if (filled == 16) return std::nullopt;  // the gap stands for at least one group
    std::size_t moved = filled - *gap;
    for (std::size_t i = 0; i < moved; ++i) {
        bytes[15 - i] = bytes[filled - 1 - i];
        bytes[filled - 1 - i] = 0;
    }
    return bytes;
}

inline void append_ipv4(std::string& out, const ipv4_bytes& bytes) {
    for (std::size_t i = 0; i < 4; ++i) {
        if (i > 0) out.push_back('.');
        out += std::to_string(unsigned{bytes[i]});
    }
}

/// ::ffff:0:0/96, what an IPv4 peer looks like to an IPv6 socket that takes both.
constexpr std::optional<ipv4_bytes> mapped_ipv4(const ipv6_bytes& bytes) noexcept {
    for (std::size_t i = 0; i < 10; ++i)
        if (bytes[i] != 0) return std::nullopt;
    if (bytes[10] != 0xFF || bytes[11] != 0xFF) return std::nullopt;
    return ipv4_bytes{bytes[12], bytes[13], bytes[14], bytes[15]};
}

/// Eight groups in hexadecimal; the longest run of zeros, the first of equals, is `::`. RFC 5952 4.
inline void append_ipv6_groups(std::string& out, const ipv6_bytes& bytes) {
    auto group = [&](std::size_t i) { return static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]); };
    std::size_t gap = 8;
    std::size_t longest = 1;  // a single zero group is not worth a gap
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t run = 0;
        while (i + run < 8 && group(i + run) == 0) ++run;
        if (run > longest) {
            longest = run;
            gap = i;
        }
        i += run;
    }
    bool separate = false;
    for (std::size_t i = 0; i < 8;) {
        if (i == gap) {
            out += "::";
            separate = false;
            i += longest;
            continue;
        }
        if (separate) out.push_back(':');
        separate = true;
        bool leading = true;
        for (int shift = 12; shift >= 0; shift -= 4) {
            unsigned digit = group(i) >> shift & 0xF;
            if (leading && digit == 0 && shift > 0) continue;
            leading = false;
            out.push_back(ascii::hex_digit(digit));
        }
        ++i;
    }
}

/// The same, but a mapped IPv4 address is seen to be one: `::ffff:192.0.2.1`. RFC 5952 5.
inline void append_ipv6(std::string& out, const ipv6_bytes& bytes) {
    auto inner = mapped_ipv4(bytes);
    if (!inner) return append_ipv6_groups(out, bytes);
    out += "::ffff:";
    append_ipv4(out, *inner);
}

}  // namespace coracle::ip
