// frame_writer: what one side of a WebSocket sends, frame by frame: a client's masked, a server's as they are.
// RFC 6455 5.1, 5.3, 5.4.
#pragma once

#include <coracle/base/byte_buffer.hpp>
#include <coracle/websocket/close_reason.hpp>
#include <coracle/websocket/frame_head.hpp>
#include <coracle/websocket/mask.hpp>
#include <coracle/websocket/opcode.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace coracle::ws {

/// Gives a key that nobody can guess, for each frame another one.
using mask_source = mask_key (*)();

/// Appends frames to the caller's buffer. It keeps to no order: session does.
class frame_writer {
public:
    /// in: where a client takes its keys from; nothing for a server, which must not mask.
    explicit constexpr frame_writer(mask_source keys = nullptr) noexcept : keys_(keys) {}

    bool masks() const noexcept { return keys_ != nullptr; }

    void write(byte_buffer& out, opcode what, std::string_view payload, bool last = true,
               std::uint8_t reserved = 0) const {
        frame_head head = head_of(what, payload.size(), last, reserved);
        char* to = out.prepare(frame_head::most_bytes + payload.size());
        if (keys_) {
            head.masked = true;
            head.key = keys_();
            to += write_frame_head(to, head);
            mask(payload.data(), to, payload.size(), head.key);
        } else {
            to += write_frame_head(to, head);
            if (!payload.empty()) std::memcpy(to, payload.data(), payload.size());
        }
        out.commit(static_cast<std::size_t>(to - out.data()) - out.size() + payload.size());
    }
    void close(byte_buffer& out, close_code code, std::string_view text) const {
        write(out, opcode::close, close_payload(code, text).view());
    }
    /// The head alone, for a server that sends the payload from where it lies.
    static constexpr frame_head head_of(opcode what, std::uint64_t size, bool last, std::uint8_t reserved) noexcept {
        frame_head head;
        head.what = what;
        head.last = last;
        head.reserved = reserved;
        head.length = size;
        return head;
    }

private:
    mask_source keys_;
};

}  // namespace coracle::ws
