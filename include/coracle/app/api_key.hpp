// api_key: a secret under a name: in a header field, in the query, in a cookie. FastAPI's APIKeyHeader and its kin.
// OpenAPI 3.1 4.8.27 (apiKey).
#pragma once

#include <coracle/app/credential.hpp>
#include <coracle/app/request.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/fixed_string.hpp>
#include <coracle/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// What the three have in common. An empty key is none.
class api_key : public credential_text {
public:
    using credential_text::credential_text;
    static std::string challenge() { return "APIKey"; }

protected:
    template <class Key>
    static std::optional<Key> made_of(std::optional<std::string> text) {
        if (!text || text->empty()) return std::nullopt;
        return Key(*std::move(text));
    }
    static json described(std::string_view place, std::string_view name) {
        return {{"type", "apiKey"}, {"in", place}, {"name", name}};
    }
};

/// `[](api_key_header<"x-key"> key) { if (!secure_equal(*key, expected)) ... }`. Two fields of that name are none.
/// An app that knows several keys names each for the documentation: api_key_header<"x-key", "Partner">.
template <fixed_string Name, fixed_string Scheme = "APIKeyHeader">
class api_key_header : public api_key {
    static constexpr bool token = ascii::is_token(Name.view());
    static_assert(token, "coracle: a header name is made of letters, digits and '-', as in api_key_header<\"x-key\">");

public:
    using api_key::api_key;
    static std::optional<api_key_header> find(const request& asked) {
        std::optional<std::string> key;
        for (std::string_view value : asked.fields.get_all(Name.view())) {
            if (key) return std::nullopt;
            key = from_field(value);
        }
        return made_of<api_key_header>(std::move(key));
    }
    static constexpr std::string_view security_name = Scheme.view();
    static json security_scheme() { return described("header", Name.view()); }
};

/// In the query: `?key=...`. It stands in logs and histories then; a header is the better place.
template <fixed_string Name, fixed_string Scheme = "APIKeyQuery">
class api_key_query : public api_key {
public:
    using api_key::api_key;
    static std::optional<api_key_query> find(const request& asked) {
        std::optional<std::string_view> key = asked.query(Name.view());
        return made_of<api_key_query>(key ? std::optional(std::string(*key)) : std::nullopt);
    }
    static constexpr std::string_view security_name = Scheme.view();
    static json security_scheme() { return described("query", Name.view()); }
};

template <fixed_string Name, fixed_string Scheme = "APIKeyCookie">
class api_key_cookie : public api_key {
    static constexpr bool token = ascii::is_token(Name.view());
    static_assert(token, "coracle: a cookie's name is a token: letters, digits and !#$%&'*+-.^_`|~");

public:
    using api_key::api_key;
    static std::optional<api_key_cookie> find(const request& asked) {
        std::optional<std::string_view> key = asked.cookies().find(Name.view());
        return made_of<api_key_cookie>(key ? std::optional(from_field(*key)) : std::nullopt);
    }
    static constexpr std::string_view security_name = Scheme.view();
    static json security_scheme() { return described("cookie", Name.view()); }
};

}  // namespace coracle
