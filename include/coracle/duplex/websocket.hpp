// websocket: messages both ways, as a handler or a client holds them.
// RFC 6455. What is on the wire says ws::session; this brings the bytes, the time and those who wait together.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/waiter.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/ring.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/duplex/line.hpp>
#include <coracle/duplex/opening.hpp>
#include <coracle/duplex/send_queue.hpp>
#include <coracle/duplex/spare_buffers.hpp>
#include <coracle/duplex/websocket_counts.hpp>
#include <coracle/duplex/websocket_error.hpp>
#include <coracle/duplex/websocket_message.hpp>
#include <coracle/duplex/websocket_options.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/json/write.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/websocket/keep_alive.hpp>
#include <coracle/websocket/session.hpp>
#include <coracle/websocket/subprotocol.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

enum class websocket_state : unsigned char {
    connecting,  ///< on a server: the handshake has not been answered yet
    open,
    closing,  ///< a close frame was sent, and the peer's is awaited
    closed,
};

/// `while (auto message = co_await ws.receive()) co_await ws.send("you said " + message->text());`
/// One job receives; any number may send, and whole messages never mix. Pings are answered, and a peer that is quiet is
/// pinged, whatever the handler does meanwhile. Belongs to its loop. cost: an idle one has no buffer.
class websocket final : loop::edge_watcher, async::operation {
public:
    /// in: of the current loop; `answers`: who answers the handshake, null for a client. open() when there are bytes.
    websocket(std::shared_ptr<const websocket_options> how, duplex::opening* answers, ws::session session)
        : loop_(loop::reactor::current()),
          how_(std::move(how)),
          spares_(loop_.own<duplex::spare_buffers>()),
          opening_(answers),
          session_(std::move(session)),
          pulse_(now(), how_->ping_interval, how_->ping_timeout),
          deadline_(loop_, on_deadline{*this}) {
        session_.deliver(how_->pieces ? ws::delivery::pieces : ws::delivery::whole);
    }
    websocket(const websocket&) = delete;
    websocket& operator=(const websocket&) = delete;
    ~websocket() { cut(); }

    class receiver;
    class sender;
    class owning_sender;
    class pinger;
    class closer;
    class acceptor;
    class outgoing;

    // Before: on a server. What is not said is said by the first receive() or send().

    /// Answers the handshake. in: one of subprotocols(), or none; more fields of the answer.
    /// error: std::invalid_argument for a subprotocol that was not offered; websocket_closed when the client has gone.
    inline acceptor accept(std::string_view subprotocol = {}, http::field_list headers = {});
    /// Refuses it with an answer of HTTP. error: std::logic_error when it is answered.
    void deny(int status, std::string body = {}, http::field_list headers = {}) {
        if (!opening_ || state_ != websocket_state::connecting || answered_)
            throw std::logic_error("coracle: a WebSocket is denied before it is accepted; close it now");
        answered_ = true;
        end(1006, {});
        opening_->deny(status, std::move(body), std::move(headers));
    }

    /// What the client asked with.
    const http::fields& headers() const { return asked().headers(); }
    http::target target() const { return asked().target(); }
    std::optional<std::string_view> query(std::string_view name) const { return asked().query(name); }
    /// error: std::out_of_range for a name that the route has not.
    std::string_view path(std::string_view name) const { return asked().path(name); }
    std::optional<std::string_view> cookie(std::string_view name) const { return asked().cookie(name); }
    std::string_view client_address() const { return asked().client_address(); }
    std::uint16_t client_port() const { return asked().client_port(); }
    /// What the client would speak, the best first.
    std::vector<std::string_view> subprotocols() const {
        std::vector<std::string_view> all;
        for (std::string_view line : headers().get_all("sec-websocket-protocol"))
            for (ws::subprotocol_list each(line); each.next();) all.push_back(each.name());
        return all;
    }
    /// What was agreed on; empty for nothing.
    const std::string& subprotocol() const noexcept { return rare_ ? rare_->subprotocol : nothing(); }

    // Messages.

    /// The next one; nothing once the WebSocket has ended. error: std::logic_error for a second job that receives.
    inline receiver receive();
    /// The same as one kind. error: websocket_error 1003 for the other one, 1007 for what is not such JSON.
    template <class Text = std::string>
    task<std::optional<Text>> receive_text();
    template <class Bytes = std::string>
    task<std::optional<Bytes>> receive_bytes();
    template <class T>
    task<std::optional<T>> receive_json();

