// redirect_rules: where an answer sends a request next, and what must not go along.
// RFC 9110 15.4 (which methods change), 10.2.2 (Location); WHATWG Fetch 4.4 (what is taken away on another origin).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/result.hpp>
#include <coracle/client/shown_url.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::client {

/// How redirects are followed: off, unless it is said. Whatever is allowed here, Authorization, Cookie, Proxy-* and the
/// auth of the request never go to another origin, that is, to another scheme, host or port.
struct redirect_rules {
    bool follow = false;
    unsigned most = 20;                 ///< after which it is an error
    bool to_plain_http = false;         ///< from https to http
    bool body_to_other_origin = false;  ///< 307 and 308 hand the body on; to another origin only with this
    std::vector<std::string> private_fields{"x-api-key", "x-auth-token"};  ///< more that stay with their origin
};

enum class redirect_fault : std::uint8_t { too_many, bad_location, to_plain_http, body };

struct redirect_error {
    redirect_fault fault;
    std::string message;
};

/// What the next request is.
struct redirection {
    http::url to;
    std::string method;
    bool drops_body = false;
    bool leaves_origin = false;
};

/// The request that was answered, as far as redirects care.
struct redirected_request {
    const http::url& url;
    std::string_view method;
    bool has_body = false;
    bool replayable = true;  ///< the body can be sent once more
    unsigned followed = 0;   ///< redirects before this answer
};

constexpr bool is_redirect(int status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

namespace detail {

inline failure<redirect_error> no_redirect(redirect_fault fault, std::string why) {
    return failure(redirect_error{fault, std::move(why)});
}

/// Readers differ about a backslash before the host: to browsers it ends it, to RFC 3986 it is part of a user's name.
inline bool is_ambiguous(std::string_view location) noexcept {
    std::size_t slashes = location.find("//");
    if (slashes == location.npos || location.find_first_of("/?#") != slashes) return false;
    std::string_view authority = location.substr(slashes + 2);
    return authority.substr(0, authority.find_first_of("/?#")).find('\\') != authority.npos;
}

}  // namespace detail

/// out: nothing when the answer is no redirect, or says not whither: it is given as it is.
/// error: a redirect that must not be followed, or cannot.
[[gnu::cold]] inline result<std::optional<redirection>, redirect_error> redirect(const redirect_rules& rules,
                                                                                 const redirected_request& asked,
                                                                                 int status,
                                                                                 const http::fields& answer) {
    std::optional<std::string_view> location = answer.find("location");
    if (!is_redirect(status) || !location) return std::optional<redirection>();
    const std::string from = shown_url(asked.url);
    auto bad = [&](const char* why) {
        return detail::no_redirect(redirect_fault::bad_location,
                                   from + " redirects to '" + shown_url(*location) + "', " + why);
    };
    for (std::string_view each : answer.get_all("location"))
        if (each != *location) return bad("and elsewhere in the same answer");
    if (location->empty()) return bad("which is nowhere");
    if (detail::is_ambiguous(*location)) return bad("where a backslash hides the host");
    redirection next{asked.url.resolve(http::url::parse(*location)), std::string(asked.method)};
    if (next.to.scheme != "http" && next.to.scheme != "https") return bad("which is neither http nor https");
    // What is percent-encoded in a host never was a name.
    if (next.to.authority.find('%') != std::string::npos || !http::parse_authority(next.to.authority))
        return bad("which has no host that can be asked");
    if (next.to.path.empty()) next.to.path = "/";
    if (next.to.fragment.empty()) next.to.fragment = asked.url.fragment;
    if (asked.followed >= rules.most)
        return detail::no_redirect(redirect_fault::too_many, "more than " + std::to_string(rules.most) +
                                                                 " redirects, the last one from " + from + " to " +
                                                                 shown_url(next.to));
    if (asked.url.is_secure() && !next.to.is_secure() && !rules.to_plain_http)
        return detail::no_redirect(redirect_fault::to_plain_http,
                                   from + " redirects to " + shown_url(next.to) +
                                       ", where everybody on the way can read along; allow it with "
                                       "redirect_rules::to_plain_http");
    bool is_head = asked.method == "HEAD";
    bool becomes_get =
        (status == 303 && !is_head) || (status == 302 && !is_head) || (status == 301 && asked.method == "POST");
    if (becomes_get && next.method != "GET") {
        next.method = "GET";
        next.drops_body = true;
    }
    next.leaves_origin = !next.to.same_origin(asked.url);
    if (!asked.has_body || next.drops_body) return std::optional(std::move(next));
    if (!asked.replayable)
        return detail::no_redirect(redirect_fault::body, from + " redirects to " + shown_url(next.to) +
                                                             ", but the body was a stream and cannot be sent again");
    if (next.leaves_origin && !rules.body_to_other_origin)
        return detail::no_redirect(redirect_fault::body, from + " wants the body to go to " + shown_url(next.to) +
                                                             ", which is another origin; allow it with "
                                                             "redirect_rules::body_to_other_origin");
    return std::optional(std::move(next));
}

/// Takes away what is for one origin alone.
[[gnu::cold]] inline void take_away_private(http::field_list& fields, const redirect_rules& rules) {
    for (std::string_view name : {"authorization", "cookie", "cookie2", "host", "origin", "referer"})
        fields.remove(name);
    for (const std::string& name : rules.private_fields) fields.remove(name);
    std::vector<std::string> of_proxies;
    for (const auto& [name, value] : fields)
        if (name.starts_with("proxy-")) of_proxies.emplace_back(name);
    for (const std::string& name : of_proxies) fields.remove(name);
}

/// Takes away what the next request must not have.
[[gnu::cold]] inline void take_away_private(http::field_list& fields, const redirect_rules& rules,
                                            const redirection& next) {
    if (next.drops_body)
        for (std::string_view name : {"content-type", "content-encoding", "content-language", "content-location"})
            fields.remove(name);
    if (next.leaves_origin) take_away_private(fields, rules);
}

}  // namespace coracle::client
