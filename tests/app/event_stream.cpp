#include <doctest/doctest.h>

#include <coracle/app/event_stream.hpp>
#include <coracle/app/header.hpp>
#include <coracle/testing/test_client.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("events are sent one by one as text/event-stream, and nobody on the way keeps them") {
    app site;
    site.get("/ticks", []() -> event_stream {
        for (int i = 0;; ++i) {
            co_await sleep(1s);
            co_yield sse_event(i);
        }
    });
    test_client client(site, virtual_time);
    auto ticks = client.stream("GET", "/ticks");
    CHECK(ticks.status() == 200);
    CHECK(ticks.headers()["content-type"] == "text/event-stream");
    CHECK(ticks.headers()["cache-control"] == "no-cache");
    CHECK(ticks.headers()["x-accel-buffering"] == "no");
    CHECK(client.elapsed() == 0s);
    CHECK(ticks.read() == "data: 0\n\n");
    CHECK(client.elapsed() == 1s);
    CHECK(ticks.read() == "data: 1\n\n");
    CHECK(client.elapsed() == 2s);
}

TEST_CASE("what an event stream throws before it waits is an answer, and any method may have one") {
    app site;
    site.post("/chat{?room}", [](int room) -> event_stream {
        if (room > 9) throw http_error(404, "No such room");
        co_yield sse_event("welcome").event("hello");
        co_await sleep(1s);
        co_yield sse_event("bye");
    });
    test_client client(site, virtual_time);
    CHECK(client.post("/chat?room=10").status == 404);
    CHECK(client.post("/chat?room=10").json()["detail"] == "No such room");
    CHECK(client.post("/chat").status == 422);
    CHECK(client.post("/chat?room=1").body == "event: hello\ndata: welcome\n\ndata: bye\n\n");
}

TEST_CASE("where the client came back, Last-Event-ID says what it has seen") {
    app site;
    site.get("/log", [](header<"last-event-id", std::optional<int>> seen) -> event_stream {
        for (int i = seen->value_or(0) + 1; i < 4; ++i) co_yield sse_event("entry").id(std::to_string(i));
    });
    test_client client(site, virtual_time);
    CHECK(client.get("/log", {.headers = {{"last-event-id", "2"}}}).body == "data: entry\nid: 3\n\n");
}

TEST_CASE("T37: 15 s without an event, and a comment goes out, until there is an event again") {
    app site;
    site.get("/quiet", []() -> event_stream {
        co_await sleep(40s);
        co_yield sse_event("at last");
        co_await sleep(14s);
        co_yield sse_event("soon");
        co_await sleep(16s);
    });
    test_client client(site, virtual_time);
    auto quiet = client.stream("GET", "/quiet");
    CHECK(client.elapsed() == 0s);
    CHECK(quiet.read() == ": ping\n\n");
    CHECK(client.elapsed() == 15s);
    CHECK(quiet.read() == ": ping\n\n");
    CHECK(client.elapsed() == 30s);
    CHECK(quiet.read() == "data: at last\n\n");
    CHECK(client.elapsed() == 40s);
    CHECK(quiet.read() == "data: soon\n\n");
    CHECK(client.elapsed() == 54s);
    CHECK(quiet.read() == ": ping\n\n");
    CHECK(client.elapsed() == 69s);
    CHECK(quiet.read() == std::nullopt);
    CHECK(client.elapsed() == 70s);
}
