// request_url: from what a program writes, "/users/1" or "http://example.com/", to a URL that can be asked.
// RFC 3986 3, RFC 9112 3.2; W2: nothing in it can end a line.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/client/client_error.hpp>
#include <coracle/client/shown_url.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/http/url.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace coracle::client {

namespace detail {
[[gnu::cold, noreturn]] inline void refuse_url(std::string_view text, std::string_view why) {
    // Credentials are nobody's business who reads logs: also those with an @ or a slash, and behind a broken scheme.
    std::size_t colon = text.find(':');
    std::size_t from = text.find_first_not_of("/\\", colon == text.npos ? 0 : colon + 1);
    std::size_t at = text.rfind('@');
    std::string open(text);
    if (at != text.npos && from < at) open.replace(from, at - from, "...");
    std::string shown = "coracle: '";
    for (char c : shown_url(open).substr(0, 200)) shown += c > ' ' && c < '\x7f' ? c : '?';
    shown.append("' ").append(why);
    throw invalid_url(shown);
}

/// Where a byte may stand in a URL that is as most are.
enum url_byte : std::uint8_t { of_host = 1, of_path = 2, of_query = 4 };
inline constexpr std::array<std::uint8_t, 256> url_bytes = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned byte = 0; byte < 128; ++byte) {
        auto c = static_cast<char>(byte);
        bool host = ascii::is_alpha(c) || ascii::is_digit(c) || c == '-' || c == '.';
        bool query = http::detail::url_table[byte] && c != '#';
        table[byte] = static_cast<std::uint8_t>((host ? of_host : 0) | (query && c != '?' ? of_path : 0) |
                                                (query ? of_query : 0));
    }
    return table;
}();
}  // namespace detail

/// Of http and its like; 0 for other schemes.
constexpr std::uint16_t usual_port(std::string_view scheme) noexcept {
    if (scheme == "http" || scheme == "ws") return 80;
    if (scheme == "https" || scheme == "wss") return 443;
    return 0;
}

/// Refuses what no request line can hold. error: invalid_url.
inline void check_url_text(std::string_view text) {
    unsigned bad = 0;
    for (char c : text) bad |= static_cast<unsigned char>(c) <= ' ' || c == '\x7f' ? 1U : 0U;
    if (bad != 0) [[unlikely]]
        detail::refuse_url(text,
                           "has a space or a control character; write %20, or give values by .query(name, value)");
}

/// Refuses what cannot be asked: another scheme, no host. error: invalid_url, unsupported_protocol.
inline void check_whole_url(const http::url& whole, std::string_view text) {
    if (whole.scheme.empty())
        detail::refuse_url(text, "is no whole URL; write http://host/path, or give the client a base_url");
    if (whole.authority.empty()) detail::refuse_url(text, "names no host; write http://host/path");
    if (usual_port(whole.scheme) == 0)
        throw unsupported_protocol("coracle: nobody here speaks '" + whole.scheme +
                                   "'; http, https, ws and wss are known");
    if (!http::parse_authority(whole.authority)) detail::refuse_url(text, "has no host and port that could be asked");
}

/// Writes `text` into `whole`, if it is as most are: http or https, a name and perhaps a port, and nothing that is
/// refused or encoded. False: nothing was written, and somebody looks at it more closely. in: an empty one.
inline bool read_plain_url(std::string_view text, http::url& whole) {
    bool secure = text.starts_with("https://");
    if (!secure && !text.starts_with("http://")) return false;
    std::size_t begin = secure ? 8 : 7;
    std::size_t at = begin;
    auto is = [&](detail::url_byte kind) {
        return (detail::url_bytes[static_cast<unsigned char>(text[at])] & kind) != 0;
    };
    while (at < text.size() && is(detail::of_host)) ++at;
    if (at == begin) return false;
    if (at < text.size() && text[at] == ':') {
        std::size_t first = ++at;
        unsigned port = 0;
        for (; at < text.size() && ascii::is_digit(text[at]) && at - first < 5; ++at)
            port = port * 10 + static_cast<unsigned>(text[at] - '0');
        if (at == first || port > 65535) return false;
    }
    std::size_t end_of_host = at;
    if (at < text.size() && text[at] != '/' && text[at] != '?') return false;
    while (at < text.size() && is(detail::of_path)) ++at;
    std::size_t mark = at < text.size() && text[at] == '?' ? at : text.npos;
    while (at < text.size() && is(detail::of_query)) ++at;
    if (at < text.size()) return false;
    whole.scheme = secure ? "https" : "http";
    whole.authority.append(text, begin, end_of_host - begin);
    whole.path.append(text, end_of_host, mark == text.npos ? mark : mark - end_of_host);
    if (mark != text.npos) whole.query.emplace(text.substr(mark + 1));
    return true;
}

inline http::url whole_url(std::string_view text) {
    http::url whole;
    if (read_plain_url(text, whole)) return whole;
    check_url_text(text);
    // As fetch() does: what would be sent, and to whom, is said by other words.
    if (std::size_t at = text.find("//"); at != text.npos) {
        std::string_view authority = text.substr(at + 2, text.find_first_of("/?#", at + 2) - at - 2);
        if (text.find_first_of("/?#") == at && authority.find('@') != authority.npos)
            detail::refuse_url(text, "has a name or a password in it; give them by .basic_auth(name, password)");
    }
    whole = http::url::parse(text);
    check_whole_url(whole, text);
    whole.fragment.clear();
    return whole;
}

/// Whether it begins with a scheme and a host of its own.
constexpr bool is_whole_url(std::string_view text) noexcept {
    std::size_t colon = http::detail::find_if(text, [](char c) { return c == ':' || http::detail::ends_authority(c); });
    return colon > 0 && text.substr(colon).starts_with("://");
}

/// `path` behind `base`, as it stands: "/v1" and "/users" make "/v1/users"; no path can name another host.
inline http::url appended_url(const http::url& base, std::string_view path) {
    check_url_text(path);
    http::url out;
    out.scheme = base.scheme;
    out.authority = base.authority;
    path = path.substr(0, path.find('#'));
    std::size_t mark = path.find('?');
    if (mark != path.npos) out.query = http::detail::quoted(path.substr(mark + 1));
    path = path.substr(0, mark);
    std::string_view before = base.path;
    if (before.ends_with('/')) before.remove_suffix(1);
    out.path = before;
    if (!path.empty()) {
        if (!path.starts_with('/')) out.path += '/';
        http::detail::append_quoted(out.path, path);
    } else if (base.path.ends_with('/')) {
        out.path += '/';
    }
    return out;
}

}  // namespace coracle::client
