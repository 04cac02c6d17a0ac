// What:  work that is done after the answer, so that nobody waits for it.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 18_background_tasks.cpp -o background -pthread && ./background
// Try:   curl -X POST '127.0.0.1:8000/users?email=ann@example.com'; curl 127.0.0.1:8000/log; throw in send_email.
// Next:  19_server_sent_events.cpp gives an answer that goes on.
#include <coracle.hpp>
using namespace coracle;

int main() {
    app app;
    std::vector<std::string> log;
    auto send_email = [&](std::string to, std::string text) -> task<> {
        co_await sleep(200ms);
        log.push_back(to + ": " + text);
    };
    app.post("/users{?email}", {.status = 201}, [&](std::string email, background_tasks& background) -> task<json> {
        background.add(send_email, email, "Welcome!");  // a coroutine waits on the loop
        background.add(send_email, email, "Any questions?");
        co_return json{{"email", email}};  // is with the client before the first mail is out
    });
    app.get("/log", [&]() -> task<json> { co_return log; });
    app.get("/later", [&]() -> task<json> {
        co_await sleep(1s);
        co_return log;
    });
    return app.run({.port = 8000});
}
