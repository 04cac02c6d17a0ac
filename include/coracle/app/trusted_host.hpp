// trusted_host: answers only those who know the app's name. Starlette's TrustedHostMiddleware.
// RFC 9110 7.2; against DNS rebinding and links made from a Host that somebody else chose (W11).
#pragma once

#include <coracle/app/middleware.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/http/authority.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

struct trusted_host_options {
    std::vector<std::string> allowed_hosts{"*"};  ///< without port: `example.com`, `*.example.com` for all below it
    bool www_redirect = true;  ///< who asks example.com is sent to www.example.com, if only that one is allowed
};

/// `app.use(trusted_host({.allowed_hosts = {"example.com", "*.example.com"}}));` Everybody else gets 400
/// `Invalid host header`. Ports do not matter.
class trusted_host {
public:
    /// error: std::logic_error for a pattern that could fit no host.
    explicit trusted_host(trusted_host_options options) : options_(std::make_shared<trusted_host_options>()) {
        for (std::string& each : options.allowed_hosts) {
            bool any_below = each.starts_with("*.") && each.size() > 2;
            std::string_view name = std::string_view(each).substr(any_below ? 2 : 0);
            auto whole = http::parse_authority(name);
            if (each != "*" && (!whole || whole->host.size() != name.size() || name.find('*') != name.npos))
                throw std::logic_error("coracle: trusted_host: '" + each +
                                       "' is no host: write example.com, *.example.com or [::1], without a port");
            each = ascii::lower(each);
        }
        *options_ = std::move(options);
    }

    /// What the middleware answers in the app's place, if it does.
    std::optional<response> refusal(const request& asked) const {
        auto whole = http::parse_authority(asked.host);
        if (whole) {
            const std::string host = ascii::lower(whole->host);
            bool misses_www = false;
            for (std::string_view pattern : options_->allowed_hosts) {
                if (pattern == "*" || pattern == host) return std::nullopt;
                if (pattern.starts_with('*') && host.ends_with(pattern.substr(1))) return std::nullopt;
                misses_www = misses_www || (pattern.starts_with("www.") && pattern.substr(4) == host);
            }
            if (misses_www && options_->www_redirect) return response::redirect(with_host(asked, "www."));
        } else {
            for (std::string_view pattern : options_->allowed_hosts)
                if (pattern == "*") return std::nullopt;
        }
        return response(400, "Invalid host header");
    }

    task<response> operator()(request& asked, next next) const {
        std::optional<response> refused = refusal(asked);
        if (refused) co_return *std::move(refused);
        co_return co_await next(asked);
    }

private:
    static std::string with_host(const request& asked, std::string_view prefix) {
        std::string url(asked.scheme);
        url.append("://").append(prefix).append(asked.host).append(asked.root_path).append(asked.target.path);
        if (!asked.target.query.empty()) url.append("?").append(asked.target.query);
        return url;
    }

    std::shared_ptr<trusted_host_options> options_;
};

}  // namespace coracle
