// send_queue: the frames of a WebSocket that are written and not sent yet, oldest first.
// Their own heads say where each begins, so no list of them is kept.
#pragma once

#include <coracle/base/byte_buffer.hpp>
#include <coracle/websocket/frame_head.hpp>
#include <coracle/websocket/opcode.hpp>

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace coracle::duplex {

class send_queue {
public:
    /// Where frames are appended; only whole ones, or what was said to precede().
    byte_buffer& bytes() noexcept { return bytes_; }
    std::string_view view() const noexcept { return bytes_.view(); }
    bool empty() const noexcept { return bytes_.empty(); }
    std::size_t size() const noexcept { return bytes_.size(); }
    /// Whole messages in it; what has begun to be sent does not count.
    std::size_t messages() const noexcept { return messages_; }
    void one_more_message() noexcept { ++messages_; }

    /// Bytes that are no frame and go before all frames. in: an empty queue.
    void precede(std::string_view bytes) {
        bytes_.append(bytes);
        begun_ = bytes.size();
    }

    /// So many bytes at the front are on their way.
    void sent(std::size_t count) noexcept {
        if (count == bytes_.size()) {
            bytes_.clear();
            begun_ = messages_ = 0;
            return;
        }
        while (count > 0) {
            if (begun_ == 0) begun_ = begin_next();
            std::size_t step = count < begun_ ? count : begun_;
            bytes_.consume(step);
            begun_ -= step;
            count -= step;
        }
    }
    /// Takes out the oldest message of which nothing is sent. False: there is none.
    [[gnu::cold]] bool drop_oldest() noexcept {
        for (std::size_t at = begun_; at < bytes_.size();) {
            ws::frame_head head;
            std::size_t size = frame_at(at, head);
            if (is_whole_message(head)) {
                char* place = bytes_.data() + at;
                std::memmove(place, place + size, bytes_.size() - at - size);
                bytes_.truncate(bytes_.size() - size);
                --messages_;
                return true;
            }
            at += size;
        }
        return false;
    }
    /// Whether it has memory at all; else give it some. In, for the next: it is empty.
    bool has_memory() const noexcept { return bytes_.capacity() != 0; }
    void use(byte_buffer memory) noexcept { bytes_ = std::move(memory); }
    byte_buffer take_memory() noexcept { return std::exchange(bytes_, {}); }
    void clear() noexcept {
        bytes_.release();
        begun_ = messages_ = 0;
    }

private:
    static bool is_whole_message(const ws::frame_head& head) noexcept {
        return head.last && (head.what == ws::opcode::text || head.what == ws::opcode::binary);
    }
    std::size_t frame_at(std::size_t at, ws::frame_head& head) const noexcept {
        std::string_view from = bytes_.view().substr(at);
        head = ws::read_frame_head(from);
        return ws::frame_head_size(static_cast<unsigned char>(from[1])) + static_cast<std::size_t>(head.length);
    }
    std::size_t begin_next() noexcept {
        ws::frame_head head;
        std::size_t size = frame_at(0, head);
        if (is_whole_message(head)) --messages_;
        return size;
    }

    byte_buffer bytes_;
    std::size_t begun_ = 0;  // bytes at the front that belong to what is being sent
    std::size_t messages_ = 0;
};

}  // namespace coracle::duplex
