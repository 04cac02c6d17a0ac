// How far a run of plain characters goes, eight bytes at a time: the inner loop of reading and writing strings.
// RFC 8259 section 7 (what must be escaped).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace coracle::detail {

/// Eight bytes as a number whose lowest byte is the first one.
inline std::uint64_t load_word(const char* at) noexcept {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big) {
        std::uint64_t turned = 0;
        for (int i = 0; i < 8; ++i) turned = turned << 8 | (word >> (8 * i) & 0xFF);
        return turned;
    }
    return word;
}

/// Printable ASCII except the quotation mark and the backslash: copied as it is, in both directions.
constexpr bool is_plain(char c) noexcept {
    auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/// High bit set in each byte that is not plain. Bytes after the first such one may be marked by mistake.
constexpr std::uint64_t special_bytes(std::uint64_t word) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101;
    std::uint64_t control = word - 0x20 * ones;
    std::uint64_t quote = (word ^ (0x22 * ones)) - ones;
    std::uint64_t backslash = (word ^ (0x5C * ones)) - ones;
    return (control | quote | backslash | word) & (0x80 * ones);
}

/// First byte in [at, end) that is not plain, or end. Reads nothing outside.
inline const char* skip_plain(const char* at, const char* end) noexcept {
    while (end - at >= 8) {
        if (std::uint64_t special = special_bytes(load_word(at))) return at + (std::countr_zero(special) >> 3);
        at += 8;
    }
    while (at != end && is_plain(*at)) ++at;
    return at;
}

}  // namespace coracle::detail
