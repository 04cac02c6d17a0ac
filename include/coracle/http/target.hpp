// target: what a request is about, in the four forms it may take. Only views; nothing is decoded or normalised.
// RFC 9112 3.2, RFC 9110 4.2 and 7.1.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/result.hpp>
#include <coracle/base/scan.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/refusal.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace coracle::http {

/// `/a?b`, `http://host/a?b` (to a proxy, but every server must understand it), `host:80` (CONNECT), `*` (OPTIONS).
enum class target_form : std::uint8_t { origin, absolute, authority, asterisk };

/// A request target, split. All views look into the bytes it was read from.
struct target {
    std::string_view text{};
    std::string_view path{};       ///< begins with '/'; `*` in asterisk form, empty in authority form
    std::string_view query{};      ///< what follows '?', without it
    std::string_view authority{};  ///< as given, in absolute and authority form
    target_form form = target_form::origin;

    void rebase(const char* from, const char* to) noexcept {
        text = rebased(text, from, to);
        path = rebased(path, from, to);
        query = rebased(query, from, to);
        authority = rebased(authority, from, to);
    }
};

namespace detail {
/// The size of `http://` or `https://` at the start of `text`, 0 when neither is there.
constexpr std::size_t scheme_size(std::string_view text) noexcept {
    for (std::string_view scheme : {"http://", "https://"})
        if (ascii::iequals(text.substr(0, scheme.size()), scheme)) return scheme.size();
    return 0;
}

/// `text` is known to have the bytes of a target and no others.
inline std::optional<target> split_target(method m, std::string_view text) noexcept {
    target parts;
    parts.text = text;
    std::string_view rest = text;
    if (m == method::connect) {
        auto found = parse_authority(text);
        if (!found || !found->port) return std::nullopt;
        parts.form = target_form::authority;
        parts.authority = text;
        return parts;
    }
    if (text == "*") {
        if (m != method::options) return std::nullopt;
        parts.form = target_form::asterisk;
        parts.path = text;
        return parts;
    }
    if (!text.starts_with('/')) {
        std::size_t scheme = scheme_size(text);
        if (scheme == 0) return std::nullopt;
        rest.remove_prefix(scheme);
        parts.form = target_form::absolute;
        parts.authority = rest.substr(0, rest.find_first_of("/?"));
        if (!parse_authority(parts.authority)) return std::nullopt;
        rest.remove_prefix(parts.authority.size());
    }
    std::size_t mark = rest.find('?');
    parts.path = rest.substr(0, mark);
    if (mark != std::string_view::npos) parts.query = rest.substr(mark + 1);
    // RFC 9110 4.2.3: a URL without a path has the path "/"; one stands in "http://", where every view can look.
    if (parts.path.empty()) parts.path = text.substr(text.find('/'), 1);
    return parts;
}
}  // namespace detail

/// The parts of the target of a request with method `m`. Error: bad_target.
inline result<target, refusal> parse_target(method m, std::string_view text) noexcept {
    if (text.empty() || scan::query_end(text.data(), text.data() + text.size()) != text.data() + text.size())
        return failure(refusal::bad_target);
    if (auto parts = detail::split_target(m, text)) return *parts;
    return failure(refusal::bad_target);
}

}  // namespace coracle::http
