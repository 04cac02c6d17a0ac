// websocket_status: how far a WebSocket is, what was agreed on, and how it ended.
// RFC 6455 7.1.5, 7.1.6.
#pragma once

#include <coracle/base/byte_buffer.hpp>
#include <coracle/duplex/websocket_error.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace coracle {

enum class websocket_state : unsigned char {
    connecting,  ///< on a server: the handshake has not been answered yet
    open,
    closing,  ///< a close frame was sent, and the peer's is awaited
    closed,
};

namespace duplex {

/// What can be asked of every WebSocket. What an idle one does not need it makes when somebody needs it.
class websocket_status {
public:
    /// What was agreed on; empty for nothing.
    const std::string& subprotocol() const noexcept { return rare_ ? rare_->subprotocol : nothing(); }

    websocket_state state() const noexcept { return state_; }
    /// Something can be sent. When the peer has gone there may still be messages of it that were not received.
    bool is_open() const noexcept { return state_ == websocket_state::open && !peer_left_; }
    /// Why it ended: the code of whoever closed first; 1005 when the peer gave none, 1006 when it was cut. 0 before.
    int close_code() const noexcept { return code_; }
    const std::string& close_reason() const noexcept { return rare_ ? rare_->reason : nothing(); }
    /// Messages that slow_peer has dropped.
    std::uint64_t dropped() const noexcept { return rare_ ? rare_->dropped : 0; }

protected:
    websocket_status() noexcept = default;
    ~websocket_status() = default;

    void check_open() const {
        if (is_open()) return;
        throw websocket_closed(end_code(), close_reason());
    }
    /// Where nothing is known of the end yet, the peer has gone.
    int end_code() const noexcept { return code_ == 0 ? 1006 : code_; }
    /// The first word counts. error: std::bad_alloc.
    void set_end(int code, std::string_view reason) {
        if (code_ != 0) return;
        code_ = code;
        if (!reason.empty()) more().reason = reason;
    }

    struct rare {
        byte_buffer unread;  // what has come and may not be looked at yet
        std::string reason;
        std::string subprotocol;
        std::uint64_t dropped = 0;
        std::uint64_t acknowledged = 0;  // as last seen, while what the peer sends is not read
    };
    rare& more() {
        if (!rare_) rare_ = std::make_unique<rare>();
        return *rare_;
    }
    bool any_unread() const noexcept { return rare_ && !rare_->unread.empty(); }
    /// For those that will be idle.
    void forget_rare() noexcept {
        if (rare_->unread.empty() && rare_->reason.empty() && rare_->subprotocol.empty() && rare_->dropped == 0 &&
            rare_->acknowledged == 0)
            rare_.reset();
    }

    std::unique_ptr<rare> rare_;
    int code_ = 0;
    websocket_state state_ = websocket_state::connecting;
    bool peer_left_ = false;  // and not all that it has sent was received

private:
    static const std::string& nothing() noexcept {
        static const std::string empty;
        return empty;
    }
};

}  // namespace duplex

}  // namespace coracle
