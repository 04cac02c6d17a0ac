#include <coracle/app/app_table.hpp>

#include <doctest/doctest.h>

#include <app/stage.hpp>

#include <string>

using namespace coracle;

TEST_CASE("the other slash is a redirect, the other one's answer, or nothing") {
    auto make = [](slashes how) {
        app app({.redirect_slashes = how});
        app.get("/items", [] { return "items"; });
        app.get("/folders/", [] { return "folders"; });
        app.get("/files/{rest:path}", [](std::string rest) { return rest; });
        return app;
    };
    app redirects = make(slashes::redirect);
    stage one(redirects);
    auto moved = one.get("/items/?q=1");
    CHECK(moved.status == 307);
    CHECK(moved.field("location") == "/items?q=1");
    CHECK(one.get("/folders").field("location") == "/folders/");
    CHECK(one.get("/items//").field("location") == "/items");
    CHECK(one.get("/none").status == 404);
    app strict = make(slashes::strict);
    stage two(strict);
    CHECK(two.get("/items/").status == 404);
    CHECK(two.get("/folders").status == 404);
    app ignores = make(slashes::ignore);
    stage three(ignores);
    CHECK(three.get("/items/").body == "items");
    CHECK(three.get("/folders").body == "folders");
    CHECK(three.get("/files").body == "");
    CHECK(three.get("/files/a/").body == "a/");
}

TEST_CASE("W11: a redirect for a slash stays on this host") {
    app app;
    app.get("/{a}/{b}/", [](std::string a, std::string b) { return a + b; });
    stage stage(app);
    heard answer = stage.get("//evil.example.com");
    CHECK(!answer.field("location").starts_with("//"));
}

TEST_CASE("the table is filled once, and is asked behind the middleware too") {
    app app;
    app.get("/a", [] { return "a"; });
    app.use([](request& asked, next next) -> task<response> {
        response made = co_await next(asked);
        made.headers.set("x-seen", std::to_string(made.status));
        co_return made;
    });
    stage stage(app);
    app.freeze();
    CHECK(app.routes().size() == 3);  // with /openapi.json and /docs
    CHECK(stage.get("/a").field("x-seen") == "200");
    CHECK(stage.get("/b").field("x-seen") == "404");
    CHECK(stage.get("/a/").field("x-seen") == "307");
}
