// behind_proxy: requests as the client sent them, though a proxy brings them.
// RFC 7239, and the X-Forwarded- fields; threat D19 says what happens when anybody is believed.
#pragma once

#include <coracle/app/proxy_options.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/http/forwarded.hpp>
#include <coracle/server/announced_connection.hpp>
#include <coracle/server/proxy_desk.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/transaction.hpp>

#include <optional>
#include <string>
#include <utility>

namespace coracle {

namespace server {

/// `introduce` of the desk. in: a request whose peer is believed. What the proxies do not say stays as it is.
[[gnu::cold]] inline void introduce(transaction& now, const settings& how) {
    request& asked = now.request;
    http::forwarded_fields theirs;
    theirs.standard = how.proxy.forwarded;
    theirs.host = how.proxy.host;
    theirs.prefix = how.proxy.prefix;
    http::forwarded_claim said = http::forwarded_claim_of(asked.fields, how.proxy.trusted.list(), theirs);
    if (!said.client.address.empty()) now.is_from(said.client.text(), said.client.port);
    if (!said.scheme.empty()) asked.scheme = said.scheme;
    if (!said.prefix.empty()) asked.shown_at(said.prefix);
    std::optional<http::authority> host = http::parse_authority(said.host.empty() ? asked.host : said.host);
    if (!host || (said.host.empty() && !said.port)) return;
    std::string whole(host->host);
    std::optional<std::uint16_t> port = said.port ? said.port : host->port;
    if (port && *port != (asked.scheme == "https" ? 443 : 80)) whole.append(":").append(std::to_string(*port));
    now.is_for(std::move(whole));
}

}  // namespace server

inline const server::proxy_desk& proxy_networks::desk_of_server() {
    static constexpr server::proxy_desk desk{&server::introduce, &server::announced_connection};
    return desk;
}

}  // namespace coracle
