// websocket: messages both ways, ends of every kind, slow peers and quiet ones.
#include <coracle/duplex/websocket.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/select.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/testing/seeds.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <duplex/two_ends.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace coracle;
using namespace duplex_tests;
using namespace std::chrono_literals;

namespace {

task<> says(websocket& ws) {
    while (auto message = co_await ws.receive()) co_await ws.send("you said " + message->text());
}
task<> echo(websocket& ws) {
    while (auto message = co_await ws.receive()) co_await ws.send(*message);
}
task<> settle() {
    for (int i = 0; i < 30; ++i) co_await yield_now();
}
/// Whether it ends by such an exception.
template <class Error>
task<bool> fails(task<> work) {
    bool failed = false;
    try {
        co_await std::move(work);
    } catch (const Error&) {
        failed = true;
    }
    co_return failed;
}
task<> pings(websocket& ws) { co_await ws.ping(); }
task<> talks(websocket& ws) {
    std::string text(90, 'x');
    for (;;) co_await ws.send(text);
}
task<> writes(websocket::outgoing& out, std::string text) { co_await out.write(text); }
task<> ends_it(websocket::outgoing& out, std::string text) { co_await out.end(text); }
task<> receives_nothing(websocket& ws, bool& done) {
    auto got = co_await ws.receive();
    CHECK(!got);
    done = true;
}
task<> pings_in_vain(websocket& ws, bool& done) {
    try {
        co_await ws.ping();
    } catch (const websocket_closed& e) {
        CHECK(e.code() == 1006);
        done = true;
    }
}
struct point {
    int x = 0;
    int y = 0;
};

}  // namespace

namespace {

/// Writes down what is done with it.
class told_line final : public duplex::line {
public:
    told_line(net::memory_stream stream, std::string& told, std::string name)
        : inner_(std::move(stream)), told_(told), name_(std::move(name)) {}
    void tell(loop::edge_watcher* who) noexcept override { inner_.tell(who); }
    std::optional<result<std::size_t>> try_read(std::span<char> room) override {
        auto got = inner_.try_read(room);
        if (got) told_ += "read " + name_ + " ";
        return got;
    }
    result<std::size_t> try_write(std::string_view bytes) override {
        told_ += "write " + name_ + " ";
        return inner_.try_write(bytes);
    }
    bool hung_up() const noexcept override { return inner_.hung_up(); }
    void shutdown_write() noexcept override { inner_.shutdown_write(); }
    void close() noexcept override { inner_.close(); }

private:
    duplex::stream_line<net::memory_stream> inner_;
    std::string& told_;
    std::string name_;
};

}  // namespace

TEST_CASE("of WebSockets that got something in one turn, each is read, its handler goes on, and its answers go out") {
    std::string told;
    auto told_echo = [&](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) {
            told += "handle ";
            co_await ws.send(*message);
        }
    };
    auto work = [&]() -> task<> {
        auto how = std::make_shared<const websocket_options>();
        auto [here, there] = net::memory_stream::pair();
        auto [also_here, also_there] = net::memory_stream::pair();
        websocket a(how, nullptr, ws::session::server()), b(how, nullptr, ws::session::server());
        a.open(std::make_unique<told_line>(std::move(here), told, "a"), {}, {}, {});
        b.open(std::make_unique<told_line>(std::move(also_here), told, "b"), {}, {}, {});
        join_handle<> one = spawn(told_echo(a));
        join_handle<> other = spawn(told_echo(b));
        for (int i = 0; i < 10; ++i) co_await yield_now();
        told.clear();
        std::string two = frame(1, "x") + frame(1, "y");
        CHECK(*there.try_write(two) == two.size());
        CHECK(*also_there.try_write(frame(1, "z")) == frame(1, "z").size());
        for (int i = 0; i < 10; ++i) co_await yield_now();
        CHECK(told == "read a handle handle write a read b handle write b ");
        a.cut();
        b.cut();
        co_await one;
        co_await other;
    };
    run(virtual_time, work());
}

TEST_CASE("a handler says what it was told, and ends when the peer does") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        auto handler = spawn(says(ends.server));
        co_await ends.client.send("hello");
        auto answer = co_await ends.client.receive();
        REQUIRE(answer);
        CHECK(answer->text() == "you said hello");
        co_await ends.client.close(1000, "bye");
        co_await handler;
        CHECK(ends.server.close_code() == 1000);
        CHECK(ends.server.close_reason() == "bye");
        CHECK(ends.client.close_code() == 1000);
    }());
}

