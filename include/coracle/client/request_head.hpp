// write_request_head: a request as it stands on the wire.
// RFC 9112 3 (request line), 3.2 (forms of the target), 6 (framing), RFC 9110 7.2 (Host), 8.6 (Content-Length).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/version.hpp>
#include <coracle/client/client_error.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/url.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::client {

namespace detail {
/// W2: whoever built the request, nothing in its first lines ends them.
inline void append_checked(byte_buffer& out, std::string_view text, const outgoing_request& request) {
    unsigned bad = 0;
    for (char c : text) bad |= static_cast<unsigned char>(c) <= ' ' || c == '\x7f' ? 1U : 0U;
    if (bad != 0) [[unlikely]]
        throw local_protocol_error("coracle: the URL of a " + request.method +
                                   " request has a space or a control character, which would end its line");
    out.append(text);
}
inline void append_number(byte_buffer& out, std::uint64_t number) {
    char digits[20];
    char* at = digits + sizeof digits;
    do {
        *--at = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    out.append({at, static_cast<std::size_t>(digits + sizeof digits - at)});
}
}  // namespace detail

/// Appends it, its empty line included. in: `usual`, fields that stand where the request has none of their name;
/// `whole_target`, for a proxy: the whole URL stands in the request line.
/// error: local_protocol_error, for a method that is none and a target that would end its line.
inline void write_request_head(byte_buffer& out, const outgoing_request& request, const http::field_list& usual,
                               bool whole_target = false) {
    if (!ascii::is_token(request.method) || request.method == "CONNECT") [[unlikely]]
        throw local_protocol_error("coracle: a request cannot have this method; write GET, POST, or another token");
    const http::url& url = request.url;
    out.append(request.method);
    out.push_back(' ');
    if (whole_target) {
        detail::append_checked(out, url.scheme, request);
        out.append("://");
        detail::append_checked(out, url.authority, request);
    }
    if (!url.path.starts_with('/')) out.push_back('/');
    detail::append_checked(out, url.path, request);
    if (url.query) {
        out.push_back('?');
        detail::append_checked(out, *url.query, request);
    }
    out.append(" HTTP/1.1\r\n");
    const http::field_list& own = request.fields;
    if (!own.contains("host") && !usual.contains("host")) {
        out.append("host: ");
        detail::append_checked(out, url.authority, request);
        out.append("\r\n");
    }
    out.append(own.wire());
    if (own.empty()) {
        out.append(usual.wire());
    } else {
        for (const auto& [name, value] : usual) {
            if (own.contains(name)) continue;
            out.append(name);
            out.append(": ");
            out.append(value);
            out.append("\r\n");
        }
    }
    if (!request.options.upgrade.empty()) {
        out.append("connection: Upgrade\r\nupgrade: ");
        detail::append_checked(out, request.options.upgrade, request);
        out.append("\r\n");
    }
    if (request.body.present()) {
        if (std::optional<std::uint64_t> length = request.body.length()) {
            out.append("content-length: ");
            detail::append_number(out, *length);
            out.append("\r\n");
        } else {
            out.append("transfer-encoding: chunked\r\n");
        }
    } else if (request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
        out.append("content-length: 0\r\n");
    }
    out.append("\r\n");
}

/// What stands in every request that does not say otherwise.
inline http::field_list usual_request_fields() {
    http::field_list usual;
    usual.set("accept", "*/*");
    usual.set("user-agent", "coracle/" CORACLE_VERSION_STRING);
    return usual;
}

}  // namespace coracle::client
