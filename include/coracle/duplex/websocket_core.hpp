// websocket_core: the bytes, the times and the queue of a WebSocket, without those who wait for it.
// RFC 6455. What is on the wire says ws::session; this brings line, loop and session together.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/ring.hpp>
#include <coracle/duplex/line.hpp>
#include <coracle/duplex/opening.hpp>
#include <coracle/duplex/send_queue.hpp>
#include <coracle/duplex/spare_buffers.hpp>
#include <coracle/duplex/websocket_counts.hpp>
#include <coracle/duplex/websocket_error.hpp>
#include <coracle/duplex/websocket_message.hpp>
#include <coracle/duplex/websocket_options.hpp>
#include <coracle/duplex/websocket_status.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/time_span.hpp>
#include <coracle/websocket/keep_alive.hpp>
#include <coracle/websocket/session.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::duplex {

/// All that happens on its line. What comes of it for those who wait says the class above, coracle::websocket.
class websocket_core : public websocket_status, loop::edge_watcher, async::operation {
public:
    websocket_core(const websocket_core&) = delete;
    websocket_core& operator=(const websocket_core&) = delete;

    /// Refuses it with an answer of HTTP. error: std::logic_error when it is answered.
    void deny(int status, std::string body = {}, http::field_list headers = {}) {
        if (!opening_ || state_ != websocket_state::connecting || answered_)
            throw std::logic_error("coracle: a WebSocket is denied before it is accepted; close it now");
        answered_ = true;
        end(1006, {});
        opening_->deny(status, std::move(body), std::move(headers));
    }

    /// As close(), without waiting for it.
    void begin_close(int code = 1000, std::string_view reason = {}) { begin_close(ws::sendable_code(code), reason); }

    std::size_t unsent_bytes() const noexcept { return out_.size(); }

    // For whoever has answered the handshake, or had it answered.

    const std::shared_ptr<const websocket_options>& options() const noexcept { return how_; }
    /// Other ones. in: before open().
    [[gnu::cold]] void follow(std::shared_ptr<const websocket_options> others) noexcept {
        how_ = std::move(others);
        session_.bound(how_->limits);
        session_.deliver(how_->pieces ? ws::delivery::pieces : ws::delivery::whole);
    }
    /// From here on it goes over this. in: what has come already; what goes before all frames.
    void open(std::unique_ptr<duplex::line> over, std::string_view arrived, std::string_view before,
              std::string subprotocol, duplex::websocket_counts* counts = nullptr) {
        if (state_ != websocket_state::connecting) return;
        line_ = std::move(over);
        if (!subprotocol.empty()) more().subprotocol = std::move(subprotocol);
        counts_ = counts;
        state_ = websocket_state::open;
        out_.precede(before);
        if (!arrived.empty()) more().unread.append(arrived);
        readable_ = true;
        pulse_ = beginning_pulse();
        line_->tell(this);
        look_later();
        opened();
        take_turn();
    }
    /// There will be no WebSocket.
    void abandon() noexcept {
        if (state_ == websocket_state::connecting) end(1006, {});
    }
    /// As close(), for codes that were checked, or are ours.
    void begin_close(ws::close_code code, std::string_view reason) {
        if (state_ == websocket_state::connecting) {
            if (!opening_) return end(static_cast<int>(ws::number(code)), reason);
            deny(403);
            set_end(static_cast<int>(ws::number(code)), reason);
            return;
        }
        if (state_ != websocket_state::open) return;
        if (!peer_left_) set_end(static_cast<int>(ws::number(code)), reason);  // else it was the first, with its code
        session_.close(out(), code, reason);
        state_ = websocket_state::closing;
        deadline_.set(loop::time_span(how_->close_timeout).nanoseconds());
        ended();
        take_turn();
    }
    /// Cuts it off, if it has not ended.
    void cut() noexcept {
        if (state_ == websocket_state::closed && !line_) return;
        try {
            if (line_) static_cast<void>(send_some());  // as far as it goes
        } catch (...) {
        }
        end(1006, {});
        leave_line();
    }

protected:
    /// in: of the current loop; `answers`: who answers the handshake, null for a client. open() when there are bytes.
    websocket_core(std::shared_ptr<const websocket_options> how, duplex::opening* answers, ws::session session)
        : loop_(loop::reactor::current()),
          how_(std::move(how)),
          spares_(loop_.own<duplex::spare_buffers>()),
          opening_(answers),
          session_(std::move(session)),
          pulse_(beginning_pulse()),
          deadline_(loop_, on_deadline{*this}) {
        session_.deliver(how_->pieces ? ws::delivery::pieces : ws::delivery::whole);
    }
    ~websocket_core() = default;  // behind cut()