TEST_CASE("an echo has the kind and the bytes of what came, empty ones too") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        auto handler = spawn(echo(ends.server));
        std::string large(300'000, 'x');
        std::string nothing;
        for (const std::string* each : {&nothing, &large}) {
            co_await ends.client.send_bytes(*each);
            auto back = co_await ends.client.receive();
            REQUIRE(back);
            CHECK(!back->is_text());
            CHECK(back->bytes() == *each);
        }
        co_await ends.client.send("\xC3\xA4");
        auto text = co_await ends.client.receive_text();
        CHECK(text == "\xC3\xA4");
        co_await ends.client.close();
        co_await handler;
    }());
}

TEST_CASE("JSON goes both ways, and what is none is told by its place") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        point sent{1, 2};
        co_await ends.client.send_json(sent);
        auto got = co_await ends.server.receive_json<point>();
        REQUIRE(got);
        CHECK(got->y == 2);
        co_await ends.client.send("{\"x\":\"one\"}");
        auto message = co_await ends.server.receive();
        REQUIRE(message);
        try {
            message->json<point>();
            FAIL("it is no point");
        } catch (const websocket_error& error) {
            CHECK(error.code() == 1007);
            CHECK(std::string(error.what()).find("message.x: ") == 0);
        }
        co_await ends.client.send_bytes("\xFF");
        auto binary = co_await ends.server.receive();
        CHECK_THROWS_AS(binary->text(), websocket_error);
    }());
}

TEST_CASE("after the end receive() gives nothing, send() throws with the code, and close() is no matter") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        co_await ends.client.send("last");
        co_await ends.client.close(4001, "enough");
        auto last = co_await ends.server.receive();
        CHECK(last.has_value());  // what came before the end is not lost
        auto nothing = co_await ends.server.receive();
        CHECK(!nothing);
        int code = 0;
        try {
            co_await ends.server.send("too late");
        } catch (const websocket_closed& closed) {
            code = closed.code();
        }
        CHECK(code == 4001);
        co_await ends.server.close(1011);
        co_await ends.server.close();
        CHECK(ends.server.close_code() == 4001);
        CHECK(ends.server.state() == websocket_state::closed);
        CHECK_THROWS_AS(ends.server.begin_close(1005), std::invalid_argument);
    }());
}

TEST_CASE("a close without a code is 1005, a cut 1006, and so is a stream that ends without a close frame") {
    run(virtual_time, []() -> task<> {
        one_end polite;
        polite.peer.push(frame(8, ""));
        auto nothing = co_await polite.server.receive();
        CHECK(!nothing);
        CHECK(polite.server.close_code() == 1005);

        one_end cut;
        cut.peer.close();
        nothing = co_await cut.server.receive();
        CHECK(!nothing);
        CHECK(cut.server.close_code() == 1006);

        one_end half;
        CHECK(half.peer.shutdown_write());
        nothing = co_await half.server.receive();
        CHECK(!nothing);
        CHECK(half.server.close_code() == 1006);
        CHECK(half.peer.at_end());  // and it is not left open
    }());
}

TEST_CASE("two jobs that receive from one WebSocket are a mistake that is told") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        auto first = spawn(echo(ends.server));
        auto refused = co_await fails<std::logic_error>(says(ends.server));
        CHECK(refused);
        co_await ends.client.close();
        co_await first;
    }());
}

TEST_CASE("a receive that is cancelled or not chosen loses no message") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        for (int i = 0; i < 20; ++i) {
            std::string text = std::to_string(i);
            auto early = co_await try_for(1ms, says(ends.server));
            CHECK(!early);
            co_await ends.client.send(text);
            auto got = co_await ends.server.receive();
            REQUIRE(got);
            CHECK(got->text() == text);
        }
    }());
}

TEST_CASE("pings are answered while the handler is somewhere else, and ping() tells how long that took") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        auto handler = [](websocket& ws) -> task<> {
            co_await sleep(60s);
            co_await ws.close();
        };
        auto busy = spawn(handler(ends.server));
        auto took = co_await ends.client.ping();
        CHECK(took == 0ns);
        busy.cancel();
        co_await ends.server.close();
        auto refused = co_await fails<websocket_closed>(pings(ends.client));
        CHECK(refused);
    }());
}

