// session: one side of a WebSocket connection behind its handshake, without the connection: bytes in, events out.
// RFC 6455 5 to 8; the seam for extensions: 9, RFC 7692 6.
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/base/utf8_progress.hpp>
#include <coracle/websocket/close_code.hpp>
#include <coracle/websocket/close_reason.hpp>
#include <coracle/websocket/event.hpp>
#include <coracle/websocket/frame_head.hpp>
#include <coracle/websocket/frame_reader.hpp>
#include <coracle/websocket/frame_writer.hpp>
#include <coracle/websocket/limits.hpp>
#include <coracle/websocket/message_transform.hpp>
#include <coracle/websocket/opcode.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace coracle::ws {

/// The law of RFC 6455, for both roles. It owns no connection, no clock and no buffer while nothing is under way.
/// In: `next(arrived)` until it gives nothing. Out: each function appends to the caller's buffer; what the session has
/// to say of its own (pongs, the answer to a close, the close after a fault) waits in answers() and goes first.
/// keeps: a reference to the limits. error: std::bad_alloc.
class session {
public:
    static session server(const limits& bounds = default_limits) noexcept { return session(nullptr, bounds); }
    /// in: where the keys come from that mask each frame.
    static session client(mask_source keys, const limits& bounds = default_limits) noexcept {
        CORACLE_ASSERT(keys);
        return session(keys, bounds);
    }

    bool is_client() const noexcept { return writer_.masks(); }
    ws::phase phase() const noexcept { return phase_; }
    bool may_send() const noexcept { return phase_ == ws::phase::open; }

    /// Between two messages; for the next ones.
    void deliver(delivery how) noexcept { delivery_ = how; }
    /// Other limits. Before the first byte.
    void bound(const limits& by) noexcept { bounds_ = &by; }
    /// The extension that the handshake agreed to. Before the first byte.
    void transform(std::unique_ptr<message_transform> by) noexcept { transform_ = std::move(by); }

    /// The first thing that happened in `arrived`, from which the bytes that it took are removed, and which it unmasks
    /// in place. An event's data is valid until the next call, or until `arrived` ends.
    event next(std::span<char>& arrived);
    /// What was given last has memory here, until the next call.
    bool keeps_given() const noexcept { return given_message_ || given_control_; }
    /// The connection ended, or broke. out: close_code::lost, unless it was closed as it should be.
    event ended() noexcept;

    /// What is to be sent without being asked. Empty most of the time.
    std::string_view answers() const noexcept { return answers_.view(); }
    /// They are on their way, or copied.
    void answered() noexcept { answers_.release(); }

    /// A whole message. in: may_send(), and no message begun; UTF-8, when it is text.
    void send(byte_buffer& out, data_kind kind, std::string_view message) { send_piece(out, kind, message, true); }
    /// One frame of a message that is sent as it comes to be. All frames of it have the kind of the first.
    void send_piece(byte_buffer& out, data_kind kind, std::string_view piece, bool last);
    /// The head of what send_piece() would write; the caller sends the piece behind it, from where it lies. Only where
    /// sends_unchanged().
    frame_prefix announce(data_kind kind, std::uint64_t size, bool last = true) noexcept;
    /// Whether messages leave as they are: those of a server without a transform.
    bool sends_unchanged() const noexcept { return !is_client() && !transform_; }
    /// A message was begun and is not ended.
    bool sends_pieces() const noexcept { return sending_; }

    /// in: 125 bytes at most, what is more is left out.
    void ping(byte_buffer& out, std::string_view data = {}) { control(out, opcode::ping, data); }
    /// One that nobody asked for.
    void pong(byte_buffer& out, std::string_view data = {}) { control(out, opcode::pong, data); }
    /// Begins to close. Nothing when it has begun. in: a code that may_be_sent(), or none; a reason, cut to fit.
    void close(byte_buffer& out, close_code code = close_code::normal, std::string_view reason = {});

private:
    static constexpr std::size_t most_control_bytes = 125;

    session(mask_source keys, const limits& bounds) noexcept : bounds_(&bounds), writer_(keys) {}

