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
