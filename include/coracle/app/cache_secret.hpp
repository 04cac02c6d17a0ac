// cache_secret: what nobody outside knows of how a cache places its keys, so that nobody chooses keys that collide.
#pragma once

#include <coracle/async/scheduler.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/base/siphash.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <mutex>

namespace coracle {

/// Drawn when it is needed first: a cache is often older than any loop. Thread-safe.
class cache_secret {
public:
    const siphash_key& get() {
        if (!known_.load(std::memory_order_acquire)) [[unlikely]]
            choose();
        return key_;
    }

private:
    [[gnu::cold]] void choose() {
        std::lock_guard lock(guard_);
        if (known_.load(std::memory_order_relaxed)) return;
        if (async::scheduler* here = async::scheduler::current_or_null()) {
            std::array<char, sizeof(siphash_key)> bytes{};
            here->random_bytes(bytes);
            std::memcpy(&key_, bytes.data(), sizeof key_);
        } else {
            // Before any loop: from what nobody outside sees, where things lie in memory and the nanosecond of this
            // call.
            std::uintptr_t here_too = reinterpret_cast<std::uintptr_t>(&here);
            random_sequence mixed(reinterpret_cast<std::uintptr_t>(this));
            key_.low =
                mixed.next() ^ static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
            key_.high = random_sequence(key_.low ^ here_too).next();
        }
        known_.store(true, std::memory_order_release);
    }

    std::mutex guard_;
    siphash_key key_;
    std::atomic<bool> known_{false};
};

}  // namespace coracle
