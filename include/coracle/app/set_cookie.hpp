// set_cookie: a cookie as the value of a Set-Cookie field. Nothing of it can break out of the field.
// RFC 6265 4.1, RFC 6265bis 4.1.2.7 (SameSite), 4.1.3 (prefixes); the defaults are Starlette's.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/date.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle {

/// Whether the cookie goes along when another site makes the browser ask.
enum class same_site : unsigned char { lax, strict, none };

/// The attributes of a cookie: `{.max_age = 14 * 24h, .http_only = true}`.
struct cookie_options {
    std::optional<std::chrono::seconds> max_age = std::nullopt;  ///< nothing: until the browser is closed
    std::optional<std::chrono::sys_seconds> expires = std::nullopt;
    std::string_view path = "/";
    std::string_view domain = {};  ///< empty: this host only
    bool secure = false;           ///< https only
    bool http_only = false;        ///< hidden from scripts
    coracle::same_site same_site = coracle::same_site::lax;
    bool partitioned = false;
};

namespace detail {

// cookie-octet of RFC 6265 4.1.1.
constexpr bool is_cookie_octet(char c) noexcept {
    return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
}
constexpr bool is_cookie_attribute(char c) noexcept { return c >= 0x20 && c < 0x7F && c != ';'; }
constexpr bool is_domain_letter(char c) noexcept {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '.' || c == '-';
}
template <class Good>
constexpr bool all_are(std::string_view text, Good good) noexcept {
    for (char c : text)
        if (!good(c)) return false;
    return true;
}

inline void check_cookie(std::string_view name, std::string_view value, const cookie_options& options) {
    auto refuse = [&](bool wrong, const char* why) {
        if (wrong) throw std::invalid_argument("coracle: cookie '" + std::string(name) + "': " + why);
    };
    if (!ascii::is_token(name))
        throw std::invalid_argument("coracle: a cookie's name is a token: letters, digits and !#$%&'*+-.^_`|~");
    refuse(
        !all_are(value, is_cookie_octet),
        "its value has no control characters, spaces, quotes, commas, semicolons, backslashes or bytes beyond ASCII; "
        "encode it first");
    refuse(!options.path.starts_with('/') || !all_are(options.path, is_cookie_attribute),
           "its path begins with '/' and has no control characters or semicolons");
    refuse(!all_are(options.domain, is_domain_letter), "its domain has letters, digits, dots and dashes only");
    refuse(options.same_site == same_site::none && !options.secure, "same_site::none needs .secure = true");
    refuse(options.partitioned && !options.secure, ".partitioned needs .secure = true");
    refuse(name.starts_with("__Secure-") && !options.secure, "the prefix __Secure- needs .secure = true");
    refuse(name.starts_with("__Host-") && (!options.secure || options.path != "/" || !options.domain.empty()),
           "the prefix __Host- needs .secure = true, the path '/' and no domain");
}

}  // namespace detail

/// The value of the Set-Cookie field: `session=abc; Path=/; SameSite=lax`. error: std::invalid_argument for what a
/// cookie cannot hold.
inline std::string set_cookie_value(std::string_view name, std::string_view value, const cookie_options& options = {}) {
    detail::check_cookie(name, value, options);
    std::string out;
    out.append(name).append("=").append(value);
    if (!options.domain.empty()) out.append("; Domain=").append(options.domain);
    if (options.expires) {
        char date[http::date_size];
        http::write_date(options.expires->time_since_epoch().count(), date);
        out.append("; Expires=").append(date, http::date_size);
    }
    if (options.http_only) out.append("; HttpOnly");
    if (options.max_age) out.append("; Max-Age=").append(std::to_string(options.max_age->count()));
    if (options.partitioned) out.append("; Partitioned");
    out.append("; Path=").append(options.path);
    switch (options.same_site) {
        case same_site::lax:
            out.append("; SameSite=lax");
            break;
        case same_site::strict:
            out.append("; SameSite=strict");
            break;
        case same_site::none:
            out.append("; SameSite=none");
            break;
    }
    if (options.secure) out.append("; Secure");
    return out;
}

}  // namespace coracle
