// What:  answers and requests of any size, piece by piece: text, lines of JSON, and an upload.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 26_streaming.cpp -o streaming -pthread && ./streaming
// Try:   curl -N 127.0.0.1:8000/numbers; curl 127.0.0.1:8000/endless | head -c 1000; curl -T big.iso .../upload
// Next:  27_graceful_stop.cpp ends an answer that would go on for ever.
#include <coracle.hpp>
using namespace coracle;

struct reading {
    int hour = 0;
    double celsius = 0;
};

int main() {
    app app;
    app.get("/numbers{?count=10}", [](int count) -> generator<std::string> {
        if (count > 1000) throw http_error(400, "A thousand at most");  // before the first piece: an answer
        for (int i = 0; i < count; ++i) {
            co_await sleep(10ms);
            co_yield std::to_string(i) + "\n";
        }
    });
    app.get("/readings", []() -> generator<reading> {  // anything but text: a line of JSON each
        for (int hour = 0; hour < 2; ++hour) {
            reading one{hour, 20.5 + hour};
            co_yield one;
        }
    });
    app.get("/endless", []() -> generator<std::string> {  // made no faster than the client takes it
        for (int line = 0;; ++line) co_yield "line " + std::to_string(line) + "\n";
    });
    app.post("/upload", [](request& req) -> task<json> {  // sent no faster than this reads it
        std::size_t bytes = 0;
        while (auto part = co_await req.body.read()) bytes += part->size();
        co_return json{{"bytes", bytes}};
    });
    return app.run({.port = 8000});
}
