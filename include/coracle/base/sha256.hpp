// sha256: the hash, over a whole text or piece by piece, also at compile time.
// FIPS 180-4 section 6.2.
#pragma once

#include <coracle/base/block_hash.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace coracle {

namespace detail {

// Where the fractional parts of the cube roots of the first 64 primes begin: FIPS 180-4, 4.2.2.
inline constexpr std::array<std::uint32_t, 64> sha256_rounds{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

struct sha256_function {
    static constexpr std::array<std::uint32_t, 8> begin{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    static constexpr std::endian order = std::endian::big;

    static constexpr void mix(std::array<std::uint32_t, 8>& state, const char* block) noexcept {
        // The schedule is 16 words that turn with the rounds; written out, the eight variables never move.
        std::array<std::uint32_t, 16> w{};
        for (std::size_t i = 0; i < 16; ++i) w[i] = block_hash<sha256_function>::word(block + 4 * i);
        auto [a, b, c, d, e, f, g, h] = state;
        for (std::size_t at = 0; at < 64; at += 16) {
            if (at != 0)
                for (std::size_t i = 0; i < 16; ++i) {
                    std::uint32_t before = w[(i + 1) % 16];
                    std::uint32_t behind = w[(i + 14) % 16];
                    w[i] += w[(i + 9) % 16] + (std::rotr(before, 7) ^ std::rotr(before, 18) ^ before >> 3) +
                            (std::rotr(behind, 17) ^ std::rotr(behind, 19) ^ behind >> 10);
                }
            for (std::size_t i = 0; i < 16; i += 8) {
                round(a, b, c, d, e, f, g, h, w[i] + sha256_rounds[at + i]);
                round(h, a, b, c, d, e, f, g, w[i + 1] + sha256_rounds[at + i + 1]);
                round(g, h, a, b, c, d, e, f, w[i + 2] + sha256_rounds[at + i + 2]);
                round(f, g, h, a, b, c, d, e, w[i + 3] + sha256_rounds[at + i + 3]);
                round(e, f, g, h, a, b, c, d, w[i + 4] + sha256_rounds[at + i + 4]);
                round(d, e, f, g, h, a, b, c, w[i + 5] + sha256_rounds[at + i + 5]);
                round(c, d, e, f, g, h, a, b, w[i + 6] + sha256_rounds[at + i + 6]);
                round(b, c, d, e, f, g, h, a, w[i + 7] + sha256_rounds[at + i + 7]);
            }
        }
        const std::array<std::uint32_t, 8> more{a, b, c, d, e, f, g, h};
        for (std::size_t i = 0; i < 8; ++i) state[i] += more[i];
    }
    static constexpr void round(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t& d, std::uint32_t e,
                                std::uint32_t f, std::uint32_t g, std::uint32_t& h, std::uint32_t add) noexcept {
        std::uint32_t first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + (g ^ (e & (f ^ g))) + add;
        std::uint32_t second = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) | (c & (a | b)));
        d += first;
        h = first + second;
    }
};

}  // namespace detail

/// `sha256::of("abc").view()`: 32 bytes.
using sha256 = block_hash<detail::sha256_function>;

}  // namespace coracle
