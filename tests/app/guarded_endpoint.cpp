// guarded_endpoint: dependencies in front of an endpoint, whatever that is.
#include <coracle/app/guarded_endpoint.hpp>

#include <coracle/app/app.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/header.hpp>
#include <coracle/app/mounted_app.hpp>
#include <coracle/app/require.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace coracle;

namespace {
std::string order;
generator<> closing() {
    co_yield {};
    co_await hop();
    order += "closed";
    if (order == "brokenclosed") throw http_error(503, "not stored");
}
}  // namespace

TEST_CASE("an answer is held back until what is in scope::function has closed, which may replace it") {
    app app;
    app.get("/", {.status = 201, .dependencies = {require<closing, scope::function>}},
            [](response_context& answer) -> task<json> {
                answer.headers.set("x-made", "yes");
                co_return json{{"a", 1}};
            });
    app.get("/now", {.dependencies = {require<closing, scope::function>}}, on_loop([] { return "now"; }));
    app.get("/empty", {.dependencies = {require<closing, scope::function>}}, []() -> task<> { co_return; });
    stage play(app);
    order.clear();
    heard made = play.get("/");
    CHECK(made.status == 201);
    CHECK(made.body == R"({"a":1})");
    CHECK(made.field("content-type") == "application/json");
    CHECK(made.field("x-made") == "yes");
    CHECK(order == "closed");
    order.clear();
    CHECK(play.get("/now").body == "now");
    CHECK(play.get("/empty").status == 204);
    order = "broken";
    CHECK(play.get("/").body == R"({"detail":"not stored"})");
}

namespace {
void known_only(header<"x-token"> token) {
    if (*token != "good") throw http_error(403);
}
int five() { return 5; }
}  // namespace

TEST_CASE("an app that is mounted is not reached by who is refused before it, whatever its handlers look at") {
    app inner;
    inner.get("/plain", on_loop([] { return "secret"; }));
    inner.get("/waits", []() -> task<std::string> { co_return "secret"; });
    inner.get("/number/{n}", on_loop([](int n) { return n; }));
    inner.get("/depends", [](depends<five> n) -> task<int> { co_return *n; });
    inner.get("/guarded", {.dependencies = {require<five>}}, on_loop([] { return "secret"; }));
    app outer({.dependencies = {require<known_only>}});
    outer.get("/depends", [](depends<five> n) -> task<int> { co_return *n; });
    outer.mount("/in", std::move(inner));
    stage play(outer);
    for (const char* path : {"/depends", "/in/plain", "/in/waits", "/in/number/3", "/in/depends", "/in/guarded"}) {
        std::string line = "GET " + std::string(path);
        CAPTURE(line);
        heard got = play.ask(line);
        CHECK(got.status == 422);
        CHECK(got.body.find("x-token") != std::string::npos);
        CHECK(play.ask(line, {}, "x-token: bad\r\n").status == 403);
        CHECK(play.ask(line, {}, "x-token: good\r\n").status == 200);
    }
}
