// websocket_origin: whether a page may open a WebSocket here (D17: a browser sends cookies along for any page).
// RFC 6455 10.2, RFC 6454 6 and 7.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/request_head.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace coracle::server {

/// `example.com:8000` of `http://example.com:8000`, without a port that the scheme means anyhow.
constexpr std::string_view authority_of_origin(std::string_view origin) noexcept {
    std::size_t colon = origin.find("://");
    if (colon == origin.npos) return {};
    std::string_view scheme = origin.substr(0, colon);
    std::string_view authority = origin.substr(colon + 3);
    std::string_view usual = ascii::iequals(scheme, "https") ? ":443" : ":80";
    if (authority.ends_with(usual)) authority.remove_suffix(usual.size());
    return authority;
}

/// Whether the origin is that of the host that was asked. The scheme is not compared: TLS may end at a proxy.
constexpr bool is_same_origin(std::string_view origin, std::string_view host) noexcept {
    std::string_view authority = authority_of_origin(origin);
    for (std::string_view usual : {":443", ":80"})
        if (host.ends_with(usual)) {
            host.remove_suffix(usual.size());
            break;
        }
    return !authority.empty() && ascii::iequals(authority, host);
}

/// in: the pages that may besides, as websocket_route_options has them.
inline bool may_open_websocket(const http::request_head& asked, const std::vector<std::string>& allowed) {
    std::string_view origin;
    std::size_t count = 0;
    for (std::string_view each : asked.fields.get_all("origin")) origin = each, ++count;
    if (count == 0) return true;
    for (const std::string& each : allowed)
        if (each == "*" || (count == 1 && ascii::iequals(each, origin))) return true;
    if (count == 1 && is_same_origin(origin, asked.host)) return true;
    bool known = !asked.fields["cookie"].empty() || !asked.fields["authorization"].empty();
    return allowed.empty() && !known;
}

}  // namespace coracle::server
