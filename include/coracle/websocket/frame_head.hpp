// frame_head: the two to fourteen bytes before what a frame carries.
// RFC 6455 5.2.
#pragma once

#include <coracle/websocket/mask.hpp>
#include <coracle/websocket/opcode.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coracle::ws {

struct frame_head {
    static constexpr std::size_t most_bytes = 14;
    static constexpr std::uint8_t compressed = 4;      ///< RSV1 in `reserved`, RFC 7692's
    static constexpr std::uint64_t no_length = ~0ULL;  ///< the length is written longer than it need be, or is none

    opcode what = opcode::binary;
    bool last = true;           ///< FIN: the message ends with this frame
    std::uint8_t reserved = 0;  ///< RSV1 to RSV3, as the number of three bits
    bool masked = false;
    mask_key key{};
    std::uint64_t length = 0;
};

/// How long the head is whose first two bytes these are.
constexpr std::size_t frame_head_size(unsigned char second) noexcept {
    unsigned length = second & 0x7FU;
    return 2U + (length == 126 ? 2U : length == 127 ? 8U : 0U) + ((second & 0x80U) != 0 ? 4U : 0U);
}

/// in: a whole head, frame_head_size() bytes. A length that is not in its shortest form, or has the 64th bit, is read
/// as no_length.
constexpr frame_head read_frame_head(std::string_view bytes) noexcept {
    auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    frame_head head;
    head.last = (at(0) & 0x80U) != 0;
    head.reserved = static_cast<std::uint8_t>(at(0) >> 4U & 7U);
    head.what = static_cast<opcode>(at(0) & 15U);
    head.masked = (at(1) & 0x80U) != 0;
    head.length = at(1) & 0x7FU;
    std::size_t next = 2;
    if (head.length > 125) {
        const std::size_t size = head.length == 126 ? 2 : 8;
        head.length = 0;
        for (; next < 2 + size; ++next) head.length = head.length << 8U | at(next);
        if (head.length <= (size == 2 ? 125U : 0xFFFFU) || head.length >> 63U != 0) head.length = frame_head::no_length;
    }
    if (head.masked)
        for (unsigned char& each : head.key) each = at(next++);
    return head;
}

/// Writes it to `out`, which has room for most_bytes. out: how many it are.
constexpr std::size_t write_frame_head(char* out, const frame_head& head) noexcept {
    std::size_t size = 0;
    auto put = [&](std::uint64_t byte) { out[size++] = static_cast<char>(static_cast<unsigned char>(byte & 0xFFU)); };
    put((head.last ? 0x80U : 0U) | static_cast<unsigned>(head.reserved) << 4U | static_cast<unsigned>(head.what));
    const unsigned side = head.masked ? 0x80U : 0U;
    if (head.length < 126) {
        put(side | head.length);
    } else if (head.length <= 0xFFFF) {
        put(side | 126U);
        for (unsigned shift : {8U, 0U}) put(head.length >> shift);
    } else {
        put(side | 127U);
        for (unsigned shift = 64; shift != 0; shift -= 8) put(head.length >> (shift - 8));
    }
    if (head.masked)
        for (unsigned char each : head.key) put(each);
    return size;
}

/// A head as bytes, to be sent before what it announces without copying that.
class frame_prefix {
public:
    explicit constexpr frame_prefix(const frame_head& head) noexcept
        : size_(static_cast<std::uint8_t>(write_frame_head(bytes_.data(), head))) {}
    constexpr std::string_view view() const noexcept { return {bytes_.data(), size_}; }

private:
    std::array<char, frame_head::most_bytes> bytes_{};
    std::uint8_t size_ = 0;
};

}  // namespace coracle::ws
