// oauth2: bearer tokens whose place of issue the documentation knows. FastAPI's OAuth2PasswordBearer and its kin.
// RFC 6749 4.1, 4.3; RFC 6750; OpenAPI 3.1 4.8.28.
#pragma once

#include <coracle/app/credential.hpp>
#include <coracle/app/request.hpp>
#include <coracle/base/fixed_string.hpp>
#include <coracle/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// A bearer token. Unlike bearer_token it may be empty, when only `Bearer` was sent, as in FastAPI.
class oauth2_bearer : public credential_text {
public:
    using credential_text::credential_text;
    static std::string challenge() { return "Bearer"; }

protected:
    template <class Token>
    static std::optional<Token> find_as(const request& asked) {
        auto sent = authorization::of(asked.fields);
        if (!sent || !sent->is("bearer")) return std::nullopt;
        return Token(from_field(sent->rest));
    }
};

/// `[](oauth2_password_bearer<"token"> token) { return user_of(*token); }`: a token that POST /token gives for a name
/// and a password, see oauth2_password_form. TokenUrl is relative to where the documentation says the app is.
template <fixed_string TokenUrl>
class oauth2_password_bearer : public oauth2_bearer {
public:
    using oauth2_bearer::oauth2_bearer;
    static std::optional<oauth2_password_bearer> find(const request& asked) {
        return find_as<oauth2_password_bearer>(asked);
    }
    static constexpr std::string_view security_name = "OAuth2PasswordBearer";
    static json security_scheme() {
        json flow{{"scopes", json::object()}, {"tokenUrl", TokenUrl.view()}};
        return {{"type", "oauth2"}, {"flows", {{"password", flow}}}};
    }
};

/// A token that somebody else's login page gives by way of a code: oauth2_code_bearer<"https://...", "token">.
template <fixed_string AuthorizationUrl, fixed_string TokenUrl>
class oauth2_code_bearer : public oauth2_bearer {
public:
    using oauth2_bearer::oauth2_bearer;
    static std::optional<oauth2_code_bearer> find(const request& asked) { return find_as<oauth2_code_bearer>(asked); }
    static constexpr std::string_view security_name = "OAuth2AuthorizationCodeBearer";
    static json security_scheme() {
        json flow{
            {"scopes", json::object()}, {"authorizationUrl", AuthorizationUrl.view()}, {"tokenUrl", TokenUrl.view()}};
        return {{"type", "oauth2"}, {"flows", {{"authorizationCode", flow}}}};
    }
};

/// OpenID Connect: the whole Authorization field, scheme and all, as FastAPI's OpenIdConnect gives it.
template <fixed_string Url>
class open_id_connect : public credential_text {
public:
    using credential_text::credential_text;
    static std::optional<open_id_connect> find(const request& asked) {
        if (!authorization::of(asked.fields)) return std::nullopt;
        std::string_view all = asked.fields["authorization"];
        if (all.empty()) return std::nullopt;
        return open_id_connect(from_field(all));
    }
    static std::string challenge() { return "Bearer"; }
    static constexpr std::string_view security_name = "OpenIdConnect";
    static json security_scheme() { return {{"type", "openIdConnect"}, {"openIdConnectUrl", Url.view()}}; }
};

}  // namespace coracle
