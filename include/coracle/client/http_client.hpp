// http_client: requests to others, from any loop, over connections that are kept. httpx.AsyncClient.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/client/call.hpp>
#include <coracle/client/client_settings.hpp>
#include <coracle/client/http_client_options.hpp>
#include <coracle/client/http_reply.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/client/pending_request.hpp>
#include <coracle/client/upgraded.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// `auto reply = co_await http.get("/users/1");` A handle: cheap to copy, made anywhere, also outside of a loop and
/// anew for each call, for the connections belong to the loop that asks.
/// in: a URL, or, behind the base_url, a path. error: as send(); also invalid_url, at once.
class http_client {
public:
    http_client() : http_client(http_client_options()) {}  // GCC 12 takes no `= {}` within co_await http_client().get()
    /// error: invalid_url, unsupported_protocol, std::invalid_argument, for options that cannot be meant.
    explicit http_client(http_client_options options)
        : settings_(std::make_shared<const client::client_settings>(std::move(options))) {}

    pending_request get(std::string_view url) const { return request("GET", url); }
    pending_request head(std::string_view url) const { return request("HEAD", url); }
    pending_request post(std::string_view url) const { return request("POST", url); }
    pending_request put(std::string_view url) const { return request("PUT", url); }
    pending_request patch(std::string_view url) const { return request("PATCH", url); }
    pending_request del(std::string_view url) const { return request("DELETE", url); }
    pending_request options(std::string_view url) const { return request("OPTIONS", url); }
    pending_request request(std::string_view method, std::string_view url) const {
        return pending_request(settings_, method, url);
    }

    /// error: request_error and what is below it, with method, URL and reason; `cancelled`.
    task<http_reply> send(outgoing_request request) const {
        settings_->keep_private(request);
        return client::perform_kept(settings_, std::move(request));
    }
    /// What send() takes, with this client's base_url, and nothing else yet. error: invalid_url, unsupported_protocol.
    outgoing_request request_of(std::string_view method, std::string_view url) const {
        return settings_->request(method, url);
    }
    /// Asks to go on with another protocol: options.upgrade of the request says which. The connection leaves the pool.
    task<client::upgraded> upgrade(outgoing_request request) const {
        settings_->keep_private(request);
        return client::perform_upgrade(settings_, std::move(request));
    }

private:
    std::shared_ptr<const client::client_settings> settings_;
};

}  // namespace coracle
