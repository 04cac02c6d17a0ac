// What:  a WebSocket: messages both ways, for as long as both sides like; here each comes back with its number.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 34_websocket_echo.cpp -o echo -pthread && ./echo
// Try:   python3 -m websockets ws://127.0.0.1:8000/echo/ann   and stop the server meanwhile: the client is told 1012
// Next:  35_chat.cpp lets everybody hear everybody.
#include <coracle.hpp>
using namespace coracle;

int main() {
    app app;
    app.websocket("/echo/{name}", [](websocket& ws, std::string name) -> task<> {
        int count = 0;
        while (auto message = co_await ws.receive()) {  // nothing, once the client has gone
            if (message->bytes() == "quit") throw websocket_error(4001, "as you wish");
            ++count;
            co_await ws.send(name + " " + std::to_string(count) + ": " + message->text());
        }
    });
    return app.run();
}