    // For those who wait.
    virtual void opened() = 0;
    virtual void message_arrived() noexcept = 0;
    virtual void ponged(std::string_view payload) noexcept = 0;
    virtual void room_made() noexcept = 0;
    virtual void ended() noexcept = 0;      ///< nobody waits for what will not come; also again, at the cut
    virtual void line_left() noexcept = 0;  ///< behind ended(): it is closed for good
    virtual void turn_ended() noexcept = 0;

    /// A message, or the first piece of one. False: it has to wait. error: websocket_closed.
    bool put(ws::data_kind kind, std::string_view bytes, bool whole = true) {
        check_open();
        if (session_.sends_pieces()) return false;
        if (!fits(bytes.size()) && line_) {
            [[maybe_unused]] bool found_out_later = send_some();
        }
        while (!fits(bytes.size())) {
            if (how_->slow_peer == when_slow::wait || !whole) return false;  // what is begun cannot be dropped
            if (!makes_room()) return true;
        }
        session_.send_piece(out(), kind, bytes, whole);
        if (whole) {
            out_.one_more_message();
            if (counts_) counts_->messages_sent.add();
        }
        take_turn();
        return true;
    }
    /// False: the new message is dropped.
    [[gnu::cold]] bool makes_room() {
        if (how_->slow_peer == when_slow::close) {
            begin_close(ws::sendable_code(how_->slow_peer_code), "too slow");
            throw websocket_closed(code_, close_reason());
        }
        ++more().dropped;
        return how_->slow_peer == when_slow::drop_oldest && out_.drop_oldest();
    }
    bool put_piece(ws::data_kind kind, std::string_view bytes, bool last) {
        check_open();
        if (!out_.empty() && out_.size() + bytes.size() > how_->max_unsent_bytes) return false;
        session_.send_piece(out(), kind, bytes, last);
        if (last && counts_) counts_->messages_sent.add();
        take_turn();
        return true;
    }
    bool fits(std::size_t more) const noexcept {
        return out_.empty() ||
               (out_.size() + more <= how_->max_unsent_bytes && out_.messages() < how_->max_unsent_messages);
    }
    /// Answers the handshake, if nobody has. True: it is answered, one way or the other, for good.
    bool is_answered() {
        if (state_ != websocket_state::connecting) return true;
        if (!std::exchange(answered_, true) && opening_) opening_->accept({}, {});
        return state_ != websocket_state::connecting;
    }
    std::optional<websocket_message> take() noexcept {
        std::optional<websocket_message> one;
        if (inbox_.empty()) return one;
        one.emplace(std::move(inbox_.front()));
        inbox_.pop_front();
        inbox_bytes_ -= one->size();
        if (line_ && (readable_ || any_unread()) && has_room()) take_turn();
        return one;
    }

    struct on_deadline {
        websocket_core& of;
        void operator()() const noexcept { of.on_time(); }
    };

    duplex::opening& asked() const {
        if (!opening_)
            throw std::logic_error("coracle: this WebSocket is a client's: what was asked, its handler knows");
        return *opening_;
    }
    ws::keep_alive beginning_pulse() const noexcept {
        auto length = [](std::chrono::milliseconds said) { return loop::time_span(said).nanoseconds(); };
        return ws::keep_alive(now(), length(how_->ping_interval), length(how_->ping_timeout));
    }
    ws::keep_alive::time now() const noexcept { return loop_.turn_time().time_since_epoch(); }

