// printable: text of strangers as a log may hold it: on one line, valid UTF-8, and nothing that steers a terminal.
// Unicode 15 23.2 (controls) and 9.4 (directions); RFC 8259 7 (JSON); the escapes \xHH are nginx's.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coracle {

namespace detail {
inline void append_byte_number(std::string& to, char c) {
    auto byte = static_cast<unsigned char>(c);
    const char escape[] = {'\\', 'x', ascii::hex_digit(byte >> 4U), ascii::hex_digit(byte)};
    to.append(escape, sizeof escape);
}

/// Whether the character that `text` begins with, of `length` bytes, shows as itself: no control (C0, DEL, C1), no line
/// or paragraph separator, nothing that turns the direction of what stands around it.
inline bool shows_as_itself(std::string_view text, std::size_t length) noexcept {
    auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (length == 1) return at(0) >= 0x20 && at(0) != 0x7F;
    if (length == 2) return !(at(0) == 0xC2 && at(1) < 0xA0) && !(at(0) == 0xD8 && at(1) == 0x9C);
    if (length != 3 || at(0) != 0xE2) return length != 0;
    if (at(1) == 0x80) return !(at(2) == 0x8E || at(2) == 0x8F || (at(2) >= 0xA8 && at(2) <= 0xAE));
    return !(at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9);
}
}  // namespace detail

/// What a peer says, between quotes: visible ASCII and spaces as they are, every other byte, quotes and backslashes
/// as \xHH.
inline void append_ascii(std::string& to, std::string_view text) {
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') [[likely]]
            continue;
        to.append(text.substr(plain, i - plain));
        detail::append_byte_number(to, c);
        plain = i + 1;
    }
    to.append(text.substr(plain));
}

/// A sentence in whatever language: UTF-8 stays, all that does not show as itself becomes \xHH.
inline void append_printable(std::string& to, std::string_view text) {
    while (!text.empty()) {
        std::size_t length = utf8::sequence_length(text);
        if (detail::shows_as_itself(text, length))
            to.append(text.substr(0, length));
        else
            for (std::size_t i = 0; i < (length == 0 ? 1 : length); ++i) detail::append_byte_number(to, text[i]);
        text.remove_prefix(length == 0 ? 1 : length);
    }
}

/// The same as a JSON string, quotes included. A byte that is no UTF-8 becomes U+FFFD.
inline void append_json_text(std::string& to, std::string_view text) {
    auto escape = [&](unsigned code) {
        const char out[] = {'\\',
                            'u',
                            ascii::hex_digit(code >> 12),
                            ascii::hex_digit(code >> 8),
                            ascii::hex_digit(code >> 4),
                            ascii::hex_digit(code)};
        to.append(out, sizeof out);
    };
    to += '"';
    while (!text.empty()) {
        std::size_t length = utf8::sequence_length(text);
        auto at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
        if (length == 0)
            escape(0xFFFD);
        else if (text[0] == '"' || text[0] == '\\')
            to.append(1, '\\').append(1, text[0]);
        else if (detail::shows_as_itself(text, length))
            to.append(text.substr(0, length));
        else if (length == 1)
            escape(at(0));
        else if (length == 2)
            escape((at(0) & 0x1F) << 6 | (at(1) & 0x3F));
        else
            escape((at(0) & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F));
        text.remove_prefix(length == 0 ? 1 : length);
    }
    to += '"';
}

}  // namespace coracle
