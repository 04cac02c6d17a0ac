// http_client_options: all that can be said about a client.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>
#include <coracle/client/client_policies.hpp>
#include <coracle/client/client_timeouts.hpp>
#include <coracle/client/http_reply.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/client/transport.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coracle {

/// How many connections a loop has to others. Clients that say the same share them.
struct pool_limits {
    std::size_t connections = 100;    ///< in use and idle together; who comes later waits, first come first
    std::size_t per_host = SIZE_MAX;  ///< of them to one scheme, host and port
    std::size_t idle = 20;            ///< kept for later
    std::chrono::nanoseconds idle_for = std::chrono::seconds(5);  ///< how long one is kept

    friend bool operator==(const pool_limits&, const pool_limits&) noexcept = default;
};

/// `http_client http{{.base_url = "https://api.example.com", .timeout = 5s}};`
struct http_client_options {
    /// What paths are appended to: `http.get("/users/1")`.
    std::string base_url{};
    client_timeouts timeout{};
    /// For each request that does not say otherwise: `.headers = {{"accept", "application/json"}}`.
    std::vector<std::pair<std::string, std::string>> headers{};
    pool_limits limits{};
    /// `.redirects = {.follow = true}`: not followed, unless it is said.
    client::redirect_rules redirects{};
    /// `.retry = {.attempts = 3}`: what fails has failed, unless it is said.
    client::retry_rules retry{};
    /// `.auth = client::basic("me", "secret")`. Goes to the origin of the base_url alone, if there is one.
    client::auth auth{};
    /// `.cookie_jar = client::cookie_store::made()`: none are kept or sent, unless it is said.
    client::cookie_store cookie_jar{};
    /// `.proxy = client::proxy_rules("http://proxy.example.com:3128")`.
    client::proxy_rules proxy{};
    /// Where `proxy` says nothing, `http_proxy` and `no_proxy` of the environment say it.
    bool trust_env = false;
    /// `.guard = client::address_guard::on()` where strangers say whom to ask.
    client::address_guard guard{};
    /// Larger bodies of answers are refused; what is read as a stream is not limited, unless its request says so.
    std::uint64_t max_body_bytes = 64 * 1024 * 1024;
    std::size_t max_head_bytes = 64 * 1024;
    /// Of a unix socket that all requests go to, whatever host they name: "/run/app.sock".
    std::string unix_socket{};
    /// In the place of the network: an app in this process, a script.
    std::shared_ptr<client::transport> transport{};
    /// For https; nothing: that of <coracle/with/openssl.hpp>, if it is included.
    std::shared_ptr<client::secure_layer> tls{};
    /// Sees each request before it is sent, and may change it: for tracing, signatures, logs.
    function<task<>(outgoing_request&)> on_request{};
    /// Sees each answer before it is given; a body that is a stream is not read yet. The place to decode one that came
    /// with a content-encoding, which the client itself neither asks for nor undoes:
    /// `reply.set_body(unzipped(std::move(reply).text()))`.
    function<task<>(http_reply&)> on_reply{};
};

}  // namespace coracle
