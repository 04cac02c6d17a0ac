// Our half of the WebSocket interop: a server that other people's clients talk to, and a client of their servers.
// usage: interop_websocket serve PORT, or interop_websocket ask URL
#include <coracle.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t sizes[] = {0, 1, 125, 126, 127, 65535, 65536, 1 << 20, 16 << 20};

int serve(int port) {
    app app;
    app.websocket("/echo", [](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) co_await ws.send(*message);
    });
    app.websocket("/pieces", [](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) {
            auto out = ws.begin(message->kind());
            std::string_view rest = message->bytes();
            std::size_t step = 1000 + rest.size() / 64;  // others allow no thousands of them
            for (; rest.size() > step; rest.remove_prefix(step)) co_await out.write(rest.substr(0, step));
            co_await out.write(rest);
            co_await out.end();
        }
    });
    app.websocket("/chat", {.subprotocols = {"chat.v2", "chat.v1"}}, [](websocket& ws) -> task<> {
        co_await ws.accept();
        co_await ws.send(ws.subprotocol());
    });
    app.websocket("/close/{code}", [](websocket& ws) -> task<> {
        std::string code(ws.path("code"));
        co_await ws.accept();
        throw websocket_error(std::atoi(code.c_str()), "because");
    });
    app.websocket("/throws", [](websocket& ws) -> task<> {
        co_await ws.accept();
        throw std::runtime_error("the handler failed");
    });
    app.websocket("/deny", [](websocket& ws) -> task<> {
        ws.deny(403);
        co_return;
    });
    app.websocket("/ping", [](websocket& ws) -> task<> {
        co_await ws.ping();
        co_await ws.send("answered");
    });
    app.websocket("/small", {.socket = {.limits = {.message_bytes = 1000}}}, [](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) co_await ws.send(*message);
    });
    app.run({.host = "127.0.0.1", .port = static_cast<std::uint16_t>(port), .access_log = false, .banner = false});
    return 0;
}

int failures = 0;
int checks = 0;

void check(std::string_view what, bool good) {
    ++checks;
    if (good) return;
    ++failures;
    std::printf("FAILED: %.*s\n", static_cast<int>(what.size()), what.data());
}

task<> echoes(websocket& ws, std::size_t size) {
    const std::string text(size, 'x');
    co_await ws.send(text);
    auto same = co_await ws.receive();
    check("a text of " + std::to_string(size), same && same->is_text() && same->bytes() == text);
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7);
    co_await ws.send_bytes(bytes);
    same = co_await ws.receive();
    check("bytes, " + std::to_string(size), same && !same->is_text() && same->bytes() == bytes);
    auto out = ws.begin(ws::data_kind::binary);
    std::string_view rest = bytes;
    for (; rest.size() > 50'000; rest.remove_prefix(50'000)) co_await out.write(rest.substr(0, 50'000));
    co_await out.write(rest);
    co_await out.end();
    same = co_await ws.receive();
    check("in pieces, " + std::to_string(size), same && same->bytes() == bytes);
}

task<> talk(std::string url) {
    websocket_client_options options;
    options.subprotocols = {"chat.v2", "chat.v1"};
    options.http.base_url = url;
    websocket_client client(std::move(options));
    auto ws = co_await client.connect("/echo");
    for (std::size_t size : sizes) co_await echoes(*ws, size);
    co_await ws->send("k\u00e4se \U0001F9C0");
    auto same = co_await ws->receive();
    check("more than ASCII", same && same->text() == "k\u00e4se \U0001F9C0");
    auto took = co_await ws->ping();
    check("a pong", took < 10s);
    check("the subprotocol", ws->subprotocol() == "chat.v1");
    co_await ws->close(4002, "tired");
    check("closed by us", ws->close_code() == 4002);

    ws = co_await client.connect("/close");
    auto none = co_await ws->receive();
    check("closed by them", !none && ws->close_code() == 4001 && ws->close_reason() == "because");
    ws = co_await client.connect("/pings");
    same = co_await ws->receive();
    check("their ping is answered", same && same->text() == "answered");
    ws = co_await client.connect("/pieces");
    same = co_await ws->receive();
    check("their pieces", same && same->text() == std::string(2000, 'a') + std::string(70'000, 'b') + "c");
    int status = 0;
    try {
        auto refused = co_await client.connect("/deny");
    } catch (const status_error& why) {
        status = why.status();
    }
    check("refused", status == 403);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc == 3 ? argv[1] : "";
    if (what == "serve") return serve(std::atoi(argv[2]));
    if (what != "ask") return 2;
    try {
        run(timeout(60s, talk(argv[2])));
    } catch (const std::exception& why) {
        check(why.what(), false);
    }
    std::printf("%d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
