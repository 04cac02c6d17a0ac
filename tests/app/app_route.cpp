#include <doctest/doctest.h>

#include <coracle/app/app_route.hpp>

#include <app/stage.hpp>

using namespace coracle;

TEST_CASE("a route with nothing around it is plain, and runs now if its handler does") {
    router guarded("/guarded");
    guarded.use([](request& asked, next next) -> task<response> { co_return co_await next(asked); });
    guarded.get("/x", on_loop([] { return 1; }));
    router answered("/answered");
    answered.on_status(404, [] { return response(404); });
    answered.get("/x", on_loop([] { return 1; }));
    app app({.openapi_url = ""});
    app.get("/x", {.name = "plain"}, on_loop([] { return 1; }));
    app.include(guarded).include(answered);
    app.freeze();
    CHECK(app.routes()[0]->plain());
    CHECK(app.routes()[0]->runs_now());
    CHECK(!app.routes()[0]->keeps_request());
    CHECK(app.routes()[0]->options().name == "plain");
    CHECK(app.routes()[0]->methods() == std::vector<std::string>{"GET"});
    CHECK(!app.routes()[1]->plain());
    CHECK(!app.routes()[1]->runs_now());
    CHECK(app.routes()[1]->keeps_request());
    CHECK(!app.routes()[2]->runs_now());
}
