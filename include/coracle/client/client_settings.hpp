// client_settings: what the options of a client come to, shared by its handles and its requests.
#pragma once

#include <coracle/client/client_policies.hpp>
#include <coracle/client/http_client_options.hpp>
#include <coracle/client/request_head.hpp>
#include <coracle/client/request_url.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/url.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::client {

/// Does not change: any loop may read it.
struct client_settings {
    /// error: invalid_url, unsupported_protocol, std::invalid_argument (a header).
    explicit client_settings(http_client_options said) : options(std::move(said)) {
        if (!options.base_url.empty()) base = whole_url(options.base_url);
        for (const auto& [name, value] : options.headers) usual_fields.set(name, value);
        fields_elsewhere = usual_fields;
        take_away_private(fields_elsewhere, options.redirects);
        policies = {options.redirects, options.retry, options.auth, options.cookie_jar, options.proxy, options.guard};
        if (options.trust_env && !policies.proxy) policies.proxy = proxy_rules::from_environment();
        if (policies.proxy && policies.guard)
            throw std::invalid_argument(
                "coracle: an address_guard cannot see to whom a proxy connects; a client has one of them");
    }

    /// A request with this client's URL, and nothing else yet. error: invalid_url, unsupported_protocol.
    outgoing_request request(std::string_view method, std::string_view url) const {
        outgoing_request made;
        made.method.assign(method);
        bool whole = !base || is_whole_url(url);
        if (!whole)
            made.url = appended_url(*base, url);
        else if (!read_plain_url(url, made.url))
            made.url = whole_url(url);
        if (whole) keep_private(made);
        return made;
    }
    /// C1: a request that leads elsewhere than the base_url goes without what proves there who asks.
    void keep_private(outgoing_request& to) const {
        if (!base || to.options.has_usual_fields || to.url.same_origin(*base)) return;
        for (const auto& [name, value] : fields_elsewhere)
            if (!to.fields.contains(name)) to.fields.add(name, value);
        to.options.has_usual_fields = true;
    }

    const client_timeouts& time_for(const outgoing_request& request) const noexcept {
        return request.options.timeout ? *request.options.timeout : options.timeout;
    }

    mutable http_client_options options;  // its hooks are called
    std::optional<http::url> base{};
    http::field_list usual_fields = usual_request_fields();
    /// Those of them that do not prove who asks: for whole URLs that lead elsewhere than the base_url (C1).
    http::field_list fields_elsewhere{};
    client_policies policies{};
};

}  // namespace coracle::client
