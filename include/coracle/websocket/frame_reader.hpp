// frame_reader: frames as they arrive, in whatever pieces: their heads put together, what they carry unmasked in place.
// RFC 6455 5.2, 5.3.
#pragma once

#include <coracle/websocket/frame_head.hpp>
#include <coracle/websocket/mask.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

namespace coracle::ws {

/// Knows where one frame ends and the next begins. What may follow what says session. It owns no memory.
class frame_reader {
public:
    /// Something of the frame that was begun is still to come.
    bool in_frame() const noexcept { return in_frame_; }
    /// No frame is under way, and nothing of a head has come.
    bool is_between() const noexcept { return !in_frame_ && head_size_ == 0; }

    /// Collects a head from what arrived, which becomes shorter by it. out: whether all of it is there, for head().
    bool read_head(std::span<char>& arrived) noexcept {
        std::size_t wanted = 2;
        for (;;) {
            if (head_size_ >= 2) wanted = frame_head_size(static_cast<unsigned char>(head_[1]));
            if (head_size_ == wanted) return true;
            std::size_t size = wanted - head_size_;
            if (size > arrived.size()) size = arrived.size();
            if (size == 0) return false;
            std::memcpy(head_.data() + head_size_, arrived.data(), size);
            head_size_ = static_cast<std::uint8_t>(head_size_ + size);
            arrived = arrived.subspan(size);
        }
    }
    /// What was collected, once.
    frame_head head() noexcept { return read_frame_head({head_.data(), std::exchange(head_size_, std::uint8_t{0})}); }

    /// From here on comes what this frame carries.
    void begin(const frame_head& of) noexcept {
        in_frame_ = true;
        left_ = of.length;
        key_ = of.key;
        turned_ = 0;
        masked_ = of.masked;
    }
    /// The part of it that has arrived, unmasked.
    std::span<char> take(std::span<char>& arrived) noexcept {
        std::span<char> piece = pass(arrived);
        if (masked_) mask(piece.data(), piece.data(), piece.size(), key_, turned_);
        turned_ = static_cast<std::uint8_t>((turned_ + piece.size()) & 3U);
        return piece;
    }
    /// The same for what nobody looks at.
    std::span<char> pass(std::span<char>& arrived) noexcept {
        std::span<char> piece =
            arrived.first(left_ < arrived.size() ? static_cast<std::size_t>(left_) : arrived.size());
        arrived = arrived.subspan(piece.size());
        left_ -= piece.size();
        in_frame_ = left_ != 0;
        return piece;
    }

    /// What most messages are: one frame with nothing remarkable.
    struct whole {
        std::size_t head = 0;  ///< its bytes; 0: it is another one, or not all of it is here
        std::size_t size = 0;  ///< of what it carries
    };
    /// What `arrived` begins with, between two frames.
    static whole whole_message(std::span<const char> arrived, bool masked) noexcept {
        auto at = [&](std::size_t i) { return static_cast<unsigned char>(arrived[i]); };
        if (arrived.size() < 2 || (at(0) != 0x81 && at(0) != 0x82) || (at(1) >= 0x80) != masked) return {};
        whole found{masked ? std::size_t{6} : std::size_t{2}, at(1) & 0x7FU};
        if (found.size > 125) {
            found.head += 2;
            if (found.size == 127 || arrived.size() < found.head) return {};
            found.size = static_cast<std::size_t>(at(2)) << 8U | at(3);
            if (found.size < 126) return {};
        }
        return arrived.size() < found.head || arrived.size() - found.head < found.size ? whole{} : found;
    }
    /// What it carries, unmasked; `arrived` becomes shorter by the frame.
    static std::span<char> take_whole(std::span<char>& arrived, whole found, bool masked) noexcept {
        std::span<char> data = arrived.subspan(found.head, found.size);
        if (masked) {
            mask_key key;
            std::memcpy(key.data(), data.data() - key.size(), key.size());
            mask(data.data(), data.data(), data.size(), key);
        }
        arrived = arrived.subspan(found.head + found.size);
        return data;
    }

private:
    std::uint64_t left_ = 0;  // bytes of the frame that are still to come
    std::array<char, frame_head::most_bytes> head_{};
    std::uint8_t head_size_ = 0;  // bytes of a head that has not arrived completely
    std::uint8_t turned_ = 0;     // how far the key is turned
    mask_key key_{};
    bool in_frame_ = false;
    bool masked_ = false;
};

}  // namespace coracle::ws
