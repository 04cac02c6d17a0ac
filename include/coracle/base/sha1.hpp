// sha1: the hash of RFC 6455's handshake. For nothing else: two texts of one hash can be made.
// FIPS 180-4 section 6.1.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coracle {

/// `sha1 hash; hash.update(...); hash.finish()`. No signature, no password, no check of what others wrote: use sha256.
class sha1 {
public:
    static constexpr std::size_t block_size = 64;
    static constexpr std::size_t digest_size = 20;
    struct digest {
        std::array<char, digest_size> bytes{};
        constexpr std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
        bool operator==(const digest&) const = default;
    };

    static constexpr digest of(std::string_view text) noexcept {
        sha1 hash;
        hash.update(text);
        return hash.finish();
    }

    constexpr void update(std::string_view text) noexcept {
        for (char c : text) {
            block_[size_++ % block_size] = c;
            if (size_ % block_size == 0) mix();
        }
    }
    /// The hash of all that came. Afterwards the object is as new.
    constexpr digest finish() noexcept {
        const std::uint64_t bits = size_ * 8;
        update("\x80");
        while (size_ % block_size != block_size - sizeof bits) update(std::string_view("\0", 1));
        for (unsigned shift = 64; shift != 0; shift -= 8) {
            const char byte = static_cast<char>(bits >> (shift - 8) & 0xFF);
            update({&byte, 1});
        }
        digest out;
        for (std::size_t i = 0; i < digest_size; ++i)
            out.bytes[i] = static_cast<char>(state_[i / 4] >> (24 - 8 * (i % 4)) & 0xFF);
        *this = sha1();
        return out;
    }

private:
    constexpr void mix() noexcept {
        std::array<std::uint32_t, 80> w{};
        for (std::size_t i = 0; i < 16; ++i)
            for (std::size_t k = 0; k < 4; ++k) w[i] = w[i] << 8 | static_cast<unsigned char>(block_[4 * i + k]);
        for (std::size_t i = 16; i < 80; ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        auto [a, b, c, d, e] = state_;
        for (std::size_t i = 0; i < 80; ++i) {
            std::uint32_t add = i < 20   ? (d ^ (b & (c ^ d))) + 0x5a827999
                                : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                                : i < 60 ? ((b & c) | (d & (b | c))) + 0x8f1bbcdc
                                         : (b ^ c ^ d) + 0xca62c1d6;
            std::uint32_t next = std::rotl(a, 5) + add + e + w[i];
            e = d;
            d = c;
            c = std::rotl(b, 30);
            b = a;
            a = next;
        }
        const std::array<std::uint32_t, 5> more{a, b, c, d, e};
        for (std::size_t i = 0; i < 5; ++i) state_[i] += more[i];
    }

    std::array<std::uint32_t, 5> state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    std::array<char, block_size> block_{};
    std::uint64_t size_ = 0;
};

}  // namespace coracle
