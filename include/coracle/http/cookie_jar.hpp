// cookie_jar: the cookies that a client keeps, and to whom it shows them.
// RFC 6265 5.1 to 5.4, RFC 6265bis 5.6 (sizes, prefixes).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/date.hpp>
#include <coracle/http/public_suffix.hpp>
#include <coracle/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::http {

/// A cookie as it is kept.
struct kept_cookie {
    std::string name{};
    std::string value{};
    std::string domain{};  ///< lower-case; empty: every host
    std::string path = "/";
    std::optional<std::int64_t> expires{};  ///< seconds since 1970; nothing: with the jar
    bool host_only = true;
    bool secure = false;
    bool http_only = false;
};

/// Keeps what Set-Cookie fields say, and writes Cookie fields. Times are seconds since 1970. Nobody sets one for all of
/// com, co.uk or github.io; is_public_suffix() says how far that goes.
class cookie_jar {
public:
    using const_iterator = std::vector<kept_cookie>::const_iterator;

    /// One that every host is shown.
    void set(std::string_view name, std::string_view value, std::string_view path = "/") {
        put({std::string(name), std::string(value), {}, std::string(path), {}, false, false, false});
    }
    /// What a Set-Cookie field says in an answer from `from`; what it may not say is ignored.
    void store(std::string_view field, const url& from, std::int64_t now) {
        if (std::optional<kept_cookie> read = parse(field, from, now)) {
            if (!from.is_secure() && hides_secure(*read)) return;
            if (read->expires && *read->expires <= now)
                take_away(*read);
            else
                put(std::move(*read));
        }
    }
    /// The value of the Cookie field for a request to `to`, longer paths first; empty when there is none to show.
    std::string header(const url& to, std::int64_t now) {
        std::erase_if(kept_, [now](const kept_cookie& one) { return one.expires && *one.expires <= now; });
        std::vector<const kept_cookie*> shown;
        for (const kept_cookie& one : kept_) {
            if (!goes_to(one, to)) continue;
            std::size_t at = shown.size();
            while (at > 0 && shown[at - 1]->path.size() < one.path.size()) --at;
            shown.insert(shown.begin() + static_cast<std::ptrdiff_t>(at), &one);
        }
        std::string out;
        for (const kept_cookie* one : shown) {
            if (!out.empty()) out += "; ";
            out.append(one->name).append("=").append(one->value);
        }
        return out;
    }

    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const kept_cookie& one : kept_)
            if (one.name == name) return one.value;
        return std::nullopt;
    }
    /// The value of the first cookie with this name; empty when there is none.
    std::string_view operator[](std::string_view name) const noexcept {
        return find(name).value_or(std::string_view());
    }
    bool contains(std::string_view name) const noexcept { return find(name).has_value(); }
    void erase(std::string_view name) {
        std::erase_if(kept_, [name](const kept_cookie& one) { return one.name == name; });
    }
    void clear() noexcept { kept_.clear(); }
    std::size_t size() const noexcept { return kept_.size(); }
    bool empty() const noexcept { return kept_.empty(); }
    const_iterator begin() const noexcept { return kept_.begin(); }
    const_iterator end() const noexcept { return kept_.end(); }

