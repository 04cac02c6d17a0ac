// client_policies: what is done around an exchange: redirects, attempts, credentials, cookies, proxies, the guard.
#pragma once

#include <coracle/client/address_guard.hpp>
#include <coracle/client/auth.hpp>
#include <coracle/client/cookie_store.hpp>
#include <coracle/client/proxy_rules.hpp>
#include <coracle/client/redirect_rules.hpp>
#include <coracle/client/retry_rules.hpp>

namespace coracle::client {

/// Those of a client, or of one request. None of them does anything unless it is said.
struct client_policies {
    redirect_rules redirects{};
    retry_rules retry{};
    client::auth auth{};
    cookie_store cookies{};
    proxy_rules proxy{};
    address_guard guard{};

    /// An exchange is all there is to a call.
    bool do_nothing() const noexcept {
        return !redirects.follow && retry.attempts <= 1 && !auth && !cookies && !proxy && !guard;
    }
};

}  // namespace coracle::client
