// signer: text that goes through a client's hands and comes back unchanged, or not at all.
// RFC 2104 (HMAC), RFC 4648 5 (base64url); as Python's itsdangerous, with SHA-256.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/base64.hpp>
#include <coracle/base/constant_time.hpp>
#include <coracle/base/hmac.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coracle {

/// `signer links({"a secret of at least 16 bytes"}, "password-reset"); links.sign("user 7", unix_seconds())` is a text
/// for URLs and cookies. Everybody can read it, nobody else can make or change it. What is signed for one purpose is
/// worth nothing for another.
class signer {
public:
    static constexpr std::size_t shortest_key = 16;
    /// How far ahead another machine's clock may be.
    static constexpr std::int64_t tolerated_seconds = 60;

    /// in: the keys: the first signs, and all of them are known, so that an old one can fade out.
    /// error: std::logic_error when there is none, or one can be guessed.
    signer(std::span<const std::string> keys, std::string_view purpose) {
        if (keys.empty()) throw std::logic_error("coracle: who signs has a key; make one with secret_token()");
        for (const std::string& each : keys) {
            if (each.size() < shortest_key)
                throw std::logic_error(
                    "coracle: a key that signs has at least 16 bytes that nobody can guess; make one with "
                    "secret_token(), and keep it out of the program");
            std::string whole = "coracle.signer.";
            keys_.emplace_back(hmac_sha256(each).sign(whole.append(purpose)).view());
        }
    }
    signer(std::initializer_list<std::string> keys, std::string_view purpose)
        : signer(std::span<const std::string>(keys.begin(), keys.size()), purpose) {}

    /// `payload.time.signature`, the first and the last in base64url.
    std::string sign(std::string_view payload, std::int64_t now) const {
        std::string out = base64::encode_url(payload);
        out.append(".").append(std::to_string(now));
        std::string signature = base64::encode_url(keys_.front().sign(out).view());
        return out.append(".").append(signature);
    }

    /// The payload, if it was signed with one of the keys not more than `max_age` seconds ago.
    std::optional<std::string> open(std::string_view text, std::int64_t now,
                                    std::optional<std::int64_t> max_age = std::nullopt) const {
        std::size_t last = text.rfind('.');
        if (last == text.npos || last == 0) return std::nullopt;
        std::string_view body = text.substr(0, last);
        std::size_t dot = body.rfind('.');
        if (dot == body.npos) return std::nullopt;
        const std::optional<std::string> signature = base64::decode_url(text.substr(last + 1));
        if (!signature || !is_ours(body, *signature)) return std::nullopt;
        // Only now is anything of it believed.
        auto signed_at = ascii::parse_decimal<std::uint64_t>(body.substr(dot + 1));
        if (!signed_at || *signed_at > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
        auto at = static_cast<std::int64_t>(*signed_at);
        if (at > now && at - now > tolerated_seconds) return std::nullopt;
        if (max_age && now > at && now - at > *max_age) return std::nullopt;
        return base64::decode_url(body.substr(0, dot));
    }

private:
    bool is_ours(std::string_view body, std::string_view signature) const {
        bool found = false;
        for (const hmac_sha256& key : keys_) found = secure_equal(key.sign(body).view(), signature) || found;
        return found;
    }

    std::vector<hmac_sha256> keys_;
};

}  // namespace coracle
