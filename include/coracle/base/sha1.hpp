// sha1: the hash of RFC 6455's handshake. For nothing else: two texts of one hash can be made.
// FIPS 180-4 section 6.1.
#pragma once

#include <coracle/base/block_hash.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace coracle {

namespace detail {

struct sha1_function {
    static constexpr std::array<std::uint32_t, 5> begin{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    static constexpr std::endian order = std::endian::big;

    static constexpr void mix(std::array<std::uint32_t, 5>& state, const char* block) noexcept {
        std::array<std::uint32_t, 80> w{};
        for (std::size_t i = 0; i < 16; ++i) w[i] = block_hash<sha1_function>::word(block + 4 * i);
        for (std::size_t i = 16; i < 80; ++i) w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        auto [a, b, c, d, e] = state;
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
        for (std::size_t i = 0; i < 5; ++i) state[i] += more[i];
    }
};

}  // namespace detail

/// `sha1::of(text).view()`: 20 bytes. No signature, no password, no check of what others wrote: use sha256.
using sha1 = block_hash<detail::sha1_function>;

}  // namespace coracle
