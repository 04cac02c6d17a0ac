// url: where a client sends a request, and where an answer sends it next.
// RFC 3986 3 (parts), 5.2 (relative references), 5.2.4 (dot segments).
#pragma once

#include <coracle/base/ascii.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

namespace detail {
/// What may stand in a URL as it is.
inline constexpr std::array<bool, 256> url_table = [] {
    std::array<bool, 256> table{};
    constexpr std::string_view unsafe = "\"<>\\^`{|}";
    for (unsigned char c = 0x21; c < 0x7F; ++c) table[c] = unsafe.find(static_cast<char>(c)) == unsafe.npos;
    return table;
}();

/// What a request line cannot hold is percent-encoded; what is encoded already stays.
inline void append_quoted(std::string& out, std::string_view text) {
    auto plain = [](char c) { return url_table[static_cast<unsigned char>(c)]; };
    std::size_t same = 0;
    while (same < text.size() && plain(text[same])) ++same;
    out.append(text.substr(0, same));
    for (char c : text.substr(same)) {
        if (plain(c))
            out += c;
        else
            ascii::append_percent(out, c);
    }
}
inline std::string quoted(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

/// Where the first such character stands, or the end.
template <class Predicate>
constexpr std::size_t find_if(std::string_view text, Predicate is) noexcept {
    std::size_t at = 0;
    while (at < text.size() && !is(text[at])) ++at;
    return at;
}
constexpr bool ends_authority(char c) noexcept { return c == '/' || c == '?' || c == '#'; }

inline std::string without_dot_segments(std::string_view path) {
    std::string out;
    auto drop_last = [&out] { out.erase(out.rfind('/') == out.npos ? 0 : out.rfind('/')); };
    while (!path.empty()) {
        bool up = path.starts_with("/../") || path == "/..";
        if (up || path.starts_with("/./") || path == "/.") {
            if (up) drop_last();
            path.remove_prefix(up ? 3 : 2);
            if (path.empty()) out += '/';
            continue;
        }
        std::size_t end = path.find('/', 1);
        out += path.substr(0, end);
        path.remove_prefix(end == path.npos ? path.size() : end);
    }
    return out;
}
}  // namespace detail

/// The parts of `http://host:8000/a?b=1#c`; those of a relative reference may be empty. Plain data.
struct url {
    std::string scheme{};     ///< lower-case, without the colon
    std::string authority{};  ///< host and port, as given; user information is dropped
    std::string path{};
    std::optional<std::string> query{};
    std::string fragment{};

    /// Any text: what no URL can hold is percent-encoded.
    static url parse(std::string_view text) {
        url out;
        std::size_t colon = detail::find_if(text, [](char c) { return c == ':' || detail::ends_authority(c); });
        if (colon < text.size() && colon > 0 && text[colon] == ':' && ascii::is_alpha(text[0])) {
            out.scheme = text.substr(0, colon);
            for (char& c : out.scheme) c = ascii::to_lower(c);
            text.remove_prefix(colon + 1);
        }
        if (text.starts_with("//")) {
            text.remove_prefix(2);
            std::string_view host = text.substr(0, detail::find_if(text, detail::ends_authority));
            text.remove_prefix(host.size());
            if (std::size_t at = host.rfind('@'); at != host.npos) host.remove_prefix(at + 1);
            detail::append_quoted(out.authority, host);
        }
        std::size_t path = detail::find_if(text, [](char c) { return c == '?' || c == '#'; });
        detail::append_quoted(out.path, text.substr(0, path));
        text.remove_prefix(path);
        if (text.starts_with('?')) {
            std::size_t hash = detail::find_if(text, [](char c) { return c == '#'; });
            out.query = detail::quoted(text.substr(1, hash - 1));
            text.remove_prefix(hash);
        }
        if (!text.empty()) out.fragment = detail::quoted(text.substr(1));
        return out;
    }

    /// What `reference` means in an answer from here: the Location of a redirect.
    url resolve(const url& reference) const {
        url out = reference;
        if (!out.scheme.empty()) {
            out.path = detail::without_dot_segments(out.path);
            return out;
        }
        out.scheme = scheme;
        if (!out.authority.empty()) {
            out.path = detail::without_dot_segments(out.path);
            return out;
        }
        out.authority = authority;
        if (reference.path.empty()) {
            out.path = path;
            if (!reference.query) out.query = query;
        } else if (reference.path.front() != '/') {
            std::string_view here = path;
            out.path = std::string(here.substr(0, here.rfind('/') + 1)) + reference.path;
            if (!out.path.starts_with('/')) out.path.insert(0, 1, '/');
        }
        out.path = detail::without_dot_segments(out.path);
        return out;
    }

    /// Without port and brackets, lower-case.
    std::string host() const {
        std::string_view name = authority;
        if (name.starts_with('['))
            name = name.substr(1, name.find(']') - 1);
        else
            name = name.substr(0, name.find(':'));
        return ascii::lower(name);
    }
    bool is_secure() const noexcept { return scheme == "https" || scheme == "wss"; }
    /// What stands in the request line.
    std::string target() const {
        std::string out = path.starts_with('/') ? path : '/' + path;
        if (query) out.append("?").append(*query);
        return out;
    }
    std::string text() const {
        std::string out;
        if (!scheme.empty()) out.append(scheme).append(":");
        if (!authority.empty()) out.append("//").append(authority);
        out += path;
        if (query) out.append("?").append(*query);
        if (!fragment.empty()) out.append("#").append(fragment);
        return out;
    }
    /// Scheme, host and port are the same, the port also where only one of them says the usual one.
    bool same_origin(const url& other) const {
        auto port_of = [](const url& of) {
            std::string_view all = of.authority;
            std::size_t colon = all.rfind(':');
            bool has = colon != all.npos && colon + 1 < all.size() && all.find(']', colon) == all.npos;
            return has ? std::string(all.substr(colon + 1)) : std::string(of.is_secure() ? "443" : "80");
        };
        return scheme == other.scheme && host() == other.host() && port_of(*this) == port_of(other);
    }
};

}  // namespace coracle::http
