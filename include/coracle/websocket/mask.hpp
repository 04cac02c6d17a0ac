// mask: what a client turns every byte that it sends with, so that no proxy takes it for a request.
// RFC 6455 5.3, 10.3.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace coracle::ws {

/// The four bytes of a frame, in the order of the wire.
using mask_key = std::array<unsigned char, 4>;

namespace detail {

/// Eight words a step, so that every compiler finds its vectors.
inline void turn(const char* from, char* to, std::size_t size, const std::array<unsigned char, 8>& key) noexcept {
    std::uint64_t word;
    std::memcpy(&word, key.data(), sizeof word);
    constexpr std::size_t step = 8 * sizeof word;
    std::size_t at = 0;
    for (; size - at >= step; at += step) {
        std::array<std::uint64_t, 8> words;
        std::memcpy(words.data(), from + at, step);
        for (std::uint64_t& each : words) each ^= word;
        std::memcpy(to + at, words.data(), step);
    }
    for (; size - at >= sizeof word; at += sizeof word) {
        std::uint64_t one;
        std::memcpy(&one, from + at, sizeof one);
        one ^= word;
        std::memcpy(to + at, &one, sizeof one);
    }
    for (std::size_t i = 0; at < size; ++at, ++i)
        to[at] = static_cast<char>(static_cast<unsigned char>(from[at]) ^ key[i]);
}

}  // namespace detail

/// Writes `size` bytes masked, or unmasked, which is the same. in: `at` is where in its frame the first of them stands;
/// `from` and `to` are the same or do not overlap.
inline void mask(const char* from, char* to, std::size_t size, mask_key key, std::uint64_t at = 0) noexcept {
    std::array<unsigned char, 8> turned{};
    for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = key[(at + i) & 3];
    detail::turn(from, to, size, turned);
}

}  // namespace coracle::ws
