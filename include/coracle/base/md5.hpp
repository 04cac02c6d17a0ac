// md5: the hash that HTTP Digest and old checksums are made of. Broken: for nothing that somebody may want to forge.
// RFC 1321 section 3.
#pragma once

#include <coracle/base/block_hash.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace coracle {

namespace detail {

// The first 32 bits behind the point of |sin(1)|, |sin(2)|, ...: RFC 1321 3.4.
inline constexpr std::array<std::uint32_t, 64> md5_rounds{
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

struct md5_function {
    static constexpr std::array<std::uint32_t, 4> begin{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    static constexpr std::endian order = std::endian::little;

    static constexpr void mix(std::array<std::uint32_t, 4>& state, const char* block) noexcept {
        std::array<std::uint32_t, 16> words{};
        for (std::size_t i = 0; i < 16; ++i) words[i] = block_hash<md5_function>::word(block + 4 * i);
        constexpr int turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
        auto [a, b, c, d] = state;
        for (std::size_t i = 0; i < 64; ++i) {
            std::uint32_t mixed = 0;
            std::size_t word = 0;
            if (i < 16) {
                mixed = (b & c) | (~b & d);
                word = i;
            } else if (i < 32) {
                mixed = (d & b) | (~d & c);
                word = (5 * i + 1) % 16;
            } else if (i < 48) {
                mixed = b ^ c ^ d;
                word = (3 * i + 5) % 16;
            } else {
                mixed = c ^ (b | ~d);
                word = 7 * i % 16;
            }
            std::uint32_t sum = a + mixed + md5_rounds[i] + words[word];
            a = d;
            d = c;
            c = b;
            b += std::rotl(sum, turns[i / 16][i % 4]);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
};

}  // namespace detail

/// `md5::of("abc").view()`: 16 bytes.
using md5 = block_hash<detail::md5_function>;

}  // namespace coracle
