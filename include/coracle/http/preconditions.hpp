// preconditions: whether a request still wants what it asked for, judged by what is there now.
// RFC 9110 13.1 (the fields), 13.2.2 (their order), 8.8.2.2 (when a date is a strong validator).
#pragma once

#include <coracle/http/date.hpp>
#include <coracle/http/entity_tag.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/method.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace coracle::http {

/// What tells the state of the representation that would be sent.
struct validators {
    entity_tag tag{};
    std::int64_t modified = 0;  ///< seconds since 1970
};

/// What the conditions of a request come to.
enum class precondition : unsigned char {
    proceed,       ///< as if there were none
    not_modified,  ///< 304: the client has it already
    failed,        ///< 412: it is not what the client thinks it is
};

namespace detail {
/// Whether the list, in any number of lines, has `tag`; `*` stands for whatever is there.
template <class Same>
bool names_tag(const fields& asked, std::string_view name, const entity_tag& tag, Same same) {
    bool found = false;
    for (std::string_view list : asked.get_all(name)) {
        found = found || list == "*";
        for_each_entity_tag(list, [&](const entity_tag& one) {
            found = found || same(one, tag);
            return !found;
        });
    }
    return found;
}
/// The date of a field that stands there once; nothing when there is none that can be read, which is ignored.
inline std::optional<std::int64_t> date_in(const fields& asked, std::string_view name, std::int64_t now) {
    std::optional<std::string_view> only;
    for (std::string_view text : asked.get_all(name)) {
        if (only) return std::nullopt;
        only = text;
    }
    return only ? parse_date(*only, now) : std::nullopt;
}
}  // namespace detail

/// If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, in the RFC's order. in: what is there, and the time
/// (seconds since 1970), which settles the century of old dates.
inline precondition judge_preconditions(const fields& asked, method how, const validators& there, std::int64_t now) {
    bool reads = how == method::get || how == method::head;
    if (asked.contains("if-match")) {
        if (!detail::names_tag(asked, "if-match", there.tag, same_strongly)) return precondition::failed;
    } else if (auto since = detail::date_in(asked, "if-unmodified-since", now); since && there.modified > *since) {
        return precondition::failed;
    }
    if (asked.contains("if-none-match")) {
        if (detail::names_tag(asked, "if-none-match", there.tag, same_weakly))
            return reads ? precondition::not_modified : precondition::failed;
    } else if (reads) {
        if (auto since = detail::date_in(asked, "if-modified-since", now); since && there.modified <= *since)
            return precondition::not_modified;
    }
    return precondition::proceed;
}

/// Whether a Range field counts: it does unless If-Range names another state. A date must be the same, and more than a
/// second old: within the second the file may have changed twice.
inline bool range_applies(const fields& asked, const validators& there, std::int64_t now) {
    std::optional<std::string_view> wanted;
    for (std::string_view text : asked.get_all("if-range")) {
        if (wanted) return false;
        wanted = text;
    }
    if (!wanted) return true;
    if (auto tag = parse_entity_tag(*wanted)) return same_strongly(*tag, there.tag);
    auto date = parse_date(*wanted, now);
    return date && *date == there.modified && there.modified + 1 < now;
}

}  // namespace coracle::http
