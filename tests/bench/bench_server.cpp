// The server that is measured against the floor: an app like any other, with routing, limits and deadlines in the path.
// /plaintext and /json run where they stand (on_loop); the /coroutine/ ones are the same as coroutines.
#include <coracle.hpp>

#include <cstdlib>
#include <cstdio>
#include <deque>
#include <string>

using namespace coracle;

namespace {

struct greeting {
    std::string message;
};
struct item {
    std::string name;
    double price = 0;
    std::optional<std::string> note;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_server PORT [ROUTES]\n");
        return 2;
    }
    app app;
    app.get("/plaintext", on_loop([] { return std::string("Hello, World!"); }));
    app.get("/json", on_loop([] { return greeting{"Hello, World!"}; }));
    app.get("/coroutine/plaintext", []() -> task<std::string> { co_return "Hello, World!"; });
    app.get("/coroutine/json", []() -> task<greeting> { co_return greeting{"Hello, World!"}; });
    app.get("/items/{id}{?skip=0,limit=10}", [](int id, int skip, int limit) -> task<json> {
        co_return json{{"id", id}, {"skip", skip}, {"limit", limit}};
    });
    app.websocket("/ws", [](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) co_await ws.send(*message);
    });
    app.post("/items", [](item in) -> task<item> { co_return in; });
    std::deque<std::string> patterns;
    for (int i = 0; i < (argc > 2 ? std::atoi(argv[2]) : 0); ++i)
        app.get(runtime_pattern(patterns.emplace_back("/route" + std::to_string(i) + "/{id}")),
                on_loop([](int id) { return id; }));
    return app.run({.port = std::atoi(argv[1]), .access_log = false});
}