TEST_CASE("a peer that is quiet is pinged after 20 seconds, and given up with 1011 after 20 more") {
    run(virtual_time, []() -> task<> {
        one_end ends;
        auto handler = spawn(says(ends.server));
        co_await sleep(19s);
        CHECK(ends.peer.take_all().empty());
        co_await sleep(2s);
        CHECK(ends.peer.take_all() == "\x89" + std::string(1, '\0'));
        co_await sleep(18s);
        CHECK(ends.server.is_open());
        co_await sleep(2s);
        co_await handler;
        CHECK(ends.server.close_code() == 1011);
        CHECK(ends.server.close_reason() == "keepalive ping timeout");
        CHECK(ends.peer.take_all() == std::string("\x88\x18\x03\xF3", 4) + "keepalive ping timeout");
        CHECK(ends.peer.at_end());
    }());
}

TEST_CASE("who answers pings stays as long as he likes") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        auto handler = spawn(says(ends.server));
        co_await sleep(3600s);
        CHECK(ends.server.is_open());
        co_await ends.client.send("still here");
        auto answer = co_await ends.client.receive();
        CHECK(answer.has_value());
        co_await ends.client.close();
        co_await handler;
    }());
}

TEST_CASE("a burst of messages is answered by one write") {
    run(virtual_time, []() -> task<> {
        one_end ends;
        auto handler = spawn(echo(ends.server));
        co_await settle();
        std::string burst;
        for (int i = 0; i < 30; ++i) burst += frame(1, "hello");
        int before = ends.writes;
        ends.peer.push(burst);
        co_await settle();
        CHECK(ends.peer.take_all().size() == 30 * 7);
        CHECK(ends.writes - before == 1);
        ends.peer.close();
        co_await handler;
    }());
}

