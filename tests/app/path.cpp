// path<"id", T>: a placeholder by its name.
#include <coracle/app/path.hpp>

#include <coracle/app/app.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace coracle;

namespace {
struct item {
    int id = 0;
};
item existing(path<"id", int> id) {
    if (*id > 99) throw http_error(404, "No such item");
    return {*id};
}
int nowhere(path<"other"> name) { return static_cast<int>(name->size()); }
}  // namespace

TEST_CASE("a dependency takes a placeholder by its name, wherever it stands, and the handler need not") {
    app app;
    app.get("/items/{id}", [](depends<existing> what) -> task<int> { co_return what->id; });
    app.get("/shops/{shop}/items/{id}", [](std::string shop, depends<existing> what) -> task<std::string> {
        co_return shop + std::to_string(what->id);
    });
    app.get("/both/{id}", [](int id, depends<existing> what) -> task<int> { co_return id + what->id; });
    app.get("/plain/{a}/{b}", [](path<"b"> b, path<"a"> a) -> task<std::string> { co_return *a + *b; });
    stage play(app);
    CHECK(play.get("/items/7").body == "7");
    CHECK(play.get("/items/100").status == 404);
    heard bad = play.get("/items/x");
    CHECK(bad.status == 422);
    CHECK(bad.body.find(R"("loc":["path","id"])") != std::string::npos);
    CHECK(play.get("/shops/red/items/7").body == "red7");
    CHECK(play.get("/both/7").body == "14");
    CHECK(play.get("/plain/x/y").body == "xy");
}

TEST_CASE("a name that the route does not have is a mistake that the log tells") {
    app app;
    app.get("/items", [](depends<nowhere> n) -> task<int> { co_return *n; });
    stage play(app);
    CHECK(play.get("/items").status == 500);
    CHECK(play.errors == "coracle: the route '/items' has no placeholder {other}, which one of its parameters is\n");
}
