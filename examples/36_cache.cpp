// What:  a cache: what was loaded is kept for a time, and loaded once however many ask for it at the same moment.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 36_cache.cpp -o cache -pthread && ./cache
// Try:   two at once: curl 127.0.0.1:8000/users/3 & curl 127.0.0.1:8000/users/3; then 127.0.0.1:8000/statistics
// Next:  37_fan_out.cpp asks many others at once.
#include <coracle.hpp>
using namespace coracle;

struct user {
    int id = 0;
    std::string name;
};

task<user> fetch_user(int id) {  // from a database that is far away
    co_await sleep(500ms);
    if (id > 99) throw http_error(404, "User not found");
    co_return user{id, "user " + std::to_string(id)};
}

int main() {
    ttl_cache<int, user> users{{.max_size = 1000, .ttl = 1h}};
    app app;
    app.get("/users/{id}", [&](int id) -> task<user> {
        co_return co_await users.get(id, [&] { return fetch_user(id); });  // a failure is not kept
    });
    app.put("/users/{id}", on_loop([&](int id, user changed) { users.set(id, {id, changed.name}); }));
    app.del("/users/{id}", on_loop([&](int id) { users.erase(id); }));
    app.get("/statistics", on_loop([&] {
                const cache_statistics so_far = users.statistics();
                return json{{"hits", so_far.hits}, {"misses", so_far.misses}, {"loads", so_far.loads}};
            }));
    return app.run({.port = 8000});
}