    /// Returns when it is written, or waits its turn (websocket_options::slow_peer).
    /// error: websocket_closed; std::invalid_argument for text that is not UTF-8, which the peer would not take.
    inline sender send(std::string_view text);
    inline sender send(const websocket_message& same);
    inline sender send_text(std::string_view text);
    inline sender send_bytes(std::string_view bytes);
    template <class T>
    owning_sender send_json(const T& value);
    /// A message that is sent as it comes to be: `auto out = ws.begin(); co_await out.write(piece); co_await
    /// out.end();`. Other messages wait meanwhile.
    inline outgoing begin(ws::data_kind kind = ws::data_kind::text);
    /// For who is no coroutine, as a hub: false when send() would wait. error: websocket_closed.
    bool try_send(ws::data_kind kind, std::string_view bytes) {
        return state_ != websocket_state::connecting && senders_.empty() && put(kind, bytes);
    }

    /// How long the peer took to answer. error: websocket_closed.
    inline pinger ping();
    /// Tells the peer, and returns when it has ended. What is closed already stays so. error: std::invalid_argument for
    /// a code that cannot be sent.
    inline closer close(int code = 1000, std::string_view reason = {});
    /// The same without waiting for it.
    void begin_close(int code = 1000, std::string_view reason = {}) { begin_close(ws::sendable_code(code), reason); }

    websocket_state state() const noexcept { return state_; }
    bool is_open() const noexcept { return state_ == websocket_state::open; }
    /// Why it ended: the code of whoever closed first; 1005 when the peer gave none, 1006 when it was cut. 0 before.
    int close_code() const noexcept { return code_; }
    const std::string& close_reason() const noexcept { return rare_ ? rare_->reason : nothing(); }
    /// Messages that slow_peer has dropped.
    std::uint64_t dropped() const noexcept { return rare_ ? rare_->dropped : 0; }
    std::size_t unsent_bytes() const noexcept { return out_.size(); }

    // For whoever has answered the handshake, or had it answered.

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
        pulse_ = ws::keep_alive(now(), how_->ping_interval, how_->ping_timeout);
        line_->tell(this);
        look_later();
        serve_openers();
        send_pings();
        serve_senders();
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
        set_end(static_cast<int>(ws::number(code)), reason);
        session_.close(out(), code, reason);
        state_ = websocket_state::closing;
        deadline_.set(how_->close_timeout);
        wake_all();
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

private:
    struct on_deadline {
        websocket& of;
        void operator()() const noexcept { of.on_time(); }
    };

    duplex::opening& asked() const {
        if (!opening_)
            throw std::logic_error("coracle: this WebSocket is a client's: what was asked, its handler knows");
        return *opening_;
    }
    ws::keep_alive::time now() const noexcept { return loop_.turn_time().time_since_epoch(); }

