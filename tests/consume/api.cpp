// The programs of the plan, sections Hello, Handlers, Errors and Request and response by hand, as a user writes them:
// one file, the single header.
#include <coracle.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace coracle;

enum class category { book, food, tool };
struct item {
    std::string name;
    double price = 0;
    std::optional<std::string> note;
};
struct stored {
    int id = 0;
    item data;
};
json slow_computation() { return json{{"sum", 42}}; }

int main() {
    app app;
    std::map<int, item> rows;
    app.get("/", []() -> task<json> { co_return json{{"message", "Hello, world!"}}; });
    app.get("/slow", []() -> task<json> {
        co_await sleep(2s);
        co_return json{{"message", "This took 2 seconds"}};
    });
    app.get("/sync", [] { return slow_computation(); });
    app.get("/health", on_loop([] { return json{{"status", "healthy"}}; }));
    app.get("/items/{id}", [&](int id) -> task<item> {
        auto found = rows.find(id);
        if (found == rows.end()) throw http_error(404, "User not found");
        co_return found->second;
    });
    app.get("/items{?skip=0,limit=10,kind}",
            [&](int skip, int limit, std::optional<category> kind) -> task<std::vector<stored>> {
                std::vector<stored> out;
                for (auto& [id, data] : rows)
                    if (id > skip && static_cast<int>(out.size()) < limit && !kind) out.push_back({id, data});
                co_return out;
            });
    app.post("/items", {.status = 201}, [&](item in) -> task<stored> {
        int id = static_cast<int>(rows.size()) + 1;
        rows[id] = in;
        co_return stored{id, in};
    });
    app.post("/raw", [](request& req) -> task<response> {
        auto text = co_await req.body.text();
        co_return response(200, "raw " + text);
    });
    app.route({"GET", "POST"}, "/echo", [](request& req) -> task<response> {
        std::string seen(req.method_text);
        seen += " " + std::string(req.target.path) + " " + std::string(req.client.address) + " " +
                std::string(req.headers["x-id"]);
        std::size_t fields = 0;
        for (auto& [name, value] : req.headers) fields += !name.empty() && !value.empty();
        if (fields != req.headers.size()) throw http_error(500);
        if (auto q = req.query("q")) seen += " q=" + std::string(*q);
        auto text = co_await req.body.text();
        response reply(201, seen + " " + text);
        reply.headers.set("location", "/echo/1");
        reply.set_cookie("session", "abc");
        co_return reply;
    });
    return app.run({.host = "127.0.0.1", .port = 8000, .workers = 1, .access_log = false});
}
