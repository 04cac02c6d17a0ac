// shown_url: a URL as messages and logs show it, without what may be a secret in it.
// RFC 3986 3.2.1 (passwords), RFC 9110 17.9 (what URLs give away).
#pragma once

#include <coracle/http/authority.hpp>
#include <coracle/http/url.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coracle::client {

namespace detail {

/// What of `text` may be a user and a password, empty when nothing may. Of what is no whole URL as it should be,
/// all before the last @.
[[gnu::cold]] inline std::string_view user_of(std::string_view text) {
    std::size_t colon = text.find(':');
    bool scheme = colon < text.find_first_of("/\\?#@");
    std::size_t begin = text.find_first_not_of("/\\", scheme ? colon + 1 : 0);
    if (begin == text.npos) return text.substr(0, 0);
    std::string_view slashes = text.substr(scheme ? colon + 1 : 0, begin - (scheme ? colon + 1 : 0));
    if (!scheme && slashes == "/") return text.substr(0, 0);  // a path
    std::string_view authority = text.substr(begin, text.substr(begin).find_first_of("/?#"));
    std::size_t at = authority.rfind('@') + 1;
    if (slashes != "//" || !http::parse_authority(authority.substr(at))) at = text.substr(begin).rfind('@') + 1;
    return text.substr(begin, at == 0 ? 0 : at - 1);
}

}  // namespace detail

/// `https://api.example.com/users?token=...&page=...`: no user, no values of the query, no fragment. What stands in a
/// path is shown. The whole of it is in outgoing_request::url and http_reply::url. in: any text.
[[gnu::cold]] inline std::string shown_url(std::string_view text) {
    std::string_view user = detail::user_of(text);
    std::string shown;
    if (!user.empty()) {
        std::size_t begin = static_cast<std::size_t>(user.data() - text.data());
        shown.append(text.substr(0, begin)).append("...");
        text.remove_prefix(begin + user.size());
    }
    std::size_t mark = text.find_first_of("?#");
    shown += text.substr(0, mark);
    if (mark == text.npos) return shown;
    std::string_view rest = text.substr(mark);
    std::string_view query = rest.substr(0, rest.find('#'));
    if (!query.empty()) {
        shown += '?';
        query.remove_prefix(1);
        while (!query.empty()) {
            std::string_view pair = query.substr(0, query.find('&'));
            std::size_t equals = pair.find('=');
            if (equals != pair.npos) shown.append(pair.substr(0, equals + 1));
            if (equals + 1 != pair.size()) shown += "...";
            query.remove_prefix(pair.size());
            if (query.empty()) break;
            shown += '&';
            query.remove_prefix(1);
        }
    }
    if (rest.find('#') != rest.npos) shown += "#...";
    return shown;
}
[[gnu::cold]] inline std::string shown_url(const http::url& url) { return shown_url(url.text()); }

}  // namespace coracle::client
