// streams: a hub as server-sent events on two workers, and an answer that waits, for a browser that follows and aborts.
#include <coracle.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

using namespace coracle;

int main() {
    hub<std::string> news({.capacity = 100});
    std::atomic<int> waiting{0};
    std::atomic<int> cancelled_ones{0};
    struct leaves {
        std::atomic<int>& in;
        std::atomic<int>& out;
        bool done = false;
        explicit leaves(std::atomic<int>& to, std::atomic<int>& from) : in(to), out(from) { ++in; }
        leaves(const leaves&) = delete;
        leaves& operator=(const leaves&) = delete;
        ~leaves() {
            --in;
            if (!done) ++out;
        }
    };
    app app;
    app.get("/", on_loop([] {
                return response::html("<!doctype html><link rel=icon href='data:,'><title>streams</title><p>streams");
            }));
    app.get("/events",
            [&](header<"last-event-id", std::optional<std::uint64_t>> seen) { return hub_events(news, *seen); });
    app.post("/publish{?text}", on_loop([&](std::string text) { return json{{"id", news.publish(std::move(text))}}; }));
    app.get("/slow", [&]() -> task<json> {  // counts who leaves it before it has an answer
        leaves here(waiting, cancelled_ones);
        co_await sleep(30s);
        here.done = true;
        co_return json{{"message", "done"}};
    });
    app.get("/endless", [&]() -> generator<std::string> {
        leaves here(waiting, cancelled_ones);
        for (;;) {
            co_yield "line\n";
            co_await sleep(10ms);
        }
    });
    app.get("/counts", on_loop([&] {
                return json{{"waiting", waiting.load()},
                            {"cancelled", cancelled_ones.load()},
                            {"subscribers", news.subscribers()}};
            }));
    return app.run({.port = 0, .workers = 2});
}
