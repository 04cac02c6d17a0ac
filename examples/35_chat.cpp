// What:  a chat: WebSockets, rooms that remember what was said, and a page; the same on every worker.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 35_chat.cpp -o chat -pthread && ./chat
// Try:   http://127.0.0.1:8000/ in two windows, and with #kitchen behind it; stop the program, and start it again.
// Next:  36_cache.cpp asks others only once.
#include <coracle.hpp>

#include "35_chat/page.hpp"
using namespace coracle;

struct message {
    checked<std::string, min_length<1>, max_length<30>> from;
    checked<std::string, min_length<1>, max_length<2000>> text;
};
using room = hub<message>;

task<> talk(websocket& ws, room& here) {
    while (auto said = co_await ws.receive_json<message>()) here.publish(std::move(*said));
}
task<> listen(websocket& ws, room::subscription mine) {
    co_await mine.for_each([&](const room::item& said) -> task<> {
        json line{{"id", said.id()}, {"from", *said->from}, {"text", *said->text}};
        co_await ws.send_json(line);
    });  // who does not read what he is sent is too slow in the end; his page comes back, and asks for the rest
}

int main() {
    hub_rooms<message> rooms({.capacity = 200});
    app app;
    app.get("/", on_loop([] { return response::html(page); }));
    app.websocket("/rooms/{name}{?after=0}", [&](websocket& ws, std::string name, std::uint64_t after) -> task<> {
        auto here = rooms.in(name);
        co_await race(talk(ws, *here), listen(ws, here->subscribe(after)));
    });
    return app.run({.port = 8000, .workers = 2});
}
