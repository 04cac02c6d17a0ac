#include <doctest/doctest.h>

#include <coracle/app/route_options.hpp>

#include <app/stage.hpp>

using namespace coracle;

TEST_CASE("a route is told its status, and what its documentation says") {
    app app({.openapi_url = ""});
    app.get("/", {.status = 203, .name = "root", .summary = "The root", .tags = {"a", "b"}, .deprecated = true},
            on_loop([] { return 1; }));
    stage play(app);
    CHECK(play.get("/").status == 203);
    const route_options& told = app.routes()[0]->options();
    CHECK(told.summary == "The root");
    CHECK(told.tags.size() == 2);
    CHECK(told.deprecated);
    CHECK(told.include_in_schema);
}
