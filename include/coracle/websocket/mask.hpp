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

/// What every processor has a register for; GCC and Clang split it where one has none.
typedef std::uint64_t mask_lane __attribute__((vector_size(16)));

inline void turn(const char* from, char* to, std::size_t size, std::uint64_t key) noexcept {
    const mask_lane lane{key, key};
    std::size_t at = 0;
    for (; size - at >= 4 * sizeof lane; at += 4 * sizeof lane) {
        mask_lane a, b, c, d;
        std::memcpy(&a, from + at, sizeof a);
        std::memcpy(&b, from + at + sizeof a, sizeof a);
        std::memcpy(&c, from + at + 2 * sizeof a, sizeof a);
        std::memcpy(&d, from + at + 3 * sizeof a, sizeof a);
        a ^= lane;
        b ^= lane;
        c ^= lane;
        d ^= lane;
        std::memcpy(to + at, &a, sizeof a);
        std::memcpy(to + at + sizeof a, &b, sizeof a);
        std::memcpy(to + at + 2 * sizeof a, &c, sizeof a);
        std::memcpy(to + at + 3 * sizeof a, &d, sizeof a);
    }
    for (; size - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
        std::uint64_t word;
        std::memcpy(&word, from + at, sizeof word);
        word ^= key;
        std::memcpy(to + at, &word, sizeof word);
    }
    std::array<unsigned char, sizeof key> bytes;
    std::memcpy(bytes.data(), &key, sizeof key);
    for (std::size_t i = 0; at < size; ++at, ++i)
        to[at] = static_cast<char>(static_cast<unsigned char>(from[at]) ^ bytes[i]);
}

}  // namespace detail

/// Writes `size` bytes masked, or unmasked, which is the same. in: `at` is where in its frame the first of them stands;
/// `from` and `to` are the same or do not overlap.
inline void mask(const char* from, char* to, std::size_t size, mask_key key, std::uint64_t at = 0) noexcept {
    const std::array<unsigned char, 8> twice{key[0], key[1], key[2], key[3], key[0], key[1], key[2], key[3]};
    std::uint32_t turned;
    std::memcpy(&turned, twice.data() + (at & 3), sizeof turned);
    detail::turn(from, to, size, std::uint64_t{turned} << 32U | turned);
}

}  // namespace coracle::ws
