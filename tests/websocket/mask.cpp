#include <doctest/doctest.h>

#include <coracle/websocket/mask.hpp>

#include <cstddef>
#include <string>

namespace ws = coracle::ws;

namespace {

std::string bytewise(const std::string& text, ws::mask_key key, std::size_t at) {
    std::string out = text;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<char>(static_cast<unsigned char>(out[i]) ^ key[(at + i) % 4]);
    return out;
}

}  // namespace

TEST_CASE("mask: every length, every alignment and every turn of the key give what one byte after the other gives") {
    const ws::mask_key key{0x12, 0xF4, 0x00, 0xFF};
    std::string text;
    for (std::size_t size = 0; size < 300; ++size, text += static_cast<char>(size * 31))
        for (std::size_t turn = 0; turn < 4; ++turn) {
            const std::string expected = bytewise(text, key, turn);
            std::string to(size + 16, '*');
            std::size_t shift = (size + turn * 3) % 16;
            ws::mask(text.data(), to.data() + shift, size, key, turn);
            if (to.substr(shift, size) != expected || to.substr(0, shift) != std::string(shift, '*') ||
                to.substr(shift + size) != std::string(16 - shift, '*'))
                FAIL("wrong");
            // In place, and back.
            ws::mask(to.data() + shift, to.data() + shift, size, key, turn);
            CHECK(to.substr(shift, size) == text);
        }
}

TEST_CASE("mask: a frame that is masked in pieces is masked as a whole") {
    const ws::mask_key key{1, 2, 3, 4};
    const std::string text(1000, 'x');
    std::string pieces(text.size(), '\0');
    for (std::size_t at = 0, size = 1; at < text.size(); at += size, size = size % 97 + 5) {
        if (size > text.size() - at) size = text.size() - at;
        ws::mask(text.data() + at, pieces.data() + at, size, key, at);
    }
    CHECK(pieces == bytewise(text, key, 0));
}
