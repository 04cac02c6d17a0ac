// What:  what is done before the first request and after the last, and what all handlers share.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 22_lifespan_and_state.cpp -o lifespan -pthread && ./lifespan
// Try:   Ctrl-C; throw before the co_yield and look at the exit code.
// Next:  23_testing.cpp tests an app without a server.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

struct database {
    bool open = false;
    int visits = 0;
    task<> connect() {
        co_await sleep(100ms);
        open = true;
    }
    task<> close() {
        co_await sleep(100ms);
        open = false;
    }
};

int main() {
    app app;
    app.lifespan([&]() -> generator<> {
        auto& db = app.state<database>();  // one for the app, made here
        co_await db.connect();
        std::puts("connected");
        co_yield {};  // the app serves
        co_await db.close();
        std::printf("closed after %d visits\n", db.visits);
    });
    app.get("/", [](state<database> db) -> task<json> { co_return json{{"visit", ++db->visits}, {"open", db->open}}; });
    return app.run({.port = 8000});
}
