#include <doctest/doctest.h>

#include <coracle/app/route_list.hpp>

#include <app/stage.hpp>

#include <string>

using namespace coracle;

TEST_CASE("tags and answers add up from the outside in, and deprecated or hidden once is so for all within") {
    router inner("/inner", {.tags = {"inner"}, .responses = json{{"404", json{{"description", "inner"}}}}});
    inner.get("/x", {.name = "x", .tags = {"x"}, .responses = json{{"409", json{{"description", "taken"}}}}},
              on_loop([] { return 1; }));
    router hidden("/hidden", {.include_in_schema = false});
    hidden.get("/y", on_loop([] { return 1; }));
    app app({.openapi_url = ""});
    app.include(inner, "/v1",
                {.tags = {"v1"}, .deprecated = true, .responses = json{{"404", json{{"description", "outer"}}}}});
    app.include(hidden);
    app.freeze();
    REQUIRE(app.routes().size() == 2);
    const app_route& x = *app.routes()[0];
    CHECK(x.text() == "/v1/inner/x");
    CHECK(x.options().tags == std::vector<std::string>{"v1", "inner", "x"});
    CHECK(x.options().deprecated);
    CHECK(x.options().responses.dump() == R"({"404":{"description":"inner"},"409":{"description":"taken"}})");
    CHECK(x.options().include_in_schema);
    CHECK(!app.routes()[1]->options().include_in_schema);
}
