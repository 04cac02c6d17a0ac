// What:  server-sent events: an answer that goes on, and the page in a browser that follows it.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 19_server_sent_events.cpp -o events -pthread && ./events
// Try:   curl -N 127.0.0.1:8000/countdown/5; open http://127.0.0.1:8000/ and stop the server: the page comes back.
// Next:  20_middleware.cpp does something around every request.
#include <coracle.hpp>
using namespace coracle;

constexpr const char* page = R"(<!doctype html><title>Countdown</title><h1></h1><script>
const heading = document.querySelector("h1");
const events = new EventSource("/countdown/30");
events.onmessage = event => heading.textContent = event.data;
events.addEventListener("done", event => { heading.textContent = event.data; events.close(); });
</script>)";

// A browser that lost the connection comes back by itself, and says which event was the last that it has seen.
event_stream countdown(int from, header<"last-event-id", std::optional<int>> seen) {
    for (int n = seen->value_or(from + 1) - 1; n > 0; --n) {
        co_yield sse_event(n).id(std::to_string(n));
        co_await sleep(100ms);
    }
    co_yield sse_event("Lift-off!").event("done");
}

int main() {
    app app;
    app.get("/", on_loop([] { return response::html(page); }));
    app.get("/countdown/{from}", countdown);
    app.get("/clock", []() -> event_stream {  // for ever: it ends when the client leaves, or the server stops
        for (int seconds = 0;; ++seconds) {
            json now{{"seconds", seconds}};
            co_yield sse_event(now);
            co_await sleep(1s);
        }
    });
    return app.run({.port = 8000});
}