    event read_whole(std::span<char>& arrived, frame_reader::whole found);
    std::string_view fault_of(const frame_head& head, close_code& code) const noexcept;
    void begin_frame(const frame_head& head) noexcept;
    event read_control(std::span<char>& arrived);
    event read_data(std::span<char>& arrived);
    event give(std::string_view piece, bool ends);
    event told(std::string_view piece, bool ends) noexcept;
    bool is_text(std::string_view piece, bool ends) noexcept;
    event unpack(std::string_view piece, bool ends);
    event close_arrived(std::string_view payload);
    event fail(close_code code, std::string_view why);
    void answer_ping(std::string_view payload);
    void control(byte_buffer& out, opcode what, std::string_view data);
    void forget_given() noexcept;
    opcode next_opcode(data_kind kind, bool last) noexcept;

    byte_buffer message_;  ///< what arrived of a message that is not complete; behind it, of a control frame
    byte_buffer answers_;
    std::unique_ptr<message_transform> transform_;
    const limits* bounds_;
    frame_writer writer_;
    frame_reader incoming_;

    std::uint64_t message_bytes_ = 0;   ///< of the message so far, as announced
    std::uint64_t unpacked_bytes_ = 0;  ///< of the message, behind the transform
    std::uint32_t message_frames_ = 0;
    std::uint32_t newest_pong_ = 0;  ///< where it begins in answers_

    std::uint8_t control_bytes_ = 0;  ///< at the end of message_
    opcode frame_ = opcode::binary;
    data_kind type_ = data_kind::binary;
    utf8_progress text_;

    ws::phase phase_ = ws::phase::open;
    delivery delivery_ = delivery::whole;
    bool last_frame_ = false;
    bool in_message_ = false;
    bool packed_ = false;         ///< the message that arrives is marked
    bool begun_ = false;          ///< a piece of it was given
    bool given_message_ = false;  ///< what was given last lies in message_
    bool given_control_ = false;  ///< the same, at its end
    bool sending_ = false;        ///< a message is being sent in pieces
    bool sending_packed_ = false;
};

inline event session::next(std::span<char>& arrived) {
    forget_given();
    if (!in_message_ && phase_ == ws::phase::open && incoming_.is_between()) {
        auto found = frame_reader::whole_message(arrived, !is_client());
        if (found.head != 0 && found.size <= bounds_->message_bytes) return read_whole(arrived, found);
    }
    while (phase_ != ws::phase::closed) {
        if (!incoming_.in_frame()) {
            if (!incoming_.read_head(arrived)) return {};
            const frame_head head = incoming_.head();
            close_code code = close_code::protocol_error;
            if (std::string_view why = fault_of(head, code); !why.empty()) {
                arrived = {};
                return fail(code, why);
            }
            begin_frame(head);
        }
        event found = is_control(frame_) ? read_control(arrived) : read_data(arrived);
        if (phase_ == ws::phase::closed) arrived = {};
        if (found) return found;
        if (incoming_.in_frame()) return {};
    }
    arrived = {};
    return {};
}

/// A message in one frame that is all there goes past what is kept of others.
inline event session::read_whole(std::span<char>& arrived, frame_reader::whole found) {
    event out;
    out.what = event::kind::message;
    out.type = type_ = static_cast<data_kind>(arrived[0] & 15);
    std::span<char> data = frame_reader::take_whole(arrived, found, !is_client());
    out.data = {data.data(), data.size()};
    if (type_ == data_kind::binary || utf8::is_valid(out.data)) return out;
    arrived = {};
    return fail(close_code::invalid_data, "a text is not UTF-8");
}

inline event session::ended() noexcept {
    forget_given();
    bool expected = std::exchange(phase_, ws::phase::closed) == ws::phase::closed;
    event out;
    if (expected) return out;
    out.what = event::kind::close;
    out.code = close_code::lost;
    return out;
}

