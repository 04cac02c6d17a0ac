// oauth2_password_form: name and password as a login page of OAuth2 sends them. FastAPI's OAuth2PasswordRequestForm.
// RFC 6749 4.3.2.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/form.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/json/checked.hpp>
#include <coracle/json/pattern.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// `app.post("/token", [](oauth2_password_form in) { return token_for(in.username, in.password); });`
/// The answer that OAuth2 wants is `{"access_token": ..., "token_type": "bearer"}`.
class oauth2_password_form {
public:
    std::string username;
    std::string password;
    std::vector<std::string> scopes{};
    std::optional<std::string> client_id{};
    std::optional<std::string> client_secret{};
    std::optional<std::string> grant_type{};

    oauth2_password_form(std::string name, std::string word) : username(std::move(name)), password(std::move(word)) {}
};

/// The same for clients that say grant_type=password, as the standard wants it; others are refused with 422.
class oauth2_strict_password_form : public oauth2_password_form {
public:
    using oauth2_password_form::oauth2_password_form;
};

template <>
struct parameter<oauth2_password_form> {
    static constexpr parameter_source source = parameter_source::form_field;
    static constexpr bool said_aloud = false;
    static constexpr bool good = true;
    static constexpr body_taker take_body = &take_form;
};
template <>
struct parameter<oauth2_strict_password_form> : parameter<oauth2_password_form> {};

namespace detail {

template <class Form, class Grant>
struct oauth2_form_reader {
    template <fixed_string Name, class T>
    using reader = parameter_reader<form_field<Name, T>>;
    using grant_reader = reader<"grant_type", Grant>;
    using name_reader = reader<"username", std::string>;
    using word_reader = reader<"password", std::string>;
    using scope_reader = reader<"scope", std::optional<std::string>>;
    using client_reader = reader<"client_id", std::optional<std::string>>;
    using secret_reader = reader<"client_secret", std::optional<std::string>>;

    struct stored {
        typename grant_reader::stored grant_type;
        typename name_reader::stored username;
        typename word_reader::stored password;
        typename scope_reader::stored scope;
        typename client_reader::stored client_id;
        typename secret_reader::stored client_secret;
    };

    static void read(stored&, binding&, std::size_t) noexcept {}
    static void read_body(stored& to, binding& with, std::string_view text) {
        grant_reader::read_body(to.grant_type, with, text);
        name_reader::read_body(to.username, with, text);
        word_reader::read_body(to.password, with, text);
        scope_reader::read_body(to.scope, with, text);
        client_reader::read_body(to.client_id, with, text);
        secret_reader::read_body(to.client_secret, with, text);
    }
    static Form take(stored& from) {
        Form out(*std::move(from.username), *std::move(from.password));
        const Grant& grant = *from.grant_type;
        if constexpr (is_optional<Grant>) {
            if (grant) out.grant_type = **grant;
        } else {
            out.grant_type = *grant;
        }
        std::string_view rest = *from.scope ? std::string_view(**from.scope) : std::string_view{};
        constexpr std::string_view white = " \t\n\v\f\r";
        for (std::size_t begin = rest.find_first_not_of(white); begin != rest.npos;
             begin = rest.find_first_not_of(white)) {
            rest.remove_prefix(begin);
            std::size_t end = rest.find_first_of(white);
            out.scopes.emplace_back(rest.substr(0, end));
            rest.remove_prefix(end == rest.npos ? rest.size() : end);
        }
        out.client_id = *std::move(from.client_id);
        out.client_secret = *std::move(from.client_secret);
        return out;
    }
    static void describe(operation& told) {
        grant_reader::describe(told);
        name_reader::describe(told);
        told.form_member("password", json{{"type", "string"}, {"format", "password"}}, true);
        told.form_member("scope", json{{"type", "string"}}, false, json(""));
        client_reader::describe(told);
        json secret = schema_of<std::optional<std::string>>(told.named());
        secret["format"] = "password";
        told.form_member("client_secret", std::move(secret), false);
    }
};
using oauth2_grant = checked<std::string, pattern<"^password$">>;

}  // namespace detail

template <>
struct parameter_reader<oauth2_password_form>
    : detail::oauth2_form_reader<oauth2_password_form, std::optional<detail::oauth2_grant>> {};
template <>
struct parameter_reader<oauth2_strict_password_form>
    : detail::oauth2_form_reader<oauth2_strict_password_form, detail::oauth2_grant> {};

}  // namespace coracle
