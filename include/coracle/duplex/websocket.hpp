// websocket: messages both ways, as a handler or a client holds them.
// RFC 6455. websocket_core brings the bytes and the time; this those who wait.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/async/waiter.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/duplex/opening.hpp>
#include <coracle/duplex/websocket_core.hpp>
#include <coracle/duplex/websocket_error.hpp>
#include <coracle/duplex/websocket_message.hpp>
#include <coracle/duplex/websocket_options.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/target.hpp>
#include <coracle/json/write.hpp>
#include <coracle/websocket/session.hpp>
#include <coracle/websocket/subprotocol.hpp>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// `while (auto message = co_await ws.receive()) co_await ws.send("you said " + message->text());`
/// One job receives; any number may send, and whole messages never mix. Pings are answered, and a peer that is quiet is
/// pinged, whatever the handler does meanwhile. Belongs to its loop. cost: an idle one has no buffer.
class websocket final : public duplex::websocket_core {
public:
    /// in: of the current loop; `answers`: who answers the handshake, null for a client. open() when there are bytes.
    websocket(std::shared_ptr<const websocket_options> how, duplex::opening* answers, ws::session session)
        : websocket_core(std::move(how), answers, std::move(session)) {}
    ~websocket() {
        cut();
        forget_receiver();
    }

private:
    enum class progress : unsigned char { none, begun, ended };  // of a message that is sent in pieces

public:
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
    /// What the client asked with. Views of it stay good as long as this does.
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

private:
    inline void opened() override;
    inline void message_arrived() noexcept override;
    inline void ponged(std::string_view payload) noexcept override;
    inline void room_made() noexcept override;
    inline void ended() noexcept override;
    inline void line_left() noexcept override;
    inline void forget_receiver() noexcept;
    void turn_ended() noexcept override {
        if (!waits_ || !is_open()) return;
        if (waits_->openers.empty() && waits_->piece_senders.empty() && waits_->pingers.empty() &&
            waits_->closers.empty() && waits_->last_ping == 0)
            waits_.reset();
    }
    /// Lines that an idle WebSocket has none of: they are made when somebody stands in one.
    struct waiting {
        async::waiting_line<acceptor> openers;
        async::waiting_line<sender> piece_senders;
        async::waiting_line<pinger> pingers;
        async::waiting_line<closer> closers;
        std::uint64_t last_ping = 0;
    };
    waiting& waits() {
        if (!waits_) waits_ = std::make_unique<waiting>();
        return *waits_;
    }

    async::waiting_line<receiver> receivers_;
    receiver* receiving_ = nullptr;  // who waits to receive, until it goes on
    async::waiting_line<sender> senders_;
    std::unique_ptr<waiting> waits_;
};

/// The awaiter of receive().
class [[nodiscard("write co_await before receive()")]] websocket::receiver final : public async::waiter {
public:
    explicit receiver(websocket& of) noexcept : of_(&of) {}
    ~receiver() {
        leave();
        if (of_ && of_->receiving_ == this) of_->receiving_ = nullptr;
    }
    bool await_ready() { return may_attempt() && attempt(); }
    std::optional<websocket_message> await_resume() {
        throw_if_cancelled();
        return of_ ? of_->take() : std::nullopt;
    }

private:
    friend class websocket;
    bool attempt() override {
        if (of_->receiving_ && of_->receiving_ != this)
            throw std::logic_error(
                "coracle: two jobs receive from one WebSocket; let one receive, and hand the messages on by a channel");
        return of_->is_answered() && (!of_->inbox_.empty() || of_->state_ != websocket_state::open);
    }
    void line_up() noexcept override {
        of_->receiving_ = this;
        stand_in(of_->receivers_);
    }
    websocket* of_;  // null when it has gone
};

