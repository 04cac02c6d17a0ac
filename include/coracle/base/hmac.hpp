// hmac: a signature that only who has the key can make: HMAC with SHA-256.
// RFC 2104, RFC 4231; FIPS 198-1.
#pragma once

#include <coracle/base/sha256.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace coracle {

/// One key, made ready: `hmac_sha256 key("secret"); key.sign(message)`. Compare signatures with secure_equal.
/// Also piece by piece, on a copy: `auto signing = key; signing.update(...); signing.finish()`.
class hmac_sha256 {
public:
    using digest = sha256::digest;

    /// in: a key of any length; one that is longer than 64 bytes is hashed first, as the standard says.
    explicit constexpr hmac_sha256(std::string_view key) noexcept {
        const digest hashed = sha256::of(key);
        if (key.size() > sha256::block_size) key = hashed.view();
        std::array<char, sha256::block_size> pad{};
        for (std::size_t i = 0; i < pad.size(); ++i) pad[i] = static_cast<char>((i < key.size() ? key[i] : 0) ^ 0x36);
        inner_.update({pad.data(), pad.size()});
        for (char& each : pad) each = static_cast<char>(each ^ 0x36 ^ 0x5c);
        outer_.update({pad.data(), pad.size()});
    }

    constexpr digest sign(std::string_view message) const noexcept {
        hmac_sha256 signing = *this;
        signing.update(message);
        return signing.finish();
    }
    constexpr void update(std::string_view piece) noexcept { inner_.update(piece); }
    /// The signature of all that came; the object is used up.
    constexpr digest finish() noexcept {
        outer_.update(inner_.finish().view());
        return outer_.finish();
    }

private:
    sha256 inner_;
    sha256 outer_;
};

}  // namespace coracle
