// What:  a whole small API: users, their posts from another server, a cache, mail, notifications, errors, docs.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 40_the_api.cpp -o the_api -pthread && ./the_api
// Try:   http://127.0.0.1:8000/docs; curl -d '{"name":"Carol","address":"carol@example.com"}' 127.0.0.1:8000/users
// Next:  yours.
#include <coracle.hpp>
#include <cstdio>
#include <map>

#include "40_the_api/blog.hpp"
using namespace coracle;

struct new_user {
    checked<std::string, min_length<1>, max_length<50>> name;
    email address;
};
struct user {
    int id = 0;
    std::string name;
    email address;
};
struct profile {
    user who;
    std::vector<blog_post> posts;
    std::vector<blog_comment> comments;
};

template <class T>
task<T> fetch(http_client& from, std::string path, int author) {
    http_reply reply = co_await from.get(path).query("author", author);
    reply.raise_for_status();
    co_return reply.json<T>();
}
task<profile> load_profile(http_client& blog, user who) {  // both at once: it takes as long as the slower one
    auto [posts, comments] = co_await gather(fetch<std::vector<blog_post>>(blog, "/posts", who.id),
                                             fetch<std::vector<blog_comment>>(blog, "/comments", who.id));
    co_return profile{who, posts, comments};
}
task<> send_email(user to, std::string text) {
    co_await sleep(1s);  // mail servers take their time
    std::printf("To %s: %s, %s!\n", to.address.text().c_str(), text.c_str(), to.name.c_str());
    std::fflush(stdout);
}
task<> tell(websocket& ws, hub<user>::subscription arrivals) {
    co_await arrivals.for_each([&](const hub_item<user>& who) -> task<> { co_await ws.send_json(*who); });
}
task<> until_it_leaves(websocket& ws) {
    while (auto message = co_await ws.receive()) continue;
}

int main() {
    std::map<int, user> users{{1, {1, "Alice", email("alice@example.com")}}, {2, {2, "Bob", email("bob@example.com")}}};
    http_client blog{{.base_url = "http://blog.example",  // over the network this is all that there is to say
                      .timeout = 2s,
                      .transport = std::make_shared<app_transport>(blog_api())}};
    ttl_cache<int, profile> profiles{{.max_size = 1000, .ttl = 1h}};
    hub<user> arrivals;
    auto find_user = [&](int id) {
        auto found = users.find(id);
        if (found == users.end()) throw http_error(404, "User not found");
        return found->second;
    };

    app app({.title = "The API", .version = "1.0.0"});
    app.on_error<client_error>([](const client_error&, request&) -> response {
        throw http_error(502, "The blog does not answer");  // why, is in the log and nobody's business
    });
    app.get("/health", on_loop([] { return json{{"status", "healthy"}}; }));
    app.get("/users/{id}", {.summary = "One user"}, [&](int id) -> task<user> { co_return find_user(id); });
    app.get("/users/{id}/profile", {.summary = "A user, and what it wrote"}, [&](int id) -> task<profile> {
        user who = find_user(id);
        co_return co_await profiles.get(id, [&] { return load_profile(blog, who); });  // once, however many ask
    });
    app.post("/users", {.status = 201}, [&](new_user in, background_tasks& background) -> task<user> {
        for (const auto& [id, known] : users)
            if (known.address == in.address) throw http_error(409, "This address is taken");
        user made{users.rbegin()->first + 1, *in.name, in.address};
        users.emplace(made.id, made);
        arrivals.publish(made);
        background.add(send_email, made, "Welcome");  // when the answer is out
        co_return made;
    });
    app.websocket("/notifications",
                  [&](websocket& ws) -> task<> { co_await race(tell(ws, arrivals.subscribe()), until_it_leaves(ws)); });
    return app.run({.port = 8000});
}
