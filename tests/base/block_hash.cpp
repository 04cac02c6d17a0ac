#include <coracle/base/block_hash.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using coracle::block_hash;

namespace {

/// Hashes to the number of its blocks, and the first and the last word of the last one.
template <std::endian Order>
struct witness {
    static constexpr std::array<std::uint32_t, 3> begin{0, 0, 0};
    static constexpr std::endian order = Order;
    static constexpr void mix(std::array<std::uint32_t, 3>& state, const char* block) noexcept {
        state[0] += 1;
        state[1] = block_hash<witness>::word(block);
        state[2] = block_hash<witness>::word(block + 60);
    }
};
using big = block_hash<witness<std::endian::big>>;
using little = block_hash<witness<std::endian::little>>;

static_assert(big::digest_size == 12);
static_assert(big::of("").view() == std::string_view("\0\0\0\1\x80\0\0\0\0\0\0\0", 12));

}  // namespace

TEST_CASE(
    "block_hash: a mark and eight bytes of length stand behind the text, in one block more where they do not fit") {
    for (std::size_t size = 0; size < 200; ++size) {
        auto blocks = static_cast<unsigned char>(big::of(std::string(size, 'a')).bytes[3]);
        CHECK(blocks == (size + 9 + 63) / 64);
    }
}

TEST_CASE("block_hash: words and length have the function's order of bytes") {
    std::string text(64 + 3, 'b');  // 536 bits, 0x218
    CHECK(big::of(text).view() == std::string_view("\0\0\0\2bbb\x80\0\0\2\x18", 12));
    // The length of 64 bits ends with its high half.
    CHECK(little::of(text).view() == std::string_view("\2\0\0\0bbb\x80\0\0\0\0", 12));
}

TEST_CASE("block_hash: a copy goes on by itself, and finish() leaves a new one behind") {
    big one;
    one.update("some of it");
    big other = one;
    other.update(", and more");
    CHECK(one.finish() == big::of("some of it"));
    CHECK(other.finish() == big::of("some of it, and more"));
    CHECK(one.finish() == big::of(""));
}
