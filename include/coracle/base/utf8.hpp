// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. RFC 3629, Unicode table 3-7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace coracle::utf8 {

/// Length in bytes (1 to 4) of the well-formed sequence that `text` starts with; 0 when there is none.
constexpr std::size_t sequence_length(std::string_view text) noexcept {
    auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto continues = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0) == 0x80; };
    if (text.empty()) return 0;
    unsigned char lead = at(0);
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    if (lead < 0xE0) return continues(1) ? 2 : 0;
    if (!continues(1)) return 0;
    unsigned char second = at(1);
    if (lead < 0xF0) {
        if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
        if (lead == 0xED && second > 0x9F) return 0;  // surrogate
        return continues(2) ? 3 : 0;
    }
    if (lead == 0xF0 && second < 0x90) return 0;  // overlong
    if (lead == 0xF4 && second > 0x8F) return 0;  // above U+10FFFF
    return continues(2) && continues(3) ? 4 : 0;
}

namespace detail {

/// The length, 2 to 4, of the well-formed sequence that these four bytes begin with; 0 when there is none. In bits that
/// are asked at once: bytes of other languages come in runs.
constexpr std::size_t long_sequence(std::uint32_t four) noexcept {
    if ((four & 0xC0C0F0) == 0x8080E0) {
        std::uint32_t top = four & 0x200F;
        return top != 0 && top != 0x200D ? 3 : 0;  // overlong, surrogate
    }
    if ((four & 0xC0E0) == 0x80C0) return (four & 0x1E) != 0 ? 2 : 0;  // overlong
    if ((four & 0xC0C0C0F8) != 0x808080F0) return 0;
    std::uint32_t top = four & 0x3007;
    if (top == 0) return 0;  // overlong
    return (top & 7) < 4 || top == 4 ? 4 : 0;
}

}  // namespace detail

/// Position of the first byte that is not part of well-formed UTF-8; text.size() when all of it is.
inline std::size_t first_invalid(std::string_view text) noexcept {
    constexpr std::uint64_t highs = 0x8080808080808080ULL;
    std::size_t i = 0;
    auto byte = [&](std::size_t at) { return std::uint32_t{static_cast<unsigned char>(text[at])}; };
    while (i < text.size()) {
        for (; text.size() - i >= 32; i += 32) {
            std::uint64_t words[4];
            std::memcpy(words, text.data() + i, sizeof words);
            if (((words[0] | words[1] | words[2] | words[3]) & highs) != 0) break;
        }
        for (; text.size() - i >= 8; i += 8) {
            std::uint64_t word;
            std::memcpy(&word, text.data() + i, sizeof word);
            if ((word & highs) != 0) break;
        }
        while (i < text.size() && byte(i) < 0x80) ++i;
        for (; text.size() - i >= 4 && byte(i) >= 0x80;) {
            std::size_t length =
                detail::long_sequence(byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24);
            if (length == 0) return i;
            i += length;
        }
        if (text.size() - i >= 4 || i == text.size()) continue;
        std::size_t length = sequence_length(text.substr(i));
        if (length == 0) return i;
        i += length;
    }
    return i;
}

inline bool is_valid(std::string_view text) noexcept { return first_invalid(text) == text.size(); }

/// `text`, in which each byte is the character of that number (ISO 8859-1), as UTF-8. out: `text` itself when it is
/// ASCII, else a view into `storage`.
inline std::string_view from_latin1(std::string_view text, std::string& storage) {
    std::size_t at = 0;
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
    if (at == text.size()) return text;
    storage.assign(text.substr(0, at));
    for (char c : text.substr(at)) {
        auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            storage.push_back(c);
        } else {
            storage.push_back(static_cast<char>(0xC0 | byte >> 6));
            storage.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
        }
    }
    return storage;
}

}  // namespace coracle::utf8
