// outgoing_request: a request of this program's own, before it is sent. What redirects, retries and the like decide on.
#pragma once

#include <coracle/client/client_policies.hpp>
#include <coracle/client/client_timeouts.hpp>
#include <coracle/client/request_body.hpp>
#include <coracle/client/shown_url.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/url.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace coracle {

/// What one request says differently from its client; nothing: as the client.
struct request_options {
    std::optional<client_timeouts> timeout{};
    std::optional<std::uint64_t> max_body_bytes{};  ///< of the answer
    bool stream = false;                            ///< the answer is given when its head has come
    std::string upgrade{};                          ///< the protocol to go on with: "websocket"; the answer may be 101
    std::shared_ptr<client::client_policies> policies{};  ///< in the place of the client's
    // For the exchange, by the policies: a proxy in the way, and who may be asked. Null: neither.
    const client::proxy* through = nullptr;
    const client::address_guard* guard = nullptr;
    client::proxy_way way = client::proxy_way::direct;
    bool has_usual_fields = false;  ///< those of its client are among its fields
    bool in_own_code = false;       ///< a hook or the maker of the body is at work: what it throws is no failed attempt
    bool own_auth = false;  ///< their auth is meant for the url of this request, and not for the client's base_url
};

/// Method, place, fields, body. Its fields are checked as they are set; the rest when it is sent.
struct outgoing_request {
    outgoing_request() = default;
    outgoing_request(std::string by, http::url to) noexcept : method(std::move(by)), url(std::move(to)) {}
    outgoing_request(outgoing_request&&) = default;
    outgoing_request& operator=(outgoing_request&&) = default;

    std::string method = "GET";
    http::url url{};            ///< whole: scheme, authority, path
    http::field_list fields{};  ///< without host, content-length and the like, which the client writes itself
    request_body body{};
    request_options options{};

    http::method known_method() const noexcept { return http::method_from(method); }
    /// Asking twice is as good as asking once.
    bool is_idempotent() const noexcept { return http::is_idempotent(known_method()); }
    /// For messages and logs: `GET http://example.com/users?page=...`. Without what may be a secret.
    std::string text() const { return method + ' ' + client::shown_url(url); }
};

}  // namespace coracle
