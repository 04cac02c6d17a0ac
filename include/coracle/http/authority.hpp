// authority: host and port, as in the Host field, in absolute URLs and behind CONNECT.
// RFC 3986 3.2.2, RFC 9110 7.2, RFC 9112 3.2.
#pragma once

#include <coracle/base/ascii.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace coracle::http {

/// A host, with its brackets when it is an IPv6 address, and a port if one was given.
struct authority {
    std::string_view host{};
    std::optional<std::uint16_t> port{};
};

namespace detail {
enum : std::uint8_t { host_no, host_name, host_escape };
inline constexpr std::array<std::uint8_t, 256> host_table = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned byte = 0; byte < 128; ++byte) {
        auto c = static_cast<char>(byte);
        if (ascii::is_alpha(c) || ascii::is_digit(c) ||
            std::string_view("-._~!$&'()*+,;=").find(c) != std::string_view::npos)
            table[byte] = host_name;
    }
    table['%'] = host_escape;
    return table;
}();

/// Where the registered name or IPv4 address at the start of `text` ends.
constexpr std::size_t name_length(std::string_view text) noexcept {
    std::size_t i = 0;
    while (i < text.size()) {
        std::uint8_t kind = host_table[static_cast<unsigned char>(text[i])];
        if (kind == host_no) break;
        if (kind == host_escape) {
            if (text.size() - i < 3 || ascii::hex_value(text[i + 1]) < 0 || ascii::hex_value(text[i + 2]) < 0) break;
            i += 2;
        }
        ++i;
    }
    return i;
}

/// Length of `[...]` with the characters of an IPv6 address in it, 0 when it is not that. The net room reads the
/// address itself; here it only must not be anything else.
constexpr std::size_t bracket_length(std::string_view text) noexcept {
    std::size_t i = 1;
    bool colon = false;
    while (i < text.size() && (ascii::hex_value(text[i]) >= 0 || text[i] == ':' || text[i] == '.'))
        colon = text[i++] == ':' || colon;
    return colon && i < text.size() && text[i] == ']' ? i + 1 : 0;
}
}  // namespace detail

/// The parts of `text`; nothing when it is no host with an optional port. No user information, no empty host.
constexpr std::optional<authority> parse_authority(std::string_view text) noexcept {
    std::size_t size = text.starts_with('[') ? detail::bracket_length(text) : detail::name_length(text);
    if (size == 0) return std::nullopt;
    authority parts;
    parts.host = text.substr(0, size);
    text.remove_prefix(size);
    if (text.empty()) return parts;
    if (text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
    if (text.empty()) return parts;  // RFC 3986 3.2.3: a colon with no port says the default port
    if (text.size() > 5) return std::nullopt;
    std::uint32_t port = 0;
    for (char c : text) {
        if (!ascii::is_digit(c)) return std::nullopt;
        port = port * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (port > 65535) return std::nullopt;
    parts.port = static_cast<std::uint16_t>(port);
    return parts;
}

}  // namespace coracle::http