private:
    static constexpr std::size_t most_bytes = 4096;  // of name and value
    static constexpr std::size_t most_attribute = 1024;
    static constexpr std::size_t most_cookies = 3000;

    static bool is_address(std::string_view host) noexcept {
        return host.find(':') != host.npos || (!host.empty() && ascii::is_digit(host.back()));
    }
    static bool domain_matches(std::string_view host, std::string_view domain) noexcept {
        if (host == domain) return true;
        return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.' &&
               !is_address(host);
    }
    static bool path_matches(std::string_view asked, std::string_view path) noexcept {
        if (!asked.starts_with(path)) return false;
        return asked.size() == path.size() || path.ends_with('/') || asked[path.size()] == '/';
    }
    static bool goes_to(const kept_cookie& one, const url& to) {
        if (one.secure && !to.is_secure()) return false;
        if (!path_matches(to.path.empty() ? "/" : to.path, one.path)) return false;
        if (one.domain.empty()) return true;
        std::string host = to.host();
        return one.host_only ? host == one.domain : domain_matches(host, one.domain);
    }

    static std::optional<kept_cookie> parse(std::string_view field, const url& from, std::int64_t now) {
        for (char c : field)
            if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) return std::nullopt;
        std::string_view pair = next_part(field);
        std::size_t equals = pair.find('=');
        if (equals == pair.npos) return std::nullopt;
        kept_cookie made;
        made.name = ascii::trim(pair.substr(0, equals));
        made.value = ascii::trim(pair.substr(equals + 1));
        if (made.name.empty() || made.name.size() + made.value.size() > most_bytes) return std::nullopt;
        made.domain = from.host();
        std::size_t last = from.path.rfind('/');
        made.path = last == std::string::npos || last == 0 ? "/" : from.path.substr(0, last);
        bool has_age = false;
        while (!field.empty()) {
            std::string_view part = next_part(field);
            std::size_t mark = part.find('=');
            std::string_view name = ascii::trim(part.substr(0, mark));
            std::string_view value = mark == part.npos ? std::string_view() : ascii::trim(part.substr(mark + 1));
            if (value.size() > most_attribute) continue;
            if (ascii::iequals(name, "expires") && !has_age) {
                // Some write dashes: Wed, 09-Jun-2021 10:18:14 GMT.
                std::string date(value);
                if (date.size() == date_size)
                    for (char& c : date) c = c == '-' ? ' ' : c;
                if (auto when = parse_date(date, now)) made.expires = when;
            } else if (ascii::iequals(name, "max-age")) {
                bool negative = value.starts_with('-');
                auto age = ascii::parse_decimal<std::uint32_t>(negative ? value.substr(1) : value);
                if (!age && value.find_first_not_of("0123456789", negative ? 1 : 0) != value.npos) continue;
                has_age = true;
                made.expires = negative ? now - 1 : now + static_cast<std::int64_t>(age.value_or(UINT32_MAX));
            } else if (ascii::iequals(name, "domain") && !value.empty()) {
                if (value.starts_with('.')) value.remove_prefix(1);
                std::string domain = ascii::lower(value);
                std::string host = from.host();
                if (!domain_matches(host, domain)) return std::nullopt;
                bool is_public = is_public_suffix(domain);
                if (is_public && domain != host) return std::nullopt;
                made.domain = std::move(domain);
                made.host_only = is_public;
            } else if (ascii::iequals(name, "path")) {
                if (value.starts_with('/')) made.path = value;
            } else if (ascii::iequals(name, "secure")) {
                made.secure = true;
            } else if (ascii::iequals(name, "httponly")) {
                made.http_only = true;
            }
        }
        if (made.secure && !from.is_secure()) return std::nullopt;  // anybody on the way may have written it
        std::string name = ascii::lower(made.name);
        if (name.starts_with("__secure-") && !made.secure) return std::nullopt;
        if (name.starts_with("__host-") && (!made.secure || !made.host_only || made.path != "/")) return std::nullopt;
        return made;
    }
    static std::string_view next_part(std::string_view& rest) {
        std::size_t end = rest.find(';');
        std::string_view part = rest.substr(0, end);
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        return part;
    }

    /// What came over plain http does not stand in for what came over https. RFC 6265bis 5.7.
    bool hides_secure(const kept_cookie& made) const noexcept {
        for (const kept_cookie& one : kept_)
            if (one.secure && one.name == made.name && path_matches(made.path, one.path) &&
                (domain_matches(one.domain, made.domain) || domain_matches(made.domain, one.domain)))
                return true;
        return false;
    }
    static bool same(const kept_cookie& a, const kept_cookie& b) {
        return a.name == b.name && a.domain == b.domain && a.path == b.path;
    }
    void put(kept_cookie made) {
        for (kept_cookie& one : kept_)
            if (same(one, made)) {
                one = std::move(made);
                return;
            }
        if (kept_.size() == most_cookies) kept_.erase(kept_.begin());
        kept_.push_back(std::move(made));
    }
    void take_away(const kept_cookie& what) {
        std::erase_if(kept_, [&](const kept_cookie& one) { return same(one, what); });
    }

    std::vector<kept_cookie> kept_;
};

}  // namespace coracle::http
