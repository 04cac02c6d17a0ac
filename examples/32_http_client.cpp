// What:  a server that asks another one: a client that keeps its connections, typed answers, failures as 502 and 504.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 32_http_client.cpp -o client -pthread && ./client
// Try:   curl -i http://127.0.0.1:8000/greet/7   and then   /greet/99   /greet/0
// Next:  33_virtual_time.cpp tests what takes hours, in no time; 37_fan_out.cpp asks three at once.
#include <coracle.hpp>
using namespace coracle;

struct user {
    std::string name;
};

app users_api() {  // stands for somebody else's server; over the network it is a base_url, and nothing else changes
    app app;
    app.get("/users/{id}", [](int id) -> task<user> {
        if (id == 0) co_await sleep(1h);
        if (id > 9) throw http_error(404, "User not found");
        co_return {.name = "Ada"};
    });
    return app;
}

task<user> fetch_user(http_client& http, int id) {
    auto reply = co_await http.get("/users/" + std::to_string(id)).query("full", "1").header("accept-language", "en");
    reply.raise_for_status();
    co_return reply.json<user>();
}

int main(int argc, char** argv) {
    auto network = std::make_shared<app_transport>(users_api());
    http_client http{{.base_url = "http://users.example", .timeout = 500ms, .transport = network}};
    app app;
    app.on_error<status_error>([](const status_error& why, request&) { return response(why.status(), "no\n"); });
    app.on_error<client_timed_out>([](const client_timed_out&, request&) { return response(504, "too slow\n"); });
    app.on_error<request_error>([](const request_error&, request&) { return response(502, "nobody there\n"); });
    app.get("/greet/{id}", [&](int id) -> task<json> {
        user who = co_await fetch_user(http, id);
        co_return json{{"greeting", "Hello, " + who.name + "!"}};
    });
    return app.run(argc, argv);
}
