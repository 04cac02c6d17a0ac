// file_path: the path of a request as names of files below a directory, each decoded once, after it was cut (P1, P4).
// RFC 3986 2.4, 3.3; RFC 8615 (.well-known).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/percent.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

/// Names between single slashes, none of them empty or a step to somewhere else.
struct file_path {
    std::string names{};     ///< `css/site.css`; empty for the directory itself
    bool directory = false;  ///< the path ended with a slash, or was nothing else

    std::string_view last() const noexcept { return std::string_view(names).substr(names.rfind('/') + 1); }
};

namespace detail {
/// What some system, or some other server in front, takes for more than a name: separators, drives, streams, what
/// steers a terminal (P1, P7, W10).
constexpr bool is_file_name(std::string_view name) noexcept {
    if (name.empty() || name == "." || name == "..") return false;
    for (char c : name)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/' || c == '\\' || c == ':') return false;
    return true;
}
}  // namespace detail

/// in: a path as it stood on the wire, from behind the prefix on: `/css/site.css`; whether names that begin with a dot
/// are names too (`/.well-known/` always is). Nothing for a path that can name no file.
inline std::optional<file_path> read_file_path(std::string_view path, bool hidden) {
    file_path out;
    std::string decoded;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        std::string_view piece = path.substr(0, path.find('/'));
        path.remove_prefix(piece.size());
        if (piece.empty() && path.empty()) {
            out.directory = true;
            return out;
        }
        auto name = decode_path(piece, decoded);
        if (!name || !detail::is_file_name(*name)) return std::nullopt;
        bool well_known = out.names.empty() && *name == ".well-known";
        if (name->starts_with('.') && !hidden && !well_known) return std::nullopt;
        if (!out.names.empty()) out.names += '/';
        out.names += *name;
    }
    out.directory = out.names.empty();
    if (!path.empty()) return std::nullopt;
    return out;
}

}  // namespace coracle::http