/// The awaiter of all that is sent. keeps: the bytes stay where they are until it has returned.
class [[nodiscard("write co_await before send()")]] websocket::sender : public async::waiter {
public:
    /// in: of its message, how much was sent before, if somebody wants to know.
    sender(websocket& to, ws::data_kind kind, std::string_view bytes, bool first = true, bool last = true,
           progress* of = nullptr) noexcept
        : to_(to), bytes_(bytes), of_(of), kind_(kind), first_(first), last_(last) {}
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
        if (!first_) to_.waits();  // where it would stand
        if (!to_.is_answered() || (first_ && !to_.senders_.empty())) return false;
        return try_now();
    }
    void line_up() noexcept override { stand_in(first_ ? to_.senders_ : to_.waits_->piece_senders); }
    bool try_now() {
        done_ = first_ ? to_.put(kind_, bytes_, last_) : to_.put_piece(kind_, bytes_, last_);
        if (done_ && of_) *of_ = last_ ? progress::ended : progress::begun;
        return done_;
    }
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
    progress* of_;
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
        if (sent_ != progress::begun || !to_.session_.sends_pieces()) return;
        try {
            to_.begin_close(ws::close_code::internal_error, "a message was not finished");
        } catch (...) {
            to_.lose();
        }
    }
    /// Waits until the peer has taken enough of what was written before. error: websocket_closed.
    sender write(std::string_view piece) { return {to_, kind_, piece, sent_ == progress::none, false, &sent_}; }
    /// in: the last piece, if it is known to be that.
    sender end(std::string_view piece = {}) { return {to_, kind_, piece, sent_ == progress::none, true, &sent_}; }

private:
    websocket& to_;
    ws::data_kind kind_;
    progress sent_ = progress::none;  // what was cancelled while it waited is not sent
};

/// The awaiter of ping().
class [[nodiscard("write co_await before ping()")]] websocket::pinger final : public async::waiter {
public:
    explicit pinger(websocket& of) noexcept : of_(of) {}
    ~pinger() { leave(); }
    std::chrono::nanoseconds await_resume() const {
        throw_if_cancelled();
        if (failure_) std::rethrow_exception(failure_);
        if (!answered_) throw websocket_closed(of_.end_code(), of_.close_reason());
        return took_;
    }

private:
    friend class websocket;
    bool attempt() override {
        of_.waits();
        if (!of_.is_answered()) return false;
        if (!of_.is_open()) return true;
        send();
        return false;
    }
    void send() {
        if (number_ != 0) return;
        number_ = ++of_.waits().last_ping;
        sent_ = of_.loop_.now();
        char payload[sizeof number_];
        std::memcpy(payload, &number_, sizeof number_);
        of_.session_.ping(of_.out(), {payload, sizeof payload});
        of_.take_turn();
    }
    void line_up() noexcept override { stand_in(of_.waits_->pingers); }
    void lost() noexcept {
        try {
            failure_ = std::make_exception_ptr(websocket_closed(of_.end_code(), of_.close_reason()));
        } catch (...) {
            failure_ = std::current_exception();
        }
        happened();
    }

    websocket& of_;
    std::uint64_t number_ = 0;
    os::time_point sent_{};
    std::chrono::nanoseconds took_{};
    std::exception_ptr failure_;  // of one that has waited: the WebSocket may have gone when it goes on
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
        of_.waits();
        return of_.state_ == websocket_state::closed && !of_.line_;
    }
    void line_up() noexcept override { stand_in(of_.waits_->closers); }
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
        of_.waits();
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
    void line_up() noexcept override { stand_in(of_.waits_->openers); }

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

inline void websocket::opened() {
    while (waits_ && !waits_->openers.empty()) waits_->openers.front().happened();
    if (waits_) waits_->pingers.for_each([](pinger& each) { each.send(); });
    room_made();
}
inline void websocket::message_arrived() noexcept {
    if (receivers_.empty()) return;
    receiver& first = receivers_.front();
    first.happened();
    delivered_to(first);
}
inline void websocket::room_made() noexcept {
    while (waits_ && !waits_->piece_senders.empty() && waits_->piece_senders.front().served()) continue;
    while (!senders_.empty() && senders_.front().served()) continue;
}
inline void websocket::ponged(std::string_view payload) noexcept {
    std::uint64_t number = 0;
    if (payload.size() != sizeof number || !waits_) return;
    std::memcpy(&number, payload.data(), sizeof number);
    auto& line = waits_->pingers;
    while (!line.empty() && line.front().number_ <= number && number <= waits_->last_ping) {
        pinger& first = line.front();
        first.answered_ = true;
        first.took_ = loop_.now() - first.sent_;
        first.happened();
    }
}
inline void websocket::ended() noexcept {
    while (waits_ && !waits_->openers.empty()) waits_->openers.front().happened();
    message_arrived();
    room_made();
    while (waits_ && !waits_->pingers.empty()) waits_->pingers.front().lost();
}
inline void websocket::forget_receiver() noexcept {
    if (receiving_) receiving_->of_ = nullptr;
}
inline void websocket::line_left() noexcept {
    while (waits_ && !waits_->closers.empty()) waits_->closers.front().happened();
}

}  // namespace coracle
