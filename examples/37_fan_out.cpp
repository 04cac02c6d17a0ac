// What:  a page that is put together from three requests at once: it takes as long as the slowest of them.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 37_fan_out.cpp -o fan_out -pthread && ./fan_out
// Try:   curl -i http://127.0.0.1:8000/profile/7   and then   /profile/13, where one of the three fails at once
// Next:  40_the_api.cpp does this in a whole API.
#include <coracle.hpp>
using namespace coracle;

app blog_api() {  // stands for somebody else's server
    app app;
    app.get("/{what}/{id}", [](std::string what, int id) -> task<json> {
        if (id == 13 && what == "posts") throw http_error(503, "No posts today");
        auto time = what == "users" ? 300ms : 200ms;
        co_await sleep(time);
        co_return json{{what, id}};
    });
    return app;
}

task<json> fetch(http_client& http, std::string path) {
    auto reply = co_await http.get(path);
    reply.raise_for_status();
    co_return reply.json();
}

int main(int argc, char** argv) {
    http_client http{{.base_url = "http://blog.example", .transport = std::make_shared<app_transport>(blog_api())}};
    app app;
    app.on_error<client_error>(
        [](const client_error& why, request&) { return response(502, std::string(why.what())); });
    app.get("/profile/{id}", [&](std::string id) -> task<json> {
        // The first failure cancels the other two, whose connections are closed: nobody waits for them.
        auto [user, posts, comments] =
            co_await gather(fetch(http, "/users/" + id), fetch(http, "/posts/" + id), fetch(http, "/comments/" + id));
        co_return json{{"user", user}, {"posts", posts}, {"comments", comments}};
    });
    return app.run(argc, argv);
}