TEST_CASE("messages of several jobs never mix, however little the peer takes at a time") {
    for (auto time : seeds(20)) {
        run(time, []() -> task<> {
            two_ends ends({.max_unsent_bytes = 3'000}, 512);
            auto talker = [](websocket& ws, char letter) -> task<> {
                for (std::size_t i = 1; i <= 40; ++i) {
                    std::string text(i * 37, letter);
                    co_await ws.send(text);
                }
            };
            auto pieces = [](websocket& ws) -> task<> {
                for (int i = 0; i < 10; ++i) {
                    auto out = ws.begin();
                    std::string piece(400, 'p');
                    for (int n = 0; n < 5; ++n) co_await out.write(piece);
                    co_await out.end();
                }
            };
            auto a = spawn(talker(ends.server, 'a'));
            auto b = spawn(talker(ends.server, 'b'));
            auto c = spawn(pieces(ends.server));
            int messages = 0;
            for (; messages < 90; ++messages) {
                auto got = co_await ends.client.receive();
                REQUIRE(got);
                CHECK(got->bytes().find_first_not_of(got->bytes()[0]) == std::string_view::npos);
            }
            co_await a;
            co_await b;
            co_await c;
        }());
    }
}

TEST_CASE("send() waits for a peer that does not read, and goes on when it does") {
    run(virtual_time, []() -> task<> {
        one_end ends({.max_unsent_bytes = 10'000}, 1'000);
        int sent = 0;
        auto talker = [&]() -> task<> {
            std::string text(990, 'x');
            for (; sent < 50; ++sent) co_await ends.server.send(text);
        };
        auto talking = spawn(talker());
        co_await settle();
        CHECK(sent < 15);
        CHECK(ends.server.unsent_bytes() <= 10'000);
        while (!talking.done()) {
            ends.peer.take_all();
            co_await settle();
        }
        CHECK(sent == 50);
        co_await talking;
        ends.peer.close();
        co_await settle();
    }());
}

TEST_CASE("a slow peer misses the oldest messages, and gets whole ones all the same") {
    run(virtual_time, []() -> task<> {
        two_ends ends({.max_unsent_messages = 4, .slow_peer = when_slow::drop_oldest}, 100);
        for (int i = 0; i < 100; ++i) {
            std::string text = std::to_string(i) + std::string(60, '.');
            co_await ends.server.send(text);
        }
        CHECK(ends.server.dropped() > 80);
        co_await ends.server.send("end");
        std::string last;
        int before = -1;
        while (last != "end") {
            auto got = co_await ends.client.receive();
            REQUIRE(got);
            last = got->text();
            if (last == "end") break;
            CHECK(std::stoi(last) > before);
            before = std::stoi(last);
        }
        CHECK(before == 99);
    }());
}

TEST_CASE("a slow peer can be closed instead, with the code that was said") {
    run(virtual_time, []() -> task<> {
        one_end ends({.max_unsent_messages = 4, .slow_peer = when_slow::close, .slow_peer_code = 1013}, 100);
        int code = 0;
        try {
            for (int i = 0; i < 100; ++i) {
                std::string text(60, '.');
                co_await ends.server.send(text);
            }
        } catch (const websocket_closed& closed) {
            code = closed.code();
        }
        CHECK(code == 1013);
        co_await sleep(11s);  // it does not answer the close either
        CHECK(ends.server.state() == websocket_state::closed);
        CHECK(ends.peer.at_end() == false);  // what was sent can still be read
    }());
}

TEST_CASE("D16 a message beyond the limit ends it with 1009, before it is in memory") {
    run(virtual_time, []() -> task<> {
        one_end ends({.limits = {.message_bytes = 1000}});
        ends.peer.push(frame(1, std::string(600, 'x'), false) + frame(0, std::string(600, 'x')));
        auto nothing = co_await ends.server.receive();
        CHECK(!nothing);
        CHECK(ends.server.close_code() == 1009);
        co_await settle();
        CHECK(ends.peer.take_all().starts_with("\x88"));
        CHECK(ends.peer.at_end());
        co_await sleep(3s);
        CHECK(ends.server.state() == websocket_state::closed);
    }());
}

TEST_CASE("D16 a flood of pings by a peer that reads nothing costs a bounded memory") {
    run(virtual_time, []() -> task<> {
        one_end ends({}, 1024);
        for (int i = 0; i < 2000; ++i) {
            std::string pings;
            for (int n = 0; n < 20; ++n) pings += frame(9, std::string(100, 'p'));
            ends.peer.push(pings);
            co_await yield_now();
            co_await yield_now();
            REQUIRE(ends.server.unsent_bytes() < 32 * 1024);
        }
        CHECK(ends.server.is_open());
        ends.peer.close();
        co_await settle();
    }());
}

TEST_CASE("D16 what is not received is not read for ever: the peer has to wait") {
    run(virtual_time, []() -> task<> {
        one_end ends({.max_unread_messages = 8}, 1 << 20);
        std::string many;
        for (int i = 0; i < 5000; ++i) many += frame(1, "hello");
        ends.peer.push(many);
        co_await settle();
        int got = 0;
        for (; got < 5000; ++got) {
            auto message = co_await ends.server.receive();
            REQUIRE(message);
        }
        ends.peer.push(frame(8, ""));
        auto nothing = co_await ends.server.receive();
        CHECK(!nothing);
    }());
}

TEST_CASE("messages come in pieces where that was said, and are sent on as they come") {
    run(virtual_time, []() -> task<> {
        two_ends ends({.limits = {.message_bytes = 1 << 30}, .pieces = true});
        auto handler = spawn(echo(ends.server));
        std::string large(500'000, 'y');
        co_await ends.client.send_bytes(large);
        auto back = co_await ends.client.receive();
        REQUIRE(back);
        CHECK(back->bytes() == large);
        co_await ends.client.close();
        co_await handler;
    }());
}

TEST_CASE("a message that is begun and dropped ends the WebSocket: its peer would wait for the rest") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        {
            auto out = ends.server.begin();
            co_await out.write("half");
        }
        auto nothing = co_await ends.client.receive();
        CHECK(!nothing);
        CHECK(ends.client.close_code() == 1011);
    }());
}

TEST_CASE("a peer that does not answer a close is cut off after close_timeout") {
    run(virtual_time, []() -> task<> {
        one_end ends({.close_timeout = 3s});
        auto begun = loop::reactor::current().now();
        co_await ends.server.close(1001, "going");
        CHECK(loop::reactor::current().now() - begun == 3s);
        CHECK(ends.server.close_code() == 1001);
    }());
}

TEST_CASE("text that is no UTF-8 is refused where it is sent") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        CHECK_THROWS_AS(static_cast<void>(ends.server.send("\xFF")), std::invalid_argument);
        co_await ends.server.send_bytes("\xFF");
        auto got = co_await ends.client.receive();
        CHECK(got.has_value());
    }());
}

