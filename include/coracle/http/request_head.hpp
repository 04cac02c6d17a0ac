// request_head: what the head of a request says, as plain data.
// RFC 9112 2.1, 3, 6, 9.
#pragma once

#include <coracle/http/fields.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/target.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace coracle::http {

enum class version : std::uint8_t { http_1_0, http_1_1 };

/// `HTTP/1.1` or `HTTP/1.0`.
constexpr std::string_view version_text(version v) noexcept { return v == version::http_1_1 ? "HTTP/1.1" : "HTTP/1.0"; }

/// A request without its body. Every view looks into the bytes it was parsed from, which must stay, or be followed by
/// rebase() when they move. Only what came over the wire is in `fields`.
struct request_head {
    http::method method = http::method::get;
    http::version version = http::version::http_1_1;
    bool chunked = false;          ///< Transfer-Encoding: chunked
    bool keep_alive = true;        ///< the client's wish: Connection, or what its version means by silence
    bool expect_continue = false;  ///< the client waits for 100 before it sends the body
    bool upgrade = false;          ///< Connection: upgrade, with an Upgrade field
    std::string_view method_text{};
    http::target target{};
    std::string_view host{};  ///< of an absolute target, else the Host field; empty only in HTTP/1.0
    std::optional<std::uint64_t> content_length{};
    http::fields fields{};

    /// Nothing has been read into it since clear(): the method comes first.
    bool is_clear() const noexcept { return method_text.data() == nullptr; }
    /// As new, but the memory of the fields is kept.
    void clear() noexcept {
        method = http::method::get;
        version = http::version::http_1_1;
        chunked = expect_continue = upgrade = false;
        keep_alive = true;
        method_text = host = {};
        target = {};
        content_length.reset();
        fields.clear();
    }
    /// The bytes behind all views have moved from `from` to `to`.
    void rebase(const char* from, const char* to) noexcept {
        method_text = rebased(method_text, from, to);
        target.rebase(from, to);
        host = rebased(host, from, to);
        fields.rebase(from, to);
    }
};

}  // namespace coracle::http
