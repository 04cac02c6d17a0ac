// utf8_progress: whether a text that comes in pieces is UTF-8, told with the first byte that cannot be.
// RFC 3629, Unicode table 3-7.
#pragma once

#include <coracle/base/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coracle {

/// `take()` each piece; when the last one is taken, `complete()` says whether the text ends between two characters.
class utf8_progress {
public:
    /// False as soon as no continuation could make the text valid; it stays false then.
    bool take(std::string_view piece) noexcept {
        if (left_ == failed) return false;
        std::size_t at = 0;
        for (;;) {
            while (left_ != 0) {
                if (at == piece.size()) return true;
                if (!step(static_cast<unsigned char>(piece[at++]))) return false;
            }
            at += utf8::first_invalid(piece.substr(at));
            if (at == piece.size()) return true;
            // Here a character begins that is cut off by the end of the piece, or is none.
            if (!begin(static_cast<unsigned char>(piece[at++]))) return false;
        }
    }
    bool complete() const noexcept { return left_ == 0; }

private:
    static constexpr std::uint8_t failed = 255;

    bool begin(unsigned char lead) noexcept {
        low_ = 0x80;
        high_ = 0xBF;
        if (lead < 0xC2 || lead > 0xF4) return fail();
        left_ = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        if (lead == 0xE0) low_ = 0xA0;   // overlong
        if (lead == 0xED) high_ = 0x9F;  // surrogate
        if (lead == 0xF0) low_ = 0x90;   // overlong
        if (lead == 0xF4) high_ = 0x8F;  // above U+10FFFF
        return true;
    }
    bool step(unsigned char byte) noexcept {
        if (byte < low_ || byte > high_) return fail();
        low_ = 0x80;
        high_ = 0xBF;
        --left_;
        return true;
    }
    bool fail() noexcept {
        left_ = failed;
        return false;
    }

    std::uint8_t left_ = 0;  ///< bytes of the character that are still to come
    std::uint8_t low_ = 0x80;
    std::uint8_t high_ = 0xBF;
};

}  // namespace coracle