TEST_CASE("sending to a peer that has gone throws, and waits for nobody") {
    run(virtual_time, []() -> task<> {
        one_end ends({.max_unsent_bytes = 100}, 100);
        auto refused = spawn(fails<websocket_closed>(talks(ends.server)));
        co_await settle();
        ends.peer.close();
        auto closed = co_await refused;
        CHECK(closed);
        CHECK(ends.server.close_code() == 1006);
    }());
}

TEST_CASE("a peer whose bytes are not read, because the handler is slow, is not given up as quiet") {
    run(virtual_time, []() -> task<> {
        one_end ends({.max_unread_messages = 2});
        std::string many;
        for (int i = 0; i < 10; ++i) many += frame(1, "hello");
        ends.peer.push(many);
        co_await sleep(21s);
        CHECK(ends.peer.take_all() == "\x89" + std::string(1, '\0'));
        ends.peer.push(frame(10, ""));
        co_await sleep(60s);
        CHECK(ends.server.is_open());
        for (int i = 0; i < 10; ++i) {
            auto got = co_await ends.server.receive();
            CHECK(got.has_value());
        }
        co_await sleep(10s);
        CHECK(ends.server.is_open());
        co_await sleep(60s);
        CHECK(ends.server.close_code() == 1011);
    }());
}

TEST_CASE("a ping_interval, a ping_timeout and a close_timeout may be as long as can be") {
    run(virtual_time, []() -> task<> {
        constexpr auto ever = std::chrono::milliseconds::max();
        one_end ends({.ping_interval = ever, .ping_timeout = ever, .close_timeout = ever});
        auto handler = spawn(says(ends.server));
        co_await sleep(1000h);
        CHECK(ends.peer.take_all().empty());
        CHECK(ends.server.is_open());
        ends.server.begin_close(1000);
        co_await sleep(1000h);
        CHECK(ends.server.state() == websocket_state::closing);
        ends.peer.close();
        co_await handler;
    }());
}

TEST_CASE("a handler that never receives hears of a chatty peer that has left: it sends no more, and need not wait") {
    run(virtual_time, []() -> task<> {
        one_end ends({.max_unread_messages = 2, .max_unsent_bytes = 100}, 4096);
        std::string many;
        for (int i = 0; i < 10; ++i) many += frame(1, "hello");
        ends.peer.push(many);
        auto waiting = spawn(fails<websocket_closed>(talks(ends.server)));
        co_await settle();
        CHECK(ends.server.is_open());
        CHECK(!waiting.done());
        CHECK(ends.server.unsent_bytes() > 0);
        CHECK(static_cast<bool>(ends.peer.shutdown_write()));
        co_await settle();
        REQUIRE(waiting.done());  // though the peer's end takes nothing, and nothing has failed
        CHECK(!ends.server.is_open());
        CHECK(ends.server.unsent_bytes() > 0);
        auto refused = co_await fails<websocket_closed>(talks(ends.server));
        CHECK(refused);
        auto unanswered = co_await fails<websocket_closed>(pings(ends.server));
        CHECK(unanswered);
        for (int i = 0; i < 10; ++i) {  // what it has said is not lost
            auto message = co_await ends.server.receive();
            CHECK(message.has_value());
        }
        auto nothing = co_await ends.server.receive();
        CHECK(!nothing);
        CHECK(ends.server.close_code() == 1006);
        co_await waiting;
    }());
}

TEST_CASE("the code of a peer that closes behind messages which nobody receives is found when it is looked for") {
    for (bool closes : {false, true}) {
        run(virtual_time, [](bool closes_it) -> task<> {
            one_end ends({.max_unread_messages = 2});
            std::string many;
            for (int i = 0; i < 10; ++i) many += frame(1, "hello");
            ends.peer.push(many + frame(8, "\x0F\xA1"));
            CHECK(static_cast<bool>(ends.peer.shutdown_write()));
            co_await settle();
            CHECK(!ends.server.is_open());
            CHECK(ends.server.close_code() == 0);
            if (closes_it) {
                co_await ends.server.close(1000);
            } else {
                while (auto message = co_await ends.server.receive()) CHECK(message->bytes() == "hello");
            }
            CHECK(ends.server.close_code() == 4001);
        }(closes));
    }
}

