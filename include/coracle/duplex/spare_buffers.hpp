// spare_buffers: memory for what the WebSockets of a loop send: an echo allocates nothing, and an idle one has none.
#pragma once

#include <coracle/base/byte_buffer.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace coracle::duplex {

/// Of one loop: `reactor.own<spare_buffers>()`.
class spare_buffers {
public:
    /// An empty one, with the memory of one used before if there is such.
    byte_buffer take() noexcept {
        if (kept_.empty()) return {};
        byte_buffer taken = std::move(kept_.back());
        kept_.pop_back();
        return taken;
    }
    void give_back(byte_buffer used) noexcept {
        if (used.capacity() == 0 || used.capacity() > largest || kept_.size() == most) return;
        used.clear();
        try {
            kept_.push_back(std::move(used));
        } catch (...) {
            // It goes.
        }
    }

private:
    static constexpr std::size_t most = 64;
    static constexpr std::size_t largest = 16 * 1024;
    std::vector<byte_buffer> kept_;
};

}  // namespace coracle::duplex