/// What is wrong with it, for the close frame; empty when nothing is. D16.
inline std::string_view session::fault_of(const frame_head& head, close_code& code) const noexcept {
    const bool data = !is_control(head.what);
    const bool marked = head.reserved == frame_head::compressed;
    if (head.reserved != 0 && !(marked && transform_ && data && head.what != opcode::continuation))
        return "a reserved bit is set that no extension gives a meaning";
    if (!is_known(head.what)) return "the opcode is reserved";
    if (head.masked == is_client()) return is_client() ? "a server must not mask" : "a client must mask";
    if (head.length == frame_head::no_length) return "a length is not written in its shortest form";
    if (!data) {
        if (!head.last) return "a control frame is fragmented";
        if (head.length > most_control_bytes) return "a control frame has more than 125 bytes";
        return {};
    }
    if (head.what == opcode::continuation && !in_message_) return "a continuation without a message to continue";
    if (head.what != opcode::continuation && in_message_) return "a new message begins within another";
    if (phase_ != ws::phase::open) return {};
    if (head.length > bounds_->message_bytes - (in_message_ ? message_bytes_ : 0)) {
        code = close_code::too_big;
        return "the message is too big";
    }
    if (in_message_ && message_frames_ >= bounds_->message_frames) {
        code = close_code::policy_violation;
        return "the message has too many fragments";
    }
    return {};
}

inline void session::begin_frame(const frame_head& head) noexcept {
    incoming_.begin(head);
    frame_ = head.what;
    if (is_control(frame_)) return;
    last_frame_ = head.last;
    if (!in_message_) {
        in_message_ = true;
        type_ = static_cast<data_kind>(frame_);
        packed_ = head.reserved != 0;
        begun_ = false;
        text_ = {};
        message_bytes_ = unpacked_bytes_ = 0;
        message_frames_ = 0;
    }
    message_bytes_ += head.length;
    ++message_frames_;
}

inline event session::read_data(std::span<char>& arrived) {
    if (phase_ != ws::phase::open) {  // what crosses our close is read past, 6 of the browsers' standard does the same
        incoming_.pass(arrived);
        if (!incoming_.in_frame() && last_frame_) in_message_ = false;
        return {};
    }
    std::span<char> taken = incoming_.take(arrived);
    std::string_view piece(taken.data(), taken.size());
    bool ends = !incoming_.in_frame() && last_frame_;
    if (ends) in_message_ = false;
    return packed_ ? unpack(piece, ends) : give(piece, ends);
}

/// A piece of the message as it came.
inline event session::give(std::string_view piece, bool ends) {
    if (!is_text(piece, ends)) return fail(close_code::invalid_data, "a text is not UTF-8");
    if (delivery_ == delivery::pieces) return piece.empty() && !ends ? event{} : told(piece, ends);
    if (!message_.empty() || !ends) {
        message_.append(piece);
        if (!ends) return {};
        piece = message_.view();
        given_message_ = true;
    }
    return told(piece, true);
}

/// A piece of a message that the transform has to make readable, in message_.
inline event session::unpack(std::string_view piece, bool ends) {
    const std::size_t before = message_.size();
    const auto most = static_cast<std::size_t>(bounds_->message_bytes - unpacked_bytes_);
    const auto verdict = transform_->unpack(piece, ends, message_, most);
    std::string_view fresh = message_.view().substr(before);
    CORACLE_ASSERT(fresh.size() <= most);
    unpacked_bytes_ += fresh.size();
    // The first mistake counts, in whatever pieces it came.
    const bool good = verdict == message_transform::verdict::good;
    if (!is_text(fresh, ends && good)) return fail(close_code::invalid_data, "a text is not UTF-8");
    if (verdict == message_transform::verdict::too_big) return fail(close_code::too_big, "the message is too big");
    if (!good) return fail(close_code::invalid_data, "a message cannot be decompressed");
    if (!ends && (delivery_ == delivery::whole || fresh.empty())) return {};
    given_message_ = true;
    return told(message_.view(), ends);
}

inline bool session::is_text(std::string_view piece, bool ends) noexcept {
    return type_ == data_kind::binary || (text_.take(piece) && (!ends || text_.complete()));
}

inline event session::told(std::string_view piece, bool ends) noexcept {
    event out;
    out.what = event::kind::message;
    out.type = type_;
    out.first = !std::exchange(begun_, true);
    out.last = ends;
    out.data = piece;
    return out;
}