    // Everything that can end the WebSocket happens in a turn of its own: who calls may be in the middle of something.
    void take_turn() noexcept {
        if (!async::operation::linked()) loop_.make_ready(*this);
    }
    /// It has got something, and is ready to go on. Who answers has its turn next, and this behind it: the answers go
    /// out together, while all that they need is at hand.
    void delivered_to(async::operation& receiver) noexcept {
        delivered_ = true;
        loop_.make_ready_next(*this);
        if (receiver.linked()) loop_.make_ready_next(receiver);
    }
    void on_edge() noexcept override {
        readable_ = true;
        take_turn();
    }
    void cancel() noexcept override {}
    bool ready() noexcept override {
        bool answered = std::exchange(delivered_, false);
        try {
            if (!answered && may_read()) read();
        } catch (...) {
            lose();  // no memory for what the peer sends
        }
        if (delivered_) return false;
        if (takes() && !has_room() && line_ && line_->hung_up() && !peer_left_) peer_leaves();
        flush();
        if (answered && may_read()) take_turn();
        if (rare_ && state_ == websocket_state::open) {
            if (has_room()) rare_->acknowledged = 0;
            forget_rare();
        }
        turn_ended();
        return false;
    }

    bool has_room() const noexcept {
        return inbox_.size() < how_->max_unread_messages && inbox_bytes_ < how_->max_unread_bytes;
    }
    bool may_read() const noexcept { return line_ && (readable_ || any_unread()) && (!takes() || has_room()); }
    bool takes() const noexcept { return session_.may_send() && state_ == websocket_state::open; }

    void read() {
        if (any_unread()) {
            byte_buffer& unread = rare_->unread;
            std::span<char> left(unread.data(), unread.size());
            std::size_t before = left.size();
            decode(left);
            unread.consume(before - left.size());
            if (!unread.empty()) return;
            unread.release();
        }
        constexpr int most_rounds = 4;  // others have a turn then
        std::span<char> scratch = loop_.scratch();
        for (int round = 0; round < most_rounds && readable_ && line_ && !ending_; ++round) {
            std::optional<result<std::size_t>> got = line_->try_read(scratch);
            if (!got) {
                readable_ = false;
                return;
            }
            if (!*got || **got == 0) return peer_gone();
            pulse_.heard(now());
            std::span<char> arrived = scratch.first(**got);
            if (arrived.size() < scratch.size() && !line_->hung_up()) readable_ = false;
            decode(arrived);
            if (!arrived.empty()) {
                more().unread.append({arrived.data(), arrived.size()});
                return;
            }
            if (takes() && !has_room()) return;
        }
        if (readable_) take_turn();
    }
    void decode(std::span<char>& arrived) {
        while (!takes() || has_room()) {
            if (arrived.empty() && !session_.keeps_given()) return;
            ws::event what = session_.next(arrived);
            switch (what.what) {
                case ws::event::kind::nothing:
                    return;
                case ws::event::kind::message:
                    inbox_.emplace_back(what.type, what.data, what.first, what.last);
                    inbox_bytes_ += what.data.size();
                    if (what.last && counts_) counts_->messages_received.add();
                    message_arrived();
                    break;
                case ws::event::kind::ping:
                    break;
                case ws::event::kind::pong:
                    pulse_.answered(now());
                    ponged(what.data);
                    break;
                case ws::event::kind::close:
                    peer_closes(what);
                    return;
                case ws::event::kind::failed:
                    failed_ = true;
                    peer_closes(what);
                    return;
            }
        }
    }
    void take_answers() {
        if (session_.answers().empty()) return;
        out().append(session_.answers());
        session_.answered();
    }
    void peer_closes(const ws::event& what) {
        take_answers();
        set_end(static_cast<int>(ws::number(what.code)), what.data);
        ending_ = true;
        state_ = websocket_state::closed;
        deadline_.set(loop::time_span(how_->close_timeout).nanoseconds());
        ended();
    }
    /// It has ended its stream, and nobody receives what it has sent before, its close perhaps: who sends, and whoever
    /// waits for it, need not wait for that.
    void peer_leaves() noexcept {
        peer_left_ = true;
        ended();
    }
    void peer_gone() noexcept {
        if (!ending_) return lose();
        leave_line();
    }
    void lose() noexcept {
        end(1006, {});
        leave_line();
    }

