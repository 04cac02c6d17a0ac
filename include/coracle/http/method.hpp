// method: what a request asks for, as an enum for the known ones.
// RFC 9110 9, RFC 5789 (PATCH).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coracle::http {

/// The methods coracle knows by name; `other` is any other token, whose text stands in the request head.
enum class method : std::uint8_t { get, head, post, put, patch, del, options, trace, connect, other };

inline constexpr std::size_t known_methods = static_cast<std::size_t>(method::other);

/// The token as it stands in a request; empty for `other`.
constexpr std::string_view method_text(method m) noexcept {
    constexpr std::array<std::string_view, known_methods + 1> texts{"GET",    "HEAD",    "POST",  "PUT",     "PATCH",
                                                                    "DELETE", "OPTIONS", "TRACE", "CONNECT", ""};
    return texts[static_cast<std::size_t>(m)];
}

/// Methods are case-sensitive: `get` is `other`.
constexpr method method_from(std::string_view text) noexcept {
    for (std::size_t i = 0; i < known_methods; ++i)
        if (text == method_text(static_cast<method>(i))) return static_cast<method>(i);
    return method::other;
}

/// RFC 9110 9.2.1: asking twice changes nothing, asking once changes nothing either.
constexpr bool is_safe(method m) noexcept {
    return m == method::get || m == method::head || m == method::options || m == method::trace;
}
/// RFC 9110 9.2.2: asking twice is as good as asking once.
constexpr bool is_idempotent(method m) noexcept { return is_safe(m) || m == method::put || m == method::del; }

}  // namespace coracle::http
