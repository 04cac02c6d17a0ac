// auth: how a client shows who it is: name and password, a token, a digest, or what a function of yours says.
// RFC 7617 (Basic, in UTF-8), RFC 6750 2.1 (Bearer), RFC 7616 (Digest).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/base64.hpp>
#include <coracle/base/function.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/url.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::client {

/// A request that is about to be sent, or was refused with 401.
struct authorized_request {
    std::string_view method;
    const http::url& url;
    std::string_view sent{};  ///< the Authorization that it had
    unsigned challenges = 0;  ///< how often it was refused before
};

/// A scheme. One object may serve requests of several threads at a time.
class authenticator {
public:
    virtual ~authenticator() = default;
    /// The value of Authorization; empty: none, or none yet.
    virtual std::string authorization(const authorized_request& asked) = 0;
    /// 401. Whether the same request, with another Authorization, may do better.
    virtual bool challenged(const authorized_request& /*asked*/, const http::fields& /*answer*/) { return false; }
};

/// Who asks. Copies are the same one. Goes with requests to the origin it was given for, and to no other (C1).
class auth {
public:
    auth() = default;
    explicit auth(std::shared_ptr<authenticator> by) noexcept : by_(std::move(by)) {}

    explicit operator bool() const noexcept { return by_ != nullptr; }
    authenticator* operator->() const noexcept { return by_.get(); }

private:
    std::shared_ptr<authenticator> by_;
};

namespace detail {

class fixed_authorization final : public authenticator {
public:
    explicit fixed_authorization(std::string value) : value_(std::move(value)) {}
    std::string authorization(const authorized_request&) override { return value_; }

private:
    std::string value_;
};

class called_authorization final : public authenticator {
public:
    explicit called_authorization(function<std::string(const http::url&)> made) : made_(std::move(made)) {}
    std::string authorization(const authorized_request& asked) override {
        std::string value = made_(asked.url);
        if (!http::is_field_value(value))
            throw std::invalid_argument(
                "coracle: an auth function gave what no field can hold: a control character, "
                "or white space at an end");
        return value;
    }

private:
    function<std::string(const http::url&)> made_;
};

inline void check_user(std::string_view user, std::string_view password) {
    for (std::string_view text : {user, password})
        for (char c : text)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                throw std::invalid_argument("coracle: a name or password has a control character");
}

}  // namespace detail

/// The value of Authorization, and of Proxy-Authorization. error: std::invalid_argument.
[[gnu::cold]] inline std::string basic_credentials_for(std::string_view user, std::string_view password) {
    detail::check_user(user, password);
    if (user.find(':') != user.npos)
        throw std::invalid_argument("coracle: a name in Basic has no colon, for there the password begins");
    return "Basic " + base64::encode(std::string(user).append(":").append(password));
}

/// in: UTF-8. error: std::invalid_argument for what cannot be sent.
[[gnu::cold]] inline auth basic(std::string_view user, std::string_view password) {
    return auth(std::make_shared<detail::fixed_authorization>(basic_credentials_for(user, password)));
}
/// error: std::invalid_argument for a token of other characters than letters, digits and `-._~+/=`.
[[gnu::cold]] inline auth bearer(std::string_view token) {
    bool good = !token.empty();
    for (char c : token)
        good = good && (ascii::is_alpha(c) || ascii::is_digit(c) ||
                        std::string_view("-._~+/=").find(c) != std::string_view::npos);
    if (!good)
        throw std::invalid_argument("coracle: a bearer token is made of letters, digits and -._~+/=, and is not empty");
    return auth(std::make_shared<detail::fixed_authorization>("Bearer " + std::string(token)));
}
/// What `made` says for each request, where a token changes now and then: `auth_by([&](const http::url&) { return
/// "Bearer " + tokens.current(); })`. Called on the threads of the requests.
template <class F>
[[gnu::cold]] auth auth_by(F made) {
    return auth(
        std::make_shared<detail::called_authorization>(function<std::string(const http::url&)>(std::move(made))));
}

}  // namespace coracle::client
