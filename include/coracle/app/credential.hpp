// credential: a handler parameter that proves who asks. It is looked for before a byte of the body is read.
// RFC 9110 11 (401, WWW-Authenticate, Authorization); the refusals are FastAPI's.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/request.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// A type that finds itself in a request, or nothing; an http_error for what is there and is none. Handlers take C, and
/// the app answers 401 `{"detail":"Not authenticated"}` with C's challenge when there is none; or std::optional<C>, and
/// see for themselves. A type of yours may be one, too.
template <class C>
concept credential = requires(const request& asked) {
    { C::find(asked) } -> std::same_as<std::optional<C>>;
    { C::challenge() } -> std::convertible_to<std::string>;
};

/// What a request without the right credentials is answered: 401 with this challenge.
[[gnu::cold]] inline http_error not_authenticated(std::string_view challenge) {
    return http_error(401, json("Not authenticated"), {{"www-authenticate", challenge}});
}

/// The Authorization field, taken apart: `Bearer abc`.
struct authorization {
    std::string_view scheme{};
    std::string_view rest{};

    bool is(std::string_view wanted) const noexcept { return ascii::iequals(scheme, wanted); }
    /// Nothing when there is none, or more than one: who stands between might have looked at the other.
    static std::optional<authorization> of(const http::fields& fields) noexcept {
        std::optional<authorization> out;
        for (std::string_view value : fields.get_all("authorization")) {
            if (out) return std::nullopt;
            std::size_t space = value.find(' ');
            std::string_view rest = space == value.npos ? std::string_view{} : value.substr(space + 1);
            out = authorization{value.substr(0, space), ascii::trim(rest)};
        }
        return out;
    }
};

/// What a credential that is one text has in common with the others: the text as it was sent. Nobody has looked at it.
class credential_text {
public:
    explicit credential_text(std::string text) : text_(std::move(text)) {}

    const std::string& operator*() const noexcept { return text_; }
    const std::string* operator->() const noexcept { return &text_; }
    operator const std::string&() const noexcept { return text_; }

    /// Bytes beyond ASCII are read as Latin-1, as those of other fields are.
    static std::string from_field(std::string_view bytes) {
        std::string storage;
        return std::string(utf8::from_latin1(bytes, storage));
    }

private:
    std::string text_;
};

template <credential C>
struct parameter<C> {
    static constexpr parameter_source source = parameter_source::credential;
    static constexpr bool said_aloud = true;
};
template <credential C>
struct parameter<std::optional<C>> : parameter<C> {};

template <credential C>
struct parameter_reader<C> {
    using stored = std::optional<C>;
    static void read(stored& to, binding& with, std::size_t) {
        to = C::find(with.asked);
        if (!to) throw not_authenticated(C::challenge());
    }
    static void describe(auto& told) {
        if constexpr (requires { C::security_scheme(); }) told.security(C::security_name, C::security_scheme());
    }
    static C take(stored& from) { return *std::move(from); }
};
template <credential C>
struct parameter_reader<std::optional<C>> {
    using stored = std::optional<C>;
    static void read(stored& to, binding& with, std::size_t) { to = C::find(with.asked); }
    static void describe(auto& told) {
        if constexpr (requires { C::security_scheme(); })
            told.security(C::security_name, C::security_scheme(), json::array(), false);
    }
    static stored take(stored& from) { return std::move(from); }
};

}  // namespace coracle
