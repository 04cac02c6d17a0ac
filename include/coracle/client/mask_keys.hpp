// mask_keys: a key for each frame that a client sends, which nobody can guess.
// RFC 6455 5.3: who could choose the bytes on the wire could make a proxy see a request in them.
#pragma once

#include <coracle/os/random_bytes.hpp>
#include <coracle/websocket/mask.hpp>

#include <array>
#include <cstddef>
#include <cstring>

namespace coracle::client {

/// Of this thread. cost: a call of the system for each 64 keys.
inline ws::mask_key next_mask_key() {
    constexpr std::size_t size = 64 * sizeof(ws::mask_key);
    thread_local std::array<char, size> bytes;
    thread_local std::size_t used = size;
    if (used == size) {
        os::random_bytes(bytes);
        used = 0;
    }
    ws::mask_key key;
    std::memcpy(key.data(), bytes.data() + used, key.size());
    used += key.size();
    return key;
}

}  // namespace coracle::client
