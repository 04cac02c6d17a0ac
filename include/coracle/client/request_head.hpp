// write_request_head: a request as it stands on the wire.
// RFC 9112 3 (request line), 3.2 (forms of the target), 6 (framing), RFC 9110 7.2 (Host), 8.6 (Content-Length).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/scan.hpp>
#include <coracle/base/version.hpp>
#include <coracle/client/client_error.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::client {

namespace detail {
[[gnu::cold, noreturn]] inline void refuse_line(const outgoing_request& request) {
    throw local_protocol_error("coracle: the URL of a " + request.method +
                               " request has a space or a control character, or another that no URL holds");
}

/// Writes into room that was made for all of it.
class head_pen {
public:
    head_pen(byte_buffer& out, std::size_t most) : out_(out), begin_(out.prepare(most)), at_(begin_) {}
    void write(std::string_view text) noexcept {
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    /// Where the next text begins.
    const char* here() const noexcept { return at_; }
    /// W2: whoever built the request, nothing in its first lines ends them. in: where a text begins that was written
    /// and what ends it, with a space or a line end behind it.
    void check(const char* first, const char* last, const outgoing_request& request) const {
        if (scan::query_end(first, at_) != last) [[unlikely]]
            refuse_line(request);
    }
    void write_checked(std::string_view text, std::string_view end, const outgoing_request& request) {
        const char* first = at_;
        write(text);
        const char* last = at_;
        write(end);
        check(first, last, request);
    }
    void write_number(std::uint64_t number) noexcept {
        char digits[20];
        char* first = digits + sizeof digits;
        do {
            *--first = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        write({first, static_cast<std::size_t>(digits + sizeof digits - first)});
    }
    void done() noexcept { out_.commit(static_cast<std::size_t>(at_ - begin_)); }

private:
    byte_buffer& out_;
    char* begin_;
    char* at_;
};
}  // namespace detail

/// Appends it, its empty line included. in: `usual`, fields that stand where the request has none of their name;
/// `whole_target`, for a proxy: the whole URL stands in the request line.
/// error: local_protocol_error, for a method that is none and a target that would end its line.
inline void write_request_head(byte_buffer& out, const outgoing_request& request, const http::field_list& usual,
                               bool whole_target = false) {
    if (!ascii::is_token(request.method) || request.method == "CONNECT") [[unlikely]]
        throw local_protocol_error("coracle: a request cannot have this method; write GET, POST, or another token");
    const http::url& url = request.url;
    const http::field_list& own = request.fields;
    const std::string& upgrade = request.options.upgrade;
    constexpr std::size_t for_the_rest = 160;  // what stands below in quotes, and a number
    detail::head_pen pen(out, request.method.size() + url.scheme.size() + 2 * url.authority.size() + url.path.size() +
                                  (url.query ? url.query->size() : 0) + own.wire().size() + usual.wire().size() +
                                  upgrade.size() + for_the_rest);
    pen.write(request.method);
    pen.write(" ");
    const char* target = pen.here();
    if (whole_target) {
        pen.write(url.scheme);
        pen.write("://");
        pen.write(url.authority);
    }
    if (!url.path.starts_with('/')) pen.write("/");
    pen.write(url.path);
    if (url.query) {
        pen.write("?");
        pen.write(*url.query);
    }
    const char* end_of_target = pen.here();
    pen.write(" HTTP/1.1\r\n");
    pen.check(target, end_of_target, request);
    if (!own.contains("host") && !usual.contains("host")) {
        pen.write("host: ");
        pen.write_checked(url.authority, "\r\n", request);
    }
    pen.write(own.wire());
    if (own.empty()) {
        pen.write(usual.wire());
    } else {
        for (const auto& [name, value] : usual) {
            if (own.contains(name)) continue;
            pen.write(name);
            pen.write(": ");
            pen.write(value);
            pen.write("\r\n");
        }
    }
    if (!upgrade.empty()) {
        pen.write("connection: Upgrade\r\nupgrade: ");
        pen.write_checked(upgrade, "\r\n", request);
    }
    if (request.body.present()) {
        if (std::optional<std::uint64_t> length = request.body.length()) {
            pen.write("content-length: ");
            pen.write_number(*length);
            pen.write("\r\n");
        } else {
            pen.write("transfer-encoding: chunked\r\n");
        }
    } else if (request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
        pen.write("content-length: 0\r\n");
    }
    pen.write("\r\n");
    pen.done();
}

/// What stands in every request that does not say otherwise.
inline http::field_list usual_request_fields() {
    http::field_list usual;
    usual.set("accept", "*/*");
    usual.set("user-agent", "coracle/" CORACLE_VERSION_STRING);
    return usual;
}

}  // namespace coracle::client
