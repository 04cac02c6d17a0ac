// digest: the answer to a Digest challenge, which proves that one knows the password and does not show it.
// RFC 7616 3.3 (challenge), 3.4 (answer), 3.9 (examples); RFC 2069 (servers that know no qop).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/md5.hpp>
#include <coracle/base/sha256.hpp>
#include <coracle/http/challenge.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/percent.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

enum class digest_algorithm : std::uint8_t { md5, sha256 };

/// A challenge that can be answered: MD5 or SHA-256, with `qop="auth"` or, from old servers, without.
struct digest_challenge {
    std::string realm{};
    std::string nonce{};
    std::optional<std::string> opaque{};
    digest_algorithm algorithm = digest_algorithm::md5;
    std::string algorithm_text{};  ///< as it was sent; empty: not at all
    bool session = false;          ///< -sess: the nonces are in the hash of the password
    bool has_qop = false;
    bool stale = false;     ///< only the nonce was too old
    bool userhash = false;  ///< the name is to be hashed as well

    /// Nothing for what cannot be answered: another scheme or algorithm, no realm or nonce, `auth-int` alone.
    static std::optional<digest_challenge> read(const challenge& from) {
        if (from.scheme != "digest") return std::nullopt;
        auto realm = from.find("realm");
        auto nonce = from.find("nonce");
        if (!realm || !nonce || nonce->empty()) return std::nullopt;
        digest_challenge made;
        made.realm = *realm;
        made.nonce = *nonce;
        if (auto opaque = from.find("opaque")) made.opaque = std::string(*opaque);
        if (auto named = from.find("algorithm")) {
            made.algorithm_text = *named;
            std::string name = ascii::lower(*named);
            if (name.ends_with("-sess")) {
                made.session = true;
                name.resize(name.size() - 5);
            }
            if (name != "md5" && name != "sha-256") return std::nullopt;
            if (name == "sha-256") made.algorithm = digest_algorithm::sha256;
        }
        if (auto qop = from.find("qop")) {
            for_each_element(*qop, [&made](std::string_view each) {
                made.has_qop = made.has_qop || ascii::iequals(each, "auth");
                return true;
            });
            if (!made.has_qop) return std::nullopt;
        }
        made.stale = ascii::iequals(from.find("stale").value_or(""), "true");
        made.userhash = ascii::iequals(from.find("userhash").value_or(""), "true");
        return made;
    }
};

/// What a request proves: who asks for what, how many times with this nonce.
struct digest_proof {
    std::string_view user{};
    std::string_view password{};
    std::string_view method{};
    std::string_view target{};  ///< as in the request line
    std::string_view cnonce{};  ///< a text that nobody can guess
    std::uint32_t count = 1;
};

namespace detail {

inline std::string digest_hash(digest_algorithm by, std::string_view text) {
    std::string out;
    auto write = [&out](std::string_view bytes) {
        for (char c : bytes) {
            auto byte = static_cast<unsigned char>(c);
            out.push_back(ascii::hex_digit(byte >> 4U));
            out.push_back(ascii::hex_digit(byte));
        }
    };
    if (by == digest_algorithm::sha256)
        write(coracle::sha256::of(text).view());
    else
        write(coracle::md5::of(text).view());
    return out;
}

inline void append_quoted(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append("=\"");
    for (char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

}  // namespace detail

/// The value of Authorization. in: text without control characters.
inline std::string digest_credentials_for(const digest_challenge& asked, const digest_proof& with) {
    auto hash = [&asked](std::string_view text) { return detail::digest_hash(asked.algorithm, text); };
    std::string count;
    for (int shift = 28; shift >= 0; shift -= 4) count += ascii::hex_digit(with.count >> shift);
    std::string who(with.user);
    std::string secret = hash(std::string(who).append(":").append(asked.realm).append(":").append(with.password));
    if (asked.session) secret = hash(secret.append(":").append(asked.nonce).append(":").append(with.cnonce));
    std::string wish = hash(std::string(with.method).append(":").append(with.target));
    std::string proof = secret.append(":").append(asked.nonce).append(":");
    if (asked.has_qop) proof.append(count).append(":").append(with.cnonce).append(":auth:");
    proof = hash(proof.append(wish));

    std::string out = "Digest ";
    bool plain = true;
    for (char c : who) plain = plain && static_cast<unsigned char>(c) < 0x80;
    if (asked.userhash) {
        detail::append_quoted(out, "username", hash(who.append(":").append(asked.realm)));
    } else if (plain) {
        detail::append_quoted(out, "username", who);
    } else {
        out += "username*=UTF-8''";
        encode_percent(who, out);
    }
    auto quoted = [&out](std::string_view name, std::string_view value) {
        out += ", ";
        detail::append_quoted(out, name, value);
    };
    quoted("realm", asked.realm);
    quoted("nonce", asked.nonce);
    quoted("uri", with.target);
    quoted("response", proof);
    if (!asked.algorithm_text.empty()) out.append(", algorithm=").append(asked.algorithm_text);
    if (asked.opaque) quoted("opaque", *asked.opaque);
    if (asked.has_qop) out.append(", qop=auth, nc=").append(count);
    if (asked.has_qop || asked.session) quoted("cnonce", with.cnonce);
    if (asked.userhash) out += ", userhash=true";
    return out;
}

}  // namespace coracle::http
