// expect: the handler of a WebSocket is a coroutine that gives nothing
#include <coracle/server/websocket_route.hpp>

int main() {
    coracle::app app;
    app.websocket("/ws", [](coracle::websocket&) {});
}
