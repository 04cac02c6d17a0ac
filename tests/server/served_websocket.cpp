// served_websocket: WebSockets over real sockets, and how they end.
#include <coracle/server/served_websocket.hpp>

#include <coracle/loop/sleep.hpp>
#include <coracle/server/websocket_route.hpp>

#include <server/loopback.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

std::string masked(int opcode, std::string_view payload) {
    std::string out{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size())};
    out.append(4, '\0');
    return out.append(payload);
}
std::string handshake(std::string_view path) {
    return "GET " + std::string(path) +
           " HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
           "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

struct heard_end {
    std::atomic<int> code{0};
};

}  // namespace

TEST_CASE("T16 an echo, a client that closes, and a client that is cut off") {
    heard_end end;
    app app;
    app.websocket("/ws", [&](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) co_await ws.send(*message);
        end.code = ws.close_code();
    });
    loopback::running server(app);
    {
        loopback::client client(server.port());
        client.send(handshake("/ws") + masked(1, "at once"));  // not lost
        CHECK(client.receive().field("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        CHECK(client.read(9) ==
              "\x81\x07"
              "at once");
        client.send(masked(2, "more"));
        CHECK(client.read(6) == "\x82\x04more");
        client.send(masked(8, "\x03\xE8"));
        CHECK(client.read(4) == "\x88\x02\x03\xE8");
        CHECK(client.closed());
    }
    while (end.code == 0) std::this_thread::yield();
    CHECK(end.code == 1000);
    end.code = 0;
    {
        loopback::client client(server.port());
        client.send(handshake("/ws"));
        CHECK(client.receive().status == 101);
    }
    while (end.code == 0) std::this_thread::yield();
    CHECK(end.code == 1006);
}

TEST_CASE("what a handler saw of the request before it was answered stays good as long as the WebSocket") {
    app app;
    app.websocket("/rooms/{room}{?q}", [](websocket& ws) -> task<> {
        std::string_view address = ws.client_address();
        std::string_view room = ws.path("room");
        std::string_view asked = ws.query("q").value_or("-");
        std::string_view connection = ws.headers()["connection"];
        std::vector<std::string_view> spoken = ws.subprotocols();
        while (auto message = co_await ws.receive()) {
            std::string said(room);
            said.append(" ").append(asked).append(" ").append(connection).append(" ").append(address);
            co_await ws.send(said.append(spoken.empty() ? "" : "?"));
        }
    });
    app.websocket("/address", [](websocket& ws) -> task<> {
        std::string_view address = ws.client_address();
        while (auto message = co_await ws.receive()) co_await ws.send(address);
    });
    app.get("/others/{name}", [](std::string name) { return name; });
    loopback::running server(app);
    loopback::client one(server.port());
    loopback::client two(server.port());
    one.send(handshake("/rooms/a-room-with-a-view?q=what-is-asked"));
    CHECK(one.receive().status == 101);
    two.send(handshake("/address"));
    CHECK(two.receive().status == 101);
    for (int i = 0; i < 4; ++i) {
        loopback::client other(server.port());
        CHECK(other.get("/others/" + std::string(200, 'z')).status == 200);
    }
    one.send(masked(1, "?"));
    std::string said = "a-room-with-a-view what-is-asked upgrade 127.0.0.1";
    CHECK(one.read(said.size() + 2).substr(2) == said);
    two.send(masked(1, "?"));
    CHECK(two.read(11).substr(2) == "127.0.0.1");
}

TEST_CASE("a server that stops tells every WebSocket 1012, and waits for their handlers") {
    std::atomic<int> ended{0};
    app app;
    app.websocket("/ws", [&](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) continue;
        ended += ws.close_code();
    });
    loopback::running server(app);
    loopback::client one(server.port());
    loopback::client two(server.port());
    for (auto* each : {&one, &two}) {
        each->send(handshake("/ws"));
        CHECK(each->receive().status == 101);
    }
    std::thread stopping([&] { server.stop(); });
    for (auto* each : {&one, &two}) {
        CHECK(each->read(4) == "\x88\x02\x03\xF4");
        each->send(masked(8, "\x03\xF4"));
        CHECK(each->closed());
    }
    stopping.join();
    CHECK(ended == 2 * 1012);
}

TEST_CASE("a handler that closes before the server stops has the first word, and one that closes behind it has none") {
    std::atomic<int> closing{0}, ended{0};
    app app;
    app.websocket("/first", [&](websocket& ws) -> task<> {
        auto message = co_await ws.receive();
        ws.begin_close(4000, "mine");
        closing = 1;
        co_await ws.close(4002);
        ended += ws.close_code();
    });
    app.websocket("/behind", [&](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) continue;
        co_await ws.close(4001);
        ended += ws.close_code();
    });
    loopback::running server(app);
    loopback::client first(server.port()), behind(server.port());
    first.send(handshake("/first") + masked(1, "go"));
    behind.send(handshake("/behind"));
    CHECK(first.receive().status == 101);
    CHECK(behind.receive().status == 101);
    while (closing == 0) std::this_thread::yield();
    std::thread stopping([&] { server.stop(); });
    CHECK(behind.read(4) == "\x88\x02\x03\xF4");
    CHECK(first.read(8) == "\x88\x06\x0F\xA0mine");
    behind.send(masked(8, "\x03\xF4"));
    first.send(masked(8, "\x0F\xA0"));
    CHECK(first.closed());
    CHECK(behind.closed());
    stopping.join();
    CHECK(ended == 4000 + 1012);
}

TEST_CASE("a handler that does not listen is cancelled when the time of the stop is up") {
    std::atomic<bool> unwound{false};
    struct at_end {
        std::atomic<bool>& flag;
        ~at_end() { flag = true; }
    };
    app app;
    app.websocket("/ws", [&](websocket& ws) -> task<> {
        at_end end{unwound};
        co_await ws.accept();
        co_await sleep(1000s);
    });
    run_options options;
    options.graceful_timeout = 100ms;
    loopback::running server(app, options);
    loopback::client client(server.port());
    client.send(handshake("/ws"));
    CHECK(client.receive().status == 101);
    auto begun = std::chrono::steady_clock::now();
    server.stop();
    CHECK(std::chrono::steady_clock::now() - begun < 5s);
    CHECK(unwound);
    CHECK(client.read(4) == "\x88\x02\x03\xF4");
}

TEST_CASE("a client that takes nothing holds up nobody, and is cut off in the end") {
    std::atomic<int> code{0};
    app app;
    app.websocket("/flood", {.socket = {.ping_interval = 200ms, .ping_timeout = 200ms}}, [&](websocket& ws) -> task<> {
        std::string large(100'000, 'x');
        try {
            for (;;) co_await ws.send(large);
        } catch (const websocket_closed& closed) {
            code = closed.code();
        }
    });
    app.get("/", on_loop([] { return std::string("still here"); }));
    loopback::running server(app);
    loopback::client slow(server.port());
    slow.send(handshake("/flood"));
    CHECK(slow.receive().status == 101);
    CHECK(loopback::get(server.port(), "/").body == "still here");
    while (code == 0) std::this_thread::yield();
    CHECK(code == 1011);
}
