// guarded_endpoint: dependencies in front of an endpoint, whatever that is.
#include <coracle/app/guarded_endpoint.hpp>

#include <coracle/app/app.hpp>
#include <coracle/app/require.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <string>

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
