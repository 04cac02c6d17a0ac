// base64: bytes as letters and back. What is read must be exactly what is written: no white space, no spare bits.
// RFC 4648 sections 4 (standard, padded) and 5 (URL- and cookie-safe, written without padding).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::base64 {

enum class alphabet : unsigned char {
    standard,  ///< `+` and `/`, padded with `=` to a multiple of four
    url,       ///< `-` and `_`, no padding
};

namespace detail {

inline constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr unsigned char no_letter = 0xFF;

constexpr std::array<char, 64> make_letters(alphabet which) {
    std::array<char, 64> out{};
    for (std::size_t i = 0; i < 64; ++i) out[i] = letters[i];
    if (which == alphabet::url) {
        out[62] = '-';
        out[63] = '_';
    }
    return out;
}
constexpr std::array<unsigned char, 256> make_values(alphabet which) {
    std::array<unsigned char, 256> out{};
    for (unsigned char& each : out) each = no_letter;
    const std::array<char, 64> from = make_letters(which);
    for (std::size_t i = 0; i < 64; ++i) out[static_cast<unsigned char>(from[i])] = static_cast<unsigned char>(i);
    return out;
}

template <alphabet Which>
inline constexpr std::array<char, 64> letter_of = make_letters(Which);
template <alphabet Which>
inline constexpr std::array<unsigned char, 256> value_of = make_values(Which);

}  // namespace detail

/// How long the text of so many bytes is.
constexpr std::size_t encoded_size(std::size_t bytes, alphabet which = alphabet::standard) noexcept {
    return which == alphabet::standard ? (bytes + 2) / 3 * 4 : bytes / 3 * 4 + (bytes % 3 == 0 ? 0 : bytes % 3 + 1);
}

/// Writes encoded_size() letters. out: one behind the last.
template <alphabet Which = alphabet::standard>
constexpr char* encode_to(std::string_view bytes, char* out) noexcept {
    const std::array<char, 64>& letter = detail::letter_of<Which>;
    auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(bytes[i])}; };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        std::uint32_t three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        *out++ = letter[three >> 18];
        *out++ = letter[three >> 12 & 63];
        *out++ = letter[three >> 6 & 63];
        *out++ = letter[three & 63];
    }
    std::size_t left = bytes.size() - i;
    if (left == 0) return out;
    std::uint32_t rest = byte(i) << 16 | (left == 2 ? byte(i + 1) << 8 : 0);
    *out++ = letter[rest >> 18];
    *out++ = letter[rest >> 12 & 63];
    if (left == 2) *out++ = letter[rest >> 6 & 63];
    if (Which == alphabet::standard)
        for (; left < 3; ++left) *out++ = '=';
    return out;
}

template <alphabet Which = alphabet::standard>
constexpr std::string encode(std::string_view bytes) {
    std::string out(encoded_size(bytes.size(), Which), '\0');
    encode_to<Which>(bytes, out.data());
    return out;
}
/// For URLs, cookies and tokens: `-` and `_`, no padding.
constexpr std::string encode_url(std::string_view bytes) { return encode<alphabet::url>(bytes); }

/// The bytes; nothing when the text is not what encode() writes: another letter, padding that is missing (or there, in
/// the url alphabet), bits that belong to no byte.
template <alphabet Which = alphabet::standard>
constexpr std::optional<std::string> decode(std::string_view text) {
    if (Which == alphabet::standard) {
        if (text.size() % 4 != 0) return std::nullopt;
        if (text.ends_with('=')) text.remove_suffix(1);
        if (text.size() % 4 == 3 && text.ends_with('=')) text.remove_suffix(1);
    }
    if (text.size() % 4 == 1) return std::nullopt;
    const std::array<unsigned char, 256>& value = detail::value_of<Which>;
    std::string out(text.size() / 4 * 3 + (text.size() % 4 == 0 ? 0 : text.size() % 4 - 1), '\0');
    char* to = out.data();
    std::uint32_t seen = 0;
    auto six = [&](std::size_t i) {
        unsigned char bits = value[static_cast<unsigned char>(text[i])];
        seen |= bits;
        return std::uint32_t{bits};
    };
    std::size_t i = 0;
    for (; i + 4 <= text.size(); i += 4) {
        std::uint32_t four = six(i) << 18 | six(i + 1) << 12 | six(i + 2) << 6 | six(i + 3);
        *to++ = static_cast<char>(four >> 16 & 0xFF);
        *to++ = static_cast<char>(four >> 8 & 0xFF);
        *to++ = static_cast<char>(four & 0xFF);
    }
    std::uint32_t spare = 0;
    if (std::size_t left = text.size() - i; left != 0) {
        std::uint32_t rest = six(i) << 18 | six(i + 1) << 12 | (left == 3 ? six(i + 2) << 6 : 0);
        *to++ = static_cast<char>(rest >> 16 & 0xFF);
        if (left == 3) *to++ = static_cast<char>(rest >> 8 & 0xFF);
        spare = left == 3 ? rest & 0xFF : rest & 0xFFFF;
    }
    if (seen > 63 || spare != 0) return std::nullopt;
    return out;
}
constexpr std::optional<std::string> decode_url(std::string_view text) { return decode<alphabet::url>(text); }

}  // namespace coracle::base64
