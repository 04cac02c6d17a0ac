#include <doctest/doctest.h>

#include <coracle/app/url_for.hpp>

#include <app/stage.hpp>

#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("a route's name gives its path, with values in its places, encoded") {
    enum class kind { tea, milk };
    router items("/items");
    items.get("/{id}", {.name = "item"}, on_loop([](int) { return 1; }));
    items.get("/n/{n:int}/x", {.name = "int"}, on_loop([](request& asked, int) { return asked.url_for("item", 7); }));
    items.get("/{kind}/{rest:path}", {.name = "rest"}, on_loop([](kind, std::string) { return 1; }));
    app app;
    app.include(items, "/v1");
    app.get("/", {.name = "home"}, on_loop([] { return 1; }));
    stage play(app);
    CHECK(app.url_path_for("home") == "/");
    CHECK(app.url_path_for("item", 7) == "/v1/items/7");
    CHECK(app.url_path_for("item", "a b/c?%") == "/v1/items/a%20b%2Fc%3F%25");
    CHECK(app.url_path_for("rest", kind::milk, "a/b c") == "/v1/items/milk/a/b%20c");
    CHECK(app.url_path_for("int", 5) == "/v1/items/n/5/x");
    CHECK(play.get("/v1/items/n/5/x").body == "http://test/v1/items/7");
    CHECK_THROWS_AS(app.url_path_for("int", -5), std::out_of_range);
    CHECK_THROWS_AS(app.url_path_for("item"), std::out_of_range);
    CHECK_THROWS_AS(app.url_path_for("item", 1, 2), std::out_of_range);
    CHECK_THROWS_AS(app.url_path_for("nobody"), std::out_of_range);
    CHECK_THROWS_AS(app.url_path_for(""), std::out_of_range);
    CHECK_THROWS_AS(app.url_path_for("item", ""), std::out_of_range);
}