inline event session::read_control(std::span<char>& arrived) {
    std::span<char> taken = incoming_.take(arrived);
    std::string_view payload(taken.data(), taken.size());
    if (incoming_.in_frame() || control_bytes_ != 0) {
        message_.append(payload);
        control_bytes_ = static_cast<std::uint8_t>(control_bytes_ + payload.size());
        if (incoming_.in_frame()) return {};
        payload = message_.view().substr(message_.size() - control_bytes_);
        given_control_ = true;
    }
    if (frame_ == opcode::close) return close_arrived(payload);
    event out;
    out.what = frame_ == opcode::ping ? event::kind::ping : event::kind::pong;
    out.data = payload;
    if (frame_ == opcode::ping && phase_ == ws::phase::open) answer_ping(payload);
    return out;
}

inline void session::answer_ping(std::string_view payload) {
    // RFC 6455 5.5.3: who has not answered an earlier ping may answer the newest alone. D16: a flood costs no memory.
    if (answers_.size() > bounds_->answer_bytes) answers_.truncate(newest_pong_);
    newest_pong_ = static_cast<std::uint32_t>(answers_.size());
    writer_.write(answers_, opcode::pong, payload);
}

inline event session::close_arrived(std::string_view payload) {
    close_reason reason;
    switch (read_close_reason(payload, reason)) {
        case close_fault::none:
            break;
        case close_fault::half_a_code:
            return fail(close_code::protocol_error, "a close frame has half a code");
        case close_fault::no_such_code:
            return fail(close_code::protocol_error, "a close frame has a code that must not be sent");
        case close_fault::not_utf8:
            return fail(close_code::invalid_data, "the reason of a close frame is not UTF-8");
    }
    if (std::exchange(phase_, ws::phase::closed) == ws::phase::open) writer_.close(answers_, reason.code, {});
    event out;
    out.what = event::kind::close;
    out.code = reason.code;
    out.data = reason.text;
    return out;
}

[[gnu::cold]] inline event session::fail(close_code code, std::string_view why) {
    if (std::exchange(phase_, ws::phase::closed) == ws::phase::open) writer_.close(answers_, code, why);
    given_message_ = given_control_ = false;
    message_.release();
    event out;
    out.what = event::kind::failed;
    out.code = code;
    out.data = why;
    return out;
}

inline void session::forget_given() noexcept {
    if (std::exchange(given_control_, false)) message_.truncate(message_.size() - std::exchange(control_bytes_, 0));
    if (std::exchange(given_message_, false) || (message_.empty() && message_.capacity() != 0)) message_.release();
}

inline frame_prefix session::announce(data_kind kind, std::uint64_t size, bool last) noexcept {
    CORACLE_ASSERT(may_send() && sends_unchanged());
    return frame_prefix(frame_writer::head_of(next_opcode(kind, last), size, last, 0));
}

inline void session::send_piece(byte_buffer& out, data_kind kind, std::string_view piece, bool last) {
    CORACLE_ASSERT(may_send());
    if (!transform_) [[likely]]
        return writer_.write(out, next_opcode(kind, last), piece, last);
    const bool first = !sending_;
    byte_buffer packed;
    if (first || sending_packed_) {
        bool marked = transform_->pack(piece, first, last, packed);
        if (first) sending_packed_ = marked;
        if (sending_packed_) piece = packed.view();
    }
    const bool marks = first && sending_packed_;
    writer_.write(out, next_opcode(kind, last), piece, last, marks ? frame_head::compressed : std::uint8_t{0});
}

inline opcode session::next_opcode(data_kind kind, bool last) noexcept {
    return std::exchange(sending_, !last) ? opcode::continuation : opcode_of(kind);
}

inline void session::control(byte_buffer& out, opcode what, std::string_view data) {
    CORACLE_ASSERT(may_send());
    writer_.write(out, what, data.substr(0, most_control_bytes));
}

inline void session::close(byte_buffer& out, close_code code, std::string_view reason) {
    if (phase_ != ws::phase::open) return;
    phase_ = ws::phase::closing;
    out.append(answers_.view());
    answers_.release();
    writer_.close(out, code, reason);
    if (!given_message_ && !given_control_ && control_bytes_ == 0) message_.release();
}

}  // namespace coracle::ws
