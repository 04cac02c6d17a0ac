// jwt: JSON Web Tokens, signed with HMAC-SHA256. One algorithm, which the key decides and never the token.
// RFC 7519, RFC 7515 (JWS compact form), RFC 8725 (best practices).
#pragma once

#include <coracle/app/clock.hpp>
#include <coracle/base/base64.hpp>
#include <coracle/base/constant_time.hpp>
#include <coracle/base/hmac.hpp>
#include <coracle/json/parse.hpp>
#include <coracle/json/value.hpp>
#include <coracle/json/write.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// What a token has to say to be taken, besides a good signature and times that are right.
struct jwt_options {
    std::string audience{};   ///< the one of `aud` that is meant by us; empty: tokens for an audience are refused
    std::string issuer{};     ///< the only good `iss`; empty: any
    bool must_expire = true;  ///< a token without `exp` is refused
    std::chrono::seconds leeway{0};  ///< by which clocks may differ
};

/// Why a token was not taken. For logs: a client need not know.
enum class jwt_refusal : unsigned char {
    malformed,        ///< not three parts of base64url, not JSON, no object
    wrong_algorithm,  ///< its head does not say HS256, or asks for something that is not understood
    wrong_signature,  ///< signed with another key, or changed
    expired,          ///< `exp` is over, or missing
    not_yet,          ///< `nbf` is to come
    wrong_audience,
    wrong_issuer,
};

/// A key that signs tokens and reads them again: `jwt tokens(key, {.audience = "shop"});`
/// `tokens.sign({{"sub", "7"}, {"aud", "shop"}}, 15min)`, `auto claims = tokens.read(text)`.
class jwt {
public:
    /// Tokens that are longer are not looked at.
    static constexpr std::size_t longest = 16 * 1024;

    /// in: a secret of at least 32 bytes, as RFC 7518 3.2 wants it; secret_token() makes one.
    /// error: std::logic_error for a shorter one.
    explicit jwt(std::string_view key, jwt_options options = {}) : key_(key), options_(std::move(options)) {
        if (key.size() < sha256::digest_size)
            throw std::logic_error("coracle: the key of HS256 has at least 32 bytes; make one with secret_token()");
    }

    /// in: the claims, an object; for how long it is good, from now on: that becomes `exp`, and `iat` is now.
    std::string sign(json claims, std::chrono::seconds good_for) const {
        std::int64_t now = unix_seconds();
        claims["iat"] = now;
        claims["exp"] = now + good_for.count();
        return sign(claims);
    }
    /// The claims as they are.
    std::string sign(const json& claims) const {
        std::string out = base64::encode_url(R"({"alg":"HS256","typ":"JWT"})");
        out.append(".").append(base64::encode_url(claims.dump()));
        std::string signature = base64::encode_url(key_.sign(out).view());
        return out.append(".").append(signature);
    }

    /// The claims of a token that is good; nothing for any other.
    std::optional<json> read(std::string_view token) const {
        jwt_refusal why{};
        return read(token, why);
    }
    std::optional<json> read(std::string_view token, jwt_refusal& why) const {
        return read(token, why, unix_seconds());
    }
    std::optional<json> read(std::string_view token, jwt_refusal& why, std::int64_t now) const;

private:
    static std::optional<json> object_in(std::string_view part) {
        std::optional<std::string> text = base64::decode_url(part);
        if (!text) return std::nullopt;
        auto value = json::try_parse(*text);
        if (!value || !value->is_object()) return std::nullopt;
        return *std::move(value);
    }
    /// Seconds since 1970, perhaps with a fraction. False: it is something else.
    static bool time_in(const json& claims, std::string_view name, std::optional<double>& to) {
        const json* found = claims.find(name);
        if (!found) return true;
        if (!found->is_number()) return false;
        to = found->as_double();
        return std::isfinite(*to);
    }
    bool is_meant(const json& claims) const {
        const json* aud = claims.find("aud");
        if (options_.audience.empty() || !aud) return options_.audience.empty() && !aud;
        if (aud->is_string()) return aud->as_string() == options_.audience;
        if (aud->is_array())
            for (const json& each : *aud)
                if (each.is_string() && each.as_string() == options_.audience) return true;
        return false;
    }

    hmac_sha256 key_;
    jwt_options options_;
};

inline std::optional<json> jwt::read(std::string_view token, jwt_refusal& why, std::int64_t now) const {
    auto refuse = [&](jwt_refusal reason) {
        why = reason;
        return std::nullopt;
    };
    std::size_t first = token.find('.');
    std::size_t last = token.rfind('.');
    if (token.size() > longest || first == token.npos || first == last ||
        token.substr(first + 1, last - first - 1).find('.') != token.npos)
        return refuse(jwt_refusal::malformed);
    const std::optional<std::string> signature = base64::decode_url(token.substr(last + 1));
    const std::optional<json> head = object_in(token.substr(0, first));
    if (!signature || !head) return refuse(jwt_refusal::malformed);
    // RFC 8725 3.1: `none`, or a public key taken for a secret, are what the head must not decide. 7515 4.1.11: crit.
    const json* algorithm = head->find("alg");
    if (!algorithm || !algorithm->is_string() || algorithm->as_string() != "HS256" || head->contains("crit"))
        return refuse(jwt_refusal::wrong_algorithm);
    if (!secure_equal(key_.sign(token.substr(0, last)).view(), *signature)) return refuse(jwt_refusal::wrong_signature);

    std::optional<json> claims = object_in(token.substr(first + 1, last - first - 1));
    std::optional<double> expires;
    std::optional<double> begins;
    if (!claims || !time_in(*claims, "exp", expires) || !time_in(*claims, "nbf", begins))
        return refuse(jwt_refusal::malformed);
    auto here = static_cast<double>(now);
    auto leeway = static_cast<double>(options_.leeway.count());
    if (expires ? here >= *expires + leeway : options_.must_expire) return refuse(jwt_refusal::expired);
    if (begins && here + leeway < *begins) return refuse(jwt_refusal::not_yet);
    if (!is_meant(*claims)) return refuse(jwt_refusal::wrong_audience);
    const json* issuer = claims->find("iss");
    if (!options_.issuer.empty() && (!issuer || !issuer->is_string() || issuer->as_string() != options_.issuer))
        return refuse(jwt_refusal::wrong_issuer);
    return claims;
}

}  // namespace coracle
