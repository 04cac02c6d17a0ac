// shown_url: a URL as messages and logs show it, without what may be a secret in it.
// RFC 3986 3.2.1 (passwords), RFC 9110 17.9 (what URLs give away).
#pragma once

#include <coracle/http/url.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coracle::client {

/// `https://api.example.com/users?token=...&page=...`: no user, no values of the query, no fragment. What stands in a
/// path is shown. The whole of it is in outgoing_request::url and http_reply::url. in: any text.
[[gnu::cold]] inline std::string shown_url(std::string_view text) {
    std::size_t mark = text.find_first_of("?#");
    std::string_view head = text.substr(0, mark);
    std::string shown;
    if (std::size_t slashes = head.find("//"); slashes != head.npos) {
        std::size_t begin = slashes + 2;
        std::string_view authority = head.substr(begin, head.substr(begin).find('/'));
        std::size_t at = authority.rfind('@');
        shown += head.substr(0, begin);
        if (at != authority.npos) {
            shown += "...";
            begin += at;
        }
        head.remove_prefix(begin);
    }
    shown += head;
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
