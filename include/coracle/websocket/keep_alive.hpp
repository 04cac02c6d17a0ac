// keep_alive: when a quiet WebSocket is pinged, and when it is given up. It has no clock: it is told the time.
// RFC 6455 5.5.2.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace coracle::ws {

/// Every `interval` a ping; when `patience` passes after it without a pong, or any other byte, the peer is gone.
/// A zero switches the half off: no ping is sent, or none is waited for.
class keep_alive {
public:
    using time = std::chrono::nanoseconds;  ///< since any moment, as steady_time() gives it

    /// The reason that the close frame gives then, with 1011.
    static constexpr std::string_view timeout_reason = "keepalive ping timeout";

    enum class verdict : std::uint8_t {
        wait,  ///< until next_look()
        ping,  ///< send one and tell pinged()
        gone,  ///< close with 1011 and timeout_reason, and do not wait for the peer's answer
    };

    explicit constexpr keep_alive(time now, time interval = std::chrono::seconds(20),
                                  time patience = std::chrono::seconds(20)) noexcept
        : interval_(interval), patience_(patience), heard_(now), pinged_(now) {}

    constexpr verdict look(time now) const noexcept {
        if (waiting_ && patience_ > time{}) return now >= next_look() ? verdict::gone : verdict::wait;
        if (interval_ <= time{} || now < next_look()) return verdict::wait;
        return verdict::ping;
    }
    /// When look() is worth asking again; time::max() for never.
    constexpr time next_look() const noexcept {
        if (waiting_ && patience_ > time{}) return later(heard_ > pinged_ ? heard_ : pinged_, patience_);
        return interval_ > time{} ? later(pinged_, interval_) : time::max();
    }

    constexpr void pinged(time now) noexcept {
        pinged_ = now;
        waiting_ = true;
    }
    /// Bytes arrived. While a large message is under way the pong stands behind it, and the peer is no less alive.
    constexpr void heard(time now) noexcept { heard_ = now; }
    /// A pong arrived, asked for or not.
    constexpr void answered(time now) noexcept {
        heard_ = now;
        waiting_ = false;
    }

private:
    static constexpr time later(time when, time wait) noexcept {
        return wait > time::max() - when ? time::max() : when + wait;
    }

    time interval_;
    time patience_;
    time heard_;
    time pinged_;
    bool waiting_ = false;
};

}  // namespace coracle::ws