namespace {

/// Of a peer whose system says how much it has taken, as long as it is there.
class acknowledging_line final : public duplex::line {
public:
    acknowledging_line(net::memory_stream stream, const bool& is_there) : inner_(std::move(stream)), there_(is_there) {}
    void tell(loop::edge_watcher* who) noexcept override { inner_.tell(who); }
    std::optional<result<std::size_t>> try_read(std::span<char> room) override { return inner_.try_read(room); }
    result<std::size_t> try_write(std::string_view bytes) override {
        if (there_) taken_ += bytes.size();
        return inner_.try_write(bytes);
    }
    bool hung_up() const noexcept override { return inner_.hung_up(); }
    std::optional<std::uint64_t> acknowledged() const noexcept override { return taken_; }
    void shutdown_write() noexcept override { inner_.shutdown_write(); }
    void close() noexcept override { inner_.close(); }

private:
    duplex::stream_line<net::memory_stream> inner_;
    const bool& there_;
    std::uint64_t taken_ = 100;
};

}  // namespace

TEST_CASE("a peer whose pongs nobody reads stays while its system takes the pings, and is given up when it does not") {
    run(virtual_time, []() -> task<> {
        auto how = std::make_shared<const websocket_options>(websocket_options{.max_unread_messages = 2});
        auto [here, there] = net::memory_stream::pair();
        bool is_there = true;
        websocket server(how, nullptr, ws::session::server());
        server.open(std::make_unique<acknowledging_line>(std::move(here), is_there), {}, {}, {});
        std::string many;
        for (int i = 0; i < 10; ++i) many += frame(1, "hello");
        there.push(many);
        co_await sleep(3600s);
        CHECK(server.is_open());
        is_there = false;
        co_await sleep(61s);
        CHECK(!server.is_open());
        CHECK(server.close_code() == 1011);
    }());
}

TEST_CASE("a message that waits for another and is given up does not end the WebSocket, nor mix with it") {
    run(virtual_time, []() -> task<> {
        two_ends ends;
        auto first = ends.server.begin();
        co_await first.write("one ");
        {
            auto second = ends.server.begin();
            auto early = co_await try_for(1ms, writes(second, "two "));
            CHECK(!early);
        }
        CHECK(ends.server.is_open());
        auto third = ends.server.begin();
        auto early = co_await try_for(1ms, writes(third, "three "));
        CHECK(!early);
        auto rest = spawn(ends_it(third, "rest"));
        co_await settle();
        co_await first.end("end");
        auto got = co_await ends.client.receive();
        REQUIRE(got);
        CHECK(got->text() == "one end");
        co_await rest;
        auto next = co_await ends.client.receive();
        REQUIRE(next);
        CHECK(next->text() == "rest");
    }());
}

TEST_CASE("a message whose end is cancelled ends the WebSocket: its peer would wait for the rest") {
    run(virtual_time, []() -> task<> {
        one_end ends({.max_unsent_bytes = 100}, 100);
        {
            auto out = ends.server.begin();
            std::string much(300, 'x');
            co_await out.write(much);
            auto early = co_await try_for(1ms, ends_it(out, "end"));
            CHECK(!early);
        }
        CHECK(ends.server.close_code() == 1011);
    }());
}

TEST_CASE("a message in pieces is sent whole or not at all, when the newest is dropped") {
    run(virtual_time, []() -> task<> {
        two_ends ends({.max_unsent_messages = 2, .slow_peer = when_slow::drop_newest}, 100);
        std::string text(90, 'x');
        for (int i = 0; i < 10; ++i) co_await ends.server.send(text);
        auto piecewise = [](websocket& ws) -> task<> {
            auto out = ws.begin();
            co_await out.write("be");
            co_await out.end("gin");
            co_await ws.close();
        };
        auto job = spawn(piecewise(ends.server));
        for (;;) {
            auto got = co_await ends.client.receive();
            if (!got) break;
            bool whole = got->bytes() == text || got->bytes() == "begin";
            CHECK(whole);
        }
        co_await job;
    }());
}

TEST_CASE("who waits for a WebSocket that goes away has nothing to wait for, and touches it no more") {
    run(virtual_time, []() -> task<> {
        auto ends = std::make_unique<two_ends>();
        bool received = false;
        bool pinged = false;
        auto one = spawn(receives_nothing(ends->server, received));
        auto two = spawn(pings_in_vain(ends->client, pinged));
        co_await yield_now();
        ends.reset();
        co_await one;
        co_await two;
        CHECK(received);
        CHECK(pinged);
    }());
}
