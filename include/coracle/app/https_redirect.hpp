// https_redirect: sends who came by http to the same place by https. Starlette's HTTPSRedirectMiddleware.
// RFC 9110 15.4.8 (307, which keeps the method and the body).
#pragma once

#include <coracle/app/middleware.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/task.hpp>
#include <coracle/http/authority.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace coracle {

struct https_redirect_options {
    std::string host{};  ///< where to, with a port if need be; empty: the host that the client named
};

/// `app.use(https_redirect());` Behind a proxy that ends TLS, the app has to be told to trust the proxy's word for it;
/// else it redirects for ever. W11: the client's own word decides where it is sent, unless `.host` does; so use
/// trusted_host before this one.
class https_redirect {
public:
    /// error: std::logic_error when the host is none.
    explicit https_redirect(https_redirect_options options = {}) : host_(std::move(options.host)) {
        if (!host_.empty() && !http::parse_authority(host_))
            throw std::logic_error("coracle: https_redirect: '" + host_ +
                                   "' is no host: write example.com or example.com:8443");
    }

    /// What the middleware answers in the app's place, if it does.
    std::optional<response> redirect(const request& asked) const {
        if (asked.scheme == "https") return std::nullopt;
        auto whole = http::parse_authority(asked.host);
        if (!whole && host_.empty()) return response(400, "Invalid host header");
        std::string url = "https://";
        if (!host_.empty())
            url += host_;
        else if (!whole->port || *whole->port == 80 || *whole->port == 443)
            url += whole->host;
        else
            url += asked.host;
        url += asked.root_path;
        url += asked.target.path == "*" ? "/" : asked.target.path;
        if (!asked.target.query.empty()) url.append("?").append(asked.target.query);
        return response::redirect(url);
    }

    task<response> operator()(request& asked, next next) const {
        std::optional<response> elsewhere = redirect(asked);
        if (elsewhere) co_return *std::move(elsewhere);
        co_return co_await next(asked);
    }

private:
    std::string host_;
};

}  // namespace coracle