    void flush() noexcept {
        if (!line_) return;
        try {
            if (out_.size() < most_before_answers) take_answers();
            if (!send_some()) return lose();
        } catch (...) {
            return lose();
        }
        room_made();
        if (!out_.empty()) return;
        spares_.give_back(out_.take_memory());
        if (ending_) last_is_sent();
    }
    byte_buffer& out() noexcept {
        if (!out_.has_memory()) out_.use(spares_.take());
        return out_.bytes();
    }
    /// False: the line is broken.
    bool send_some() {
        if (out_.empty()) return true;
        result<std::size_t> sent = line_->try_write(out_.view());
        if (sent) out_.sent(*sent);
        return sent.has_value();
    }
    /// Both sides have said their last. Where the peer broke the protocol it may still be sending: a close with unread
    /// bytes would be a reset, and a reset overtakes the close frame.
    void last_is_sent() noexcept {
        if (!failed_) return leave_line();
        if (std::exchange(lingers_, true)) return;
        line_->shutdown_write();
        deadline_.set(linger_time);
        ending_ = false;  // what comes is read past
        readable_ = true;
        take_turn();
    }

    void on_time() noexcept {
        if (!line_) return;
        if (state_ != websocket_state::open) return lose();
        ws::keep_alive::time at = now();
        try {
            // Its pong may stand behind what nobody has received yet: that it is not read is not its silence.
            if (!may_read() && (readable_ || any_unread()) && !line_->hung_up() && takes_bytes()) pulse_.answered(at);
            switch (pulse_.look(at)) {
                case ws::keep_alive::verdict::gone:
                    set_end(1011, ws::keep_alive::timeout_reason);
                    session_.close(out(), ws::close_code::internal_error, ws::keep_alive::timeout_reason);
                    static_cast<void>(send_some());  // as far as it goes
                    return lose();
                case ws::keep_alive::verdict::ping:
                    session_.ping(out());
                    pulse_.pinged(at);
                    take_turn();
                    break;
                case ws::keep_alive::verdict::wait:
                    break;
            }
        } catch (...) {
            return lose();
        }
        look_later();
    }
    /// Whether its system has taken any since this was asked last. True also where nobody can tell.
    bool takes_bytes() {
        std::optional<std::uint64_t> count = line_->acknowledged();
        return !count || std::exchange(more().acknowledged, *count) != *count;
    }
    void look_later() {
        ws::keep_alive::time next = pulse_.next_look();
        if (next != ws::keep_alive::time::max()) deadline_.set_at(os::time_point(next));
    }

    void end(int code, std::string_view reason) noexcept {
        try {
            set_end(code, reason);
        } catch (...) {
            code_ = code;
        }
        state_ = websocket_state::closed;
        ended();
    }
    void leave_line() noexcept {
        deadline_.clear();
        state_ = websocket_state::closed;
        if (line_) {
            line_->tell(nullptr);
            line_->close();
            line_.reset();
        }
        out_.clear();
        if (rare_) rare_->unread.release();
        line_left();
    }

    static constexpr std::chrono::milliseconds linger_time{2'000};
    // A peer that does not read is not answered for ever.
    static constexpr std::size_t most_before_answers = 16 * 1024;

    loop::reactor& loop_;
    std::shared_ptr<const websocket_options> how_;
    duplex::spare_buffers& spares_;
    duplex::opening* opening_;
    std::unique_ptr<duplex::line> line_;
    ws::session session_;
    ws::keep_alive pulse_;
    loop::deadline<on_deadline> deadline_;
    ring<websocket_message> inbox_;
    std::size_t inbox_bytes_ = 0;
    duplex::send_queue out_;
    duplex::websocket_counts* counts_ = nullptr;
    bool answered_ = false;
    bool readable_ = false;   // a read may find something
    bool delivered_ = false;  // somebody goes on with what has come
    bool ending_ = false;     // both sides have said their last, and ours has to be sent
    bool failed_ = false;     // the peer broke the protocol
    bool lingers_ = false;
};

}  // namespace coracle::duplex
