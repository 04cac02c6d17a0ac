// What:  routes in groups, each with its prefix, its middleware and its answers to errors; an app below another.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 21_routers.cpp -o routers -pthread && ./routers
// Try:   curl -i 127.0.0.1:8000/v1/items/7, /v1/items/9, /admin/stats and, with -H 'x-key: open', /admin/stats again
// Next:  22_lifespan_and_state.cpp has something to do before the first request.
#include <coracle.hpp>
using namespace coracle;

struct out_of_stock {
    int id;
};

router items() {
    router items("/items", {.tags = {"items"}});
    items.get("/{id}", {.name = "item"}, [](int id) -> task<json> {
        if (id == 9) throw out_of_stock{id};
        co_return json{{"id", id}};
    });
    items.get("", [](request& req) -> task<json> { co_return json{{"first", req.url_for("item", 1)}}; });
    items.on_error<out_of_stock>([](const out_of_stock& what) { return response::json(json{{"gone", what.id}}, 410); });
    return items;
}

app admin() {
    app admin({.title = "Admin"});
    admin.use([](request& req, next next) -> task<response> {
        if (req.headers["x-key"] != "open") co_return response(403, "closed\n");
        co_return co_await next(req);
    });
    admin.get("/stats", [] { return json{{"requests", 3}}; });
    return admin;
}

int main() {
    app app;
    app.include(items(), "/v1");
    app.mount("/admin", admin());
    return app.run({.port = 8000});
}
