// test_websocket: a WebSocket of an app as a test holds it, call by call. Starlette's websocket_connect().
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/duplex/line.hpp>
#include <coracle/duplex/websocket.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/testing/test_line.hpp>
#include <coracle/testing/test_request.hpp>
#include <coracle/testing/test_response.hpp>
#include <coracle/testing/test_stage.hpp>
#include <coracle/websocket/handshake.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::testing {

/// Made by test_client::websocket_connect() when the handshake is answered. The app runs while a call of this or of the
/// client waits, and else not; pings are answered then. Its end hangs up without a word: the handler sees 1006.
/// keeps: a reference to the client.
template <class Client>
class test_websocket {
public:
    test_websocket(Client& client, outgoing_request asked, const std::vector<std::string>& subprotocols)
        : client_(client) {
        for (std::string_view name : {"connection", "upgrade", "sec-websocket-version", "sec-websocket-key"})
            given_ = given_ || asked.has(name);  // a test of wrong handshakes says them itself
        if (!given_) {
            asked.headers.emplace_back("connection", "Upgrade");
            asked.headers.emplace_back("upgrade", "websocket");
            asked.headers.emplace_back("sec-websocket-version", ws::version);
            asked.headers.emplace_back("sec-websocket-key", key);
        }
        std::string offered;
        for (const std::string& each : subprotocols) offered.append(offered.empty() ? "" : ", ").append(each);
        if (!offered.empty()) asked.headers.emplace_back("sec-websocket-protocol", offered);
        client_.run(open(std::move(asked)));
    }
    test_websocket(const test_websocket&) = delete;
    test_websocket& operator=(const test_websocket&) = delete;
    ~test_websocket() {
        try {
            leave();
        } catch (...) {
            // A failure of the app that nobody asked for any more; its log has it.
        }
    }

    /// Whether it is one; else answer() is what the app said instead.
    bool accepted() const noexcept { return socket_ != nullptr; }
    const test_response& answer() const noexcept { return answer_; }
    const std::string& subprotocol() const { return open_socket().subprotocol(); }

    // error of these: std::logic_error when it was not accepted; websocket_closed.

    void send(std::string_view text) { client_.run(send_as(ws::data_kind::text, text)); }
    void send_bytes(std::string_view bytes) { client_.run(send_as(ws::data_kind::binary, bytes)); }
    template <class T>
    void send_json(const T& value) {
        send(to_json_text(value));
    }
    /// The next message; nothing at the end. error: what the handler threw, where the client raises that.
    std::optional<websocket_message> receive() {
        std::optional<websocket_message> got = client_.run(next());
        if (!got) raise();
        return got;
    }
    std::string receive_text() { return expect().text(); }
    std::string receive_bytes() { return std::string(expect().bytes()); }
    template <class T = json>
    T receive_json() {
        return expect().template json<T>();
    }
    /// How long the app took to answer.
    std::chrono::nanoseconds ping() { return client_.run(send_ping()); }
    /// Returns when the app has seen it. error: as receive().
    void close(int code = 1000, std::string_view reason = {}) {
        client_.run(finish(code, reason));
        raise();
    }
    /// Cuts the connection.
    void cut() {
        open_socket().cut();
        client_.run(client_.stage_->settle());
    }
    bool is_open() const { return socket_ && socket_->is_open(); }
    /// 0 while it is open.
    int close_code() const { return open_socket().close_code(); }
    const std::string& close_reason() const { return open_socket().close_reason(); }

private:
    static constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";

    websocket& open_socket() const {
        if (!socket_)
            throw std::logic_error("coracle: this WebSocket was not accepted; the answer is " +
                                   std::to_string(answer_.status) + ' ' + answer_.body);
        return *socket_;
    }
    websocket_message expect() {
        std::optional<websocket_message> got = receive();
        if (!got) throw websocket_closed(close_code(), close_reason());
        return *std::move(got);
    }
    void raise() {
        if (!facts_ || facts_->failures.empty()) return;
        std::exception_ptr first = std::move(facts_->failures.front());
        facts_->failures.clear();
        std::rethrow_exception(first);
    }
    void leave() {
        if (!socket_) return;
        socket_->cut();
        if (client_.open_) client_.run(client_.stage_->settle());
    }

    task<> open(outgoing_request asked) {
        line_lease taken(client_.stage_->take_line());
        client_.send_head(taken.line, asked, false);
        co_await client_.listen(taken.line, asked, test_line::part::all);
        answer_ = client_.answer_of(taken.line, asked);
        answer_.body = taken.line.answer.take_body();
        if (answer_.status != 101) {
            co_await client_.rest(taken.line);
            co_return;
        }
        check();
        facts_ = taken.line.shared_facts;
        std::string behind;
        auto over = std::make_unique<duplex::stream_line<net::memory_stream>>(taken.line.take_stream(behind));
        auto how = std::make_shared<websocket_options>();
        how->limits.message_bytes = ~0ULL >> 1;
        how->ping_interval = std::chrono::milliseconds(0);
        socket_ = std::make_unique<websocket>(how, nullptr, ws::session::client(&some_key));
        socket_->open(std::move(over), behind, {}, std::string(answer_.headers["sec-websocket-protocol"]));
    }
    void check() const {
        if (given_) return;
        ws::upgrade_answer said;
        said.status = 101;
        said.upgrade = answer_.headers["upgrade"];
        said.connection = answer_.headers["connection"];
        said.accept = answer_.headers["sec-websocket-accept"];
        if (std::string_view wrong = ws::fault_of(said, key); !wrong.empty())
            throw std::runtime_error("coracle: the handshake of a WebSocket is wrong: " + std::string(wrong));
    }
    static ws::mask_key some_key() { return {0x37, 0xFA, 0x21, 0x3D}; }  // RFC 6455's

    task<> send_as(ws::data_kind kind, std::string_view bytes) {
        if (kind == ws::data_kind::text)
            co_await open_socket().send(bytes);
        else
            co_await open_socket().send_bytes(bytes);
        co_await client_.stage_->settle();
    }
    task<std::optional<websocket_message>> next() {
        std::optional<websocket_message> got;
        bool virtually = client_.stage_->in_virtual_time();
        std::chrono::nanoseconds most = virtually ? std::chrono::hours(1) : client_.how_.timeout;
        if (most.count() <= 0) most = std::chrono::hours(24);
        task<std::optional<websocket_message>> waiting = receive_one();
        try {
            got = co_await timeout(most, std::move(waiting));
            co_return got;
        } catch (const timed_out&) {
        }
        throw std::runtime_error("coracle: no message came within " +
                                 std::string(virtually ? "an hour of virtual time" : "the timeout of the test_client"));
    }
    task<std::optional<websocket_message>> receive_one() {
        std::optional<websocket_message> got = co_await open_socket().receive();
        co_await client_.stage_->settle();
        co_return got;
    }
    task<std::chrono::nanoseconds> send_ping() {
        std::chrono::nanoseconds took = co_await open_socket().ping();
        co_return took;
    }
    task<> finish(int code, std::string_view reason) {
        co_await open_socket().close(code, reason);
        co_await client_.stage_->settle();
    }

    Client& client_;
    bool given_ = false;
    test_response answer_;
    std::shared_ptr<line_facts> facts_;
    std::unique_ptr<websocket> socket_;
};

}  // namespace coracle::testing
