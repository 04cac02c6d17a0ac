// Scenarios of a hub behind WebSockets and server-sent events of a whole app.
#include "loopback.hpp"

#include <doctest/doctest.h>

#include <coracle/app/header.hpp>
#include <coracle/app/hub.hpp>
#include <coracle/app/hub_events.hpp>
#include <coracle/app/on_loop.hpp>
#include <coracle/async/race.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/server/websocket_route.hpp>
#include <coracle/testing/test_client.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

using text_hub = hub<std::string>;

task<> talk(websocket& ws, text_hub& here) {
    while (auto said = co_await ws.receive()) here.publish(std::string(said->text()));
}
task<> listen(websocket& ws, text_hub::subscription mine) {
    co_await mine.for_each([&](const text_hub::item& said) -> task<> { co_await ws.send(*said); });
    if (mine.too_slow()) ws.begin_close(1008, "too slow");
}
app chat(text_hub& room) {
    app app;
    app.websocket("/chat", {.socket = {.max_unsent_messages = 8}},
                  [&](websocket& ws) -> task<> { co_await race(talk(ws, room), listen(ws, room.subscribe())); });
    app.get("/events",
            [&](header<"last-event-id", std::optional<std::uint64_t>> seen) { return hub_events(room, *seen); });
    return app;
}
std::string message(int number) {
    std::string text = std::to_string(number) + " ";
    text.resize(4096, 'x');
    return text;
}

}  // namespace

TEST_CASE("T31 200 WebSockets, 50 messages a second: each gets every message in order, the slow one is dropped alone") {
    text_hub room(hub_options{.capacity = 16});
    test_client client(chat(room), virtual_time);
    using socket = decltype(client.websocket_connect("/chat"));
    std::vector<std::unique_ptr<socket>> guests;
    for (int i = 0; i < 200; ++i) guests.emplace_back(new socket(client.websocket_connect("/chat")));
    socket slow = client.websocket_connect("/chat");
    client.wait(1s);
    CHECK(room.subscribers() == 201);
    int published = 0;
    int wrong = 0;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 10; ++i) {
            guests[static_cast<std::size_t>(published)]->send(message(published));
            ++published;
            client.wait(20ms);
        }
        for (auto& each : guests)
            for (int i = published - 10; i < published; ++i)
                if (each->receive_text() != message(i)) ++wrong;
    }
    CHECK(wrong == 0);
    CHECK(room.statistics().too_slow == 1);
    CHECK(room.subscribers() == 200);
    int heard = 0;
    while (auto still = slow.receive()) CHECK(still->text() == message(heard++));
    CHECK(heard > 0);
    CHECK(heard < published);
    CHECK(slow.close_code() == 1008);
    CHECK(slow.close_reason() == "too slow");
}

TEST_CASE("a guest who leaves, or is cut off, leaves the room, and the others go on") {
    text_hub room;
    test_client client(chat(room), virtual_time);
    auto stays = client.websocket_connect("/chat");
    {
        auto leaves = client.websocket_connect("/chat");
        auto is_cut = client.websocket_connect("/chat");
        client.wait(1s);
        CHECK(room.subscribers() == 3);
        leaves.close();
        is_cut.cut();
        client.wait(1s);
        CHECK(room.subscribers() == 1);
    }
    stays.send("alone");
    CHECK(stays.receive_text() == "alone");
}

TEST_CASE("who follows events comes back behind the last that it has seen, and both ends leave the hub") {
    text_hub room(hub_options{.capacity = 3});
    test_client client(chat(room), virtual_time);
    for (int i = 1; i <= 5; ++i) room.publish(std::to_string(i));
    {
        auto events = client.stream("GET", "/events", {.headers = {{"last-event-id", "3"}}});
        CHECK(events.line() == "data: 4");
        CHECK(events.line() == "id: 4");
        CHECK(events.line() == "");
        CHECK(events.line() == "data: 5");
        CHECK(events.line() == "id: 5");
        CHECK(events.line() == "");
        room.publish("two\nlines");
        CHECK(events.line() == "data: two");
        CHECK(events.line() == "data: lines");
        CHECK(events.line() == "id: 6");
        CHECK(events.line() == "");
        client.wait(20s);
        CHECK(events.line() == ": ping");
        CHECK(room.subscribers() == 1);
    }
    client.wait(1s);
    CHECK(room.subscribers() == 0);
    auto ends = client.stream("GET", "/events");
    CHECK(room.subscribers() == 1);
    room.close();
    CHECK(ends.finish().empty());
    client.wait(1s);
    CHECK(room.subscribers() == 0);
}

TEST_CASE("a server that stops ends the subscriptions of its handlers, on all workers, and they still answer") {
    text_hub room;
    app served;
    served.get("/listen", [&]() -> task<std::string> {
        std::string all;
        auto mine = room.subscribe();
        while (auto said = co_await mine.receive()) all += *said;
        co_return all;
    });
    served.get("/events", [&] { return hub_events(room); });
    served.post("/say{?text}", on_loop([&](std::string text) { room.publish(std::move(text)); }));
    loopback::running server(served, {.workers = 2});
    std::vector<loopback::client> listeners;
    for (int i = 0; i < 8; ++i) {
        listeners.emplace_back(server.port());
        listeners.back().send(std::string("GET ") + (i < 6 ? "/listen" : "/events") +
                              " HTTP/1.1\r\nhost: test\r\n\r\n");
    }
    while (room.subscribers() < 8) std::this_thread::yield();
    loopback::client says(server.port());
    CHECK(says.post("/say?text=one", "").status == 204);
    CHECK(says.post("/say?text=two", "").status == 204);
    server.stop();
    for (std::size_t i = 0; i < 6; ++i) CHECK(listeners[i].receive().body == "onetwo");
    for (std::size_t i = 6; i < 8; ++i)
        CHECK(listeners[i].receive().body == "data: one\nid: 1\n\ndata: two\nid: 2\n\n");
    CHECK(room.subscribers() == 0);
    CHECK(room.publish("goes on") == 3);
}