    // Everything that can end the WebSocket happens in a turn of its own: who calls may be in the middle of something.
    void take_turn() noexcept {
        if (!async::operation::linked()) loop_.make_ready(*this);
    }
    void on_edge() noexcept override {
        readable_ = true;
        take_turn();
    }
    void cancel() noexcept override {}
    bool ready() noexcept override {
        try {
            if (may_read()) read();
        } catch (...) {
            lose();  // no memory for what the peer sends
        }
        if (delivered_)
            take_turn();  // behind those who got something: what they answer goes out together
        else
            flush();
        delivered_ = false;
        if (rare_ && state_ == websocket_state::open) forget_rare();
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
            ws::event what = session_.next(arrived);
            switch (what.what) {
                case ws::event::kind::nothing:
                    return;
                case ws::event::kind::message:
                    inbox_.emplace_back(what.type, what.data, what.first, what.last);
                    inbox_bytes_ += what.data.size();
                    if (what.last && counts_) counts_->messages_received.add();
                    serve_receivers();
                    break;
                case ws::event::kind::ping:
                    break;
                case ws::event::kind::pong:
                    pulse_.answered(now());
                    serve_pingers(what.data);
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
        deadline_.set(how_->close_timeout);
        wake_all();
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
        serve_pieces();
        serve_senders();
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
    void look_later() {
        ws::keep_alive::time next = pulse_.next_look();
        if (next != ws::keep_alive::time::max()) deadline_.set_at(os::time_point(next));
    }

    void set_end(int code, std::string_view reason) {
        if (code_ != 0) return;
        code_ = code;
        if (!reason.empty()) more().reason = reason;
    }
    void end(int code, std::string_view reason) noexcept {
        try {
            set_end(code, reason);
        } catch (...) {
            code_ = code;
        }
        state_ = websocket_state::closed;
        wake_all();
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
        serve_closers();
    }

    /// Nobody waits for what will not come.
    inline void wake_all() noexcept;
    inline void serve_openers() noexcept;
    inline void send_pings();
    inline void serve_receivers() noexcept;
    inline void serve_senders() noexcept;
    inline void serve_pieces() noexcept;
    inline void serve_closers() noexcept;
    inline void serve_pingers(std::string_view payload) noexcept;

    void check_open() const {
        if (state_ != websocket_state::open) throw websocket_closed(code_, close_reason());
    }
    /// A message, or the first piece of one. False: it has to wait. error: websocket_closed.
    bool put(ws::data_kind kind, std::string_view bytes, bool whole = true) {
        check_open();
        if (session_.sends_pieces()) return false;
        if (!fits(bytes.size()) && line_) {
            [[maybe_unused]] bool found_out_later = send_some();
        }
        while (!fits(bytes.size())) {
            if (how_->slow_peer == when_slow::wait) return false;
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

    /// What an idle WebSocket has none of: it is made when somebody needs it.
    struct rare {
        byte_buffer unread;  // what has come and may not be looked at yet
        async::waiting_line<acceptor> openers;
        async::waiting_line<sender> piece_senders;
        async::waiting_line<pinger> pingers;
        async::waiting_line<closer> closers;
        std::string reason;
        std::string subprotocol;
        std::uint64_t dropped = 0;
        std::uint64_t last_ping = 0;
    };
    rare& more() {
        if (!rare_) rare_ = std::make_unique<rare>();
        return *rare_;
    }
    bool any_unread() const noexcept { return rare_ && !rare_->unread.empty(); }
    /// After the handshake, for those that will be idle.
    void forget_rare() noexcept {
        if (rare_ && rare_->unread.empty() && rare_->openers.empty() && rare_->piece_senders.empty() &&
            rare_->pingers.empty() && rare_->closers.empty() && rare_->reason.empty() && rare_->subprotocol.empty() &&
            rare_->dropped == 0 && rare_->last_ping == 0)
            rare_.reset();
    }
    static const std::string& nothing() noexcept {
        static const std::string empty;
        return empty;
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
    async::waiting_line<receiver> receivers_;
    receiver* receiving_ = nullptr;  // who waits to receive, until it goes on
    async::waiting_line<sender> senders_;
    duplex::websocket_counts* counts_ = nullptr;
    std::unique_ptr<rare> rare_;
    int code_ = 0;
    websocket_state state_ = websocket_state::connecting;
    bool answered_ = false;
    bool readable_ = false;   // a read may find something
    bool delivered_ = false;  // somebody goes on with what has come
    bool ending_ = false;     // both sides have said their last, and ours has to be sent
    bool failed_ = false;     // the peer broke the protocol
    bool lingers_ = false;
};

/// The awaiter of receive().
class [[nodiscard("write co_await before receive()")]] websocket::receiver final : public async::waiter {
public:
    explicit receiver(websocket& of) noexcept : of_(of) {}
    ~receiver() {
        leave();
        if (of_.receiving_ == this) of_.receiving_ = nullptr;
    }
    bool await_ready() { return may_attempt() && attempt(); }
    std::optional<websocket_message> await_resume() {
        throw_if_cancelled();
        return of_.take();
    }

private:
    bool attempt() override {
        if (of_.receiving_ && of_.receiving_ != this)
            throw std::logic_error(
                "coracle: two jobs receive from one WebSocket; let one receive, and hand the messages on by a channel");
        return of_.is_answered() && (!of_.inbox_.empty() || of_.state_ != websocket_state::open);
    }
    void line_up() noexcept override {
        of_.receiving_ = this;
        stand_in(of_.receivers_);
    }
    websocket& of_;
};

/// The awaiter of all that is sent. keeps: the bytes stay where they are until it has returned.
class [[nodiscard("write co_await before send()")]] websocket::sender : public async::waiter {
public:
    sender(websocket& to, ws::data_kind kind, std::string_view bytes, bool first = true, bool last = true) noexcept
        : to_(to), bytes_(bytes), kind_(kind), first_(first), last_(last) {}
    ~sender() { leave(); }
    bool await_ready() { return may_attempt() && sender::attempt(); }
    void await_resume() const {
        throw_if_cancelled();
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    friend class websocket;
    bool attempt() override {
        if (done_) return true;
        if (!first_) to_.more();  // where it would stand
        if (!to_.is_answered() || (first_ && !to_.senders_.empty())) return false;
        return try_now();
    }
    void line_up() noexcept override { stand_in(first_ ? to_.senders_ : to_.rare_->piece_senders); }
    bool try_now() { return done_ = first_ ? to_.put(kind_, bytes_, last_) : to_.put_piece(kind_, bytes_, last_); }
    /// The same for one that waits. False: it goes on waiting.
    bool served() noexcept {
        try {
            if (!try_now()) return false;
        } catch (...) {
            failure_ = std::current_exception();
            done_ = true;
        }
        happened();
        return true;
    }

    websocket& to_;
    std::string_view bytes_;
    std::exception_ptr failure_;
    ws::data_kind kind_;
    bool first_;
    bool last_;
    bool done_ = false;
};

/// The same with the bytes in it.
class [[nodiscard("write co_await before send_json()")]] websocket::owning_sender final : byte_buffer, public sender {
public:
    owning_sender(websocket& to, byte_buffer text) noexcept
        : byte_buffer(std::move(text)), sender(to, ws::data_kind::text, view()) {}
};

/// A message that is sent piece by piece. Its end without end() closes the WebSocket, whose peer waits for the rest.
class [[nodiscard("give it a name, and write() to it")]] websocket::outgoing {
public:
    outgoing(websocket& to, ws::data_kind kind) noexcept : to_(to), kind_(kind) {}
    outgoing(const outgoing&) = delete;
    outgoing& operator=(const outgoing&) = delete;
    ~outgoing() {
        if (!begun_ || ended_ || !to_.session_.sends_pieces()) return;
        try {
            to_.begin_close(ws::close_code::internal_error, "a message was not finished");
        } catch (...) {
            to_.lose();
        }
    }
    /// Waits until the peer has taken enough of what was written before. error: websocket_closed.
    sender write(std::string_view piece) { return {to_, kind_, piece, !std::exchange(begun_, true), false}; }
    /// in: the last piece, if it is known to be that.
    sender end(std::string_view piece = {}) {
        ended_ = true;
        return {to_, kind_, piece, !std::exchange(begun_, true), true};
    }

private:
    websocket& to_;
    ws::data_kind kind_;
    bool begun_ = false;
    bool ended_ = false;
};

/// The awaiter of ping().
class [[nodiscard("write co_await before ping()")]] websocket::pinger final : public async::waiter {
public:
    explicit pinger(websocket& of) noexcept : of_(of) {}
    ~pinger() { leave(); }
    std::chrono::nanoseconds await_resume() const {
        throw_if_cancelled();
        if (!answered_) throw websocket_closed(of_.code_, of_.close_reason());
        return took_;
    }

private:
    friend class websocket;
    bool attempt() override {
        of_.more();
        if (!of_.is_answered()) return false;
        if (of_.state_ != websocket_state::open) return true;
        send();
        return false;
    }
    void send() {
        if (number_ != 0) return;
        number_ = ++of_.more().last_ping;
        sent_ = of_.loop_.now();
        char payload[sizeof number_];
        std::memcpy(payload, &number_, sizeof number_);
        of_.session_.ping(of_.out(), {payload, sizeof payload});
        of_.take_turn();
    }
    void line_up() noexcept override { stand_in(of_.rare_->pingers); }

    websocket& of_;
    std::uint64_t number_ = 0;
    os::time_point sent_{};
    std::chrono::nanoseconds took_{};
    bool answered_ = false;
};

/// The awaiter of close().
class [[nodiscard("write co_await before close()")]] websocket::closer final : public async::waiter {
public:
    closer(websocket& of, ws::close_code code, std::string_view reason) noexcept
        : of_(of), reason_(reason), code_(code) {}
    ~closer() { leave(); }
    void await_resume() const { throw_if_cancelled(); }

private:
    bool attempt() override {
        of_.begin_close(code_, reason_);
        of_.more();
        return of_.state_ == websocket_state::closed && !of_.line_;
    }
    void line_up() noexcept override { stand_in(of_.rare_->closers); }
    websocket& of_;
    std::string_view reason_;
    ws::close_code code_;
};

/// The awaiter of accept().
class [[nodiscard("write co_await before accept()")]] websocket::acceptor final : public async::waiter {
public:
    acceptor(websocket& of, std::string_view subprotocol, http::field_list headers) noexcept
        : of_(of), subprotocol_(subprotocol), headers_(std::move(headers)) {}
    ~acceptor() { leave(); }
    void await_resume() const {
        throw_if_cancelled();
        if (of_.state_ == websocket_state::closed && !of_.line_) throw websocket_closed(of_.code_, of_.close_reason());
    }

private:
    bool attempt() override {
        of_.more();
        if (!std::exchange(asked_, true)) answer();
        return of_.state_ != websocket_state::connecting;
    }
    void answer() {
        if (of_.answered_ || !of_.opening_)
            throw std::logic_error(
                "coracle: this WebSocket was accepted already; accept() goes before the first receive() and send()");
        if (!subprotocol_.empty() && !offered())
            throw std::invalid_argument("coracle: the client has not offered the subprotocol '" +
                                        std::string(subprotocol_) + "'; subprotocols() are those it has");
        of_.answered_ = true;
        of_.opening_->accept(subprotocol_, headers_);
    }
    bool offered() const {
        for (std::string_view each : of_.subprotocols())
            if (each == subprotocol_) return true;
        return false;
    }
    void line_up() noexcept override { stand_in(of_.rare_->openers); }

    websocket& of_;
    std::string_view subprotocol_;
    http::field_list headers_;
    bool asked_ = false;
};

inline websocket::receiver websocket::receive() { return receiver(*this); }
inline websocket::sender websocket::send_text(std::string_view text) {
    if (!utf8::is_valid(text))
        throw std::invalid_argument("coracle: a text message is UTF-8, and this is not; send_bytes() sends anything");
    return {*this, ws::data_kind::text, text};
}
inline websocket::sender websocket::send(std::string_view text) { return send_text(text); }
inline websocket::sender websocket::send(const websocket_message& same) {
    return {*this, same.kind(), same.bytes(), same.first(), same.last()};
}
inline websocket::sender websocket::send_bytes(std::string_view bytes) { return {*this, ws::data_kind::binary, bytes}; }
template <class T>
websocket::owning_sender websocket::send_json(const T& value) {
    byte_buffer text;
    write_json(text, value);
    return owning_sender(*this, std::move(text));
}
inline websocket::outgoing websocket::begin(ws::data_kind kind) { return {*this, kind}; }
inline websocket::pinger websocket::ping() { return pinger(*this); }
inline websocket::closer websocket::close(int code, std::string_view reason) {
    return {*this, ws::sendable_code(code), reason};
}
inline websocket::acceptor websocket::accept(std::string_view subprotocol, http::field_list headers) {
    return {*this, subprotocol, std::move(headers)};
}

// Templates all, so that who does not call them has no coroutine of them.
template <class Text>
task<std::optional<Text>> websocket::receive_text() {
    std::optional<Text> out;
    std::optional<websocket_message> message = co_await receive();
    if (message) out = message->text();
    co_return out;
}
template <class Bytes>
task<std::optional<Bytes>> websocket::receive_bytes() {
    std::optional<Bytes> out;
    std::optional<websocket_message> message = co_await receive();
    if (message && message->is_text()) throw websocket_error(1003, "binary was wanted, and this message is text");
    if (message) out.emplace(message->bytes());
    co_return out;
}
template <class T>
task<std::optional<T>> websocket::receive_json() {
    std::optional<T> out;
    std::optional<websocket_message> message = co_await receive();
    if (message) out.emplace(message->json<T>());
    co_return out;
}

inline void websocket::serve_openers() noexcept {
    while (rare_ && !rare_->openers.empty()) rare_->openers.front().happened();
}
inline void websocket::send_pings() {
    if (rare_) rare_->pingers.for_each([](pinger& each) { each.send(); });
}
inline void websocket::serve_receivers() noexcept {
    if (receivers_.empty()) return;
    receivers_.front().happened();
    delivered_ = true;
}
inline void websocket::serve_senders() noexcept {
    while (!senders_.empty() && senders_.front().served()) continue;
}
inline void websocket::serve_pieces() noexcept {
    while (rare_ && !rare_->piece_senders.empty() && rare_->piece_senders.front().served()) continue;
}
inline void websocket::serve_closers() noexcept {
    while (rare_ && !rare_->closers.empty()) rare_->closers.front().happened();
}
inline void websocket::serve_pingers(std::string_view payload) noexcept {
    std::uint64_t number = 0;
    if (payload.size() != sizeof number || !rare_) return;
    std::memcpy(&number, payload.data(), sizeof number);
    auto& line = rare_->pingers;
    while (!line.empty() && line.front().number_ <= number && number <= rare_->last_ping) {
        pinger& first = line.front();
        first.answered_ = true;
        first.took_ = loop_.now() - first.sent_;
        first.happened();
    }
}
inline void websocket::wake_all() noexcept {
    serve_openers();
    serve_receivers();
    serve_pieces();
    serve_senders();
    while (rare_ && !rare_->pingers.empty()) rare_->pingers.front().happened();
}

}  // namespace coracle
