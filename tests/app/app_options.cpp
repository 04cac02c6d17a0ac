#include <doctest/doctest.h>

#include <coracle/app/app_options.hpp>

#include <app/stage.hpp>

#include <string>

using namespace coracle;

namespace {
void add_routes(app& to) {
    to.get("/items/", on_loop([] { return "slash"; }));
    to.get("/users/{id}", on_loop([](std::string id) { return id; }));
    to.post("/users/{id}", on_loop([](std::string id) { return id; }));
    to.get("/throw", on_loop([]() -> int { throw 1; }));
}
}  // namespace

TEST_CASE("a path that a route takes with a slash more or less is redirected, its query kept") {
    app app;
    add_routes(app);
    stage play(app);
    heard there = play.get("/items?q=a%20b");
    CHECK(there.status == 307);
    CHECK(there.field("location") == "/items/?q=a%20b");
    CHECK(there.body == "");
    CHECK(play.get("/users/7///").field("location") == "/users/7");
    CHECK(play.ask("DELETE /users/7/").field("location") == "/users/7");
    CHECK(play.get("/none").status == 404);
    CHECK(play.get("/none/").status == 404);
    CHECK(play.get("/").status == 404);
}

TEST_CASE("W11: a redirect never leads to another host") {
    app app;
    app.get("/{a}/{b}", on_loop([](std::string a, std::string b) { return a + b; }));
    app.get("/{a:path}", on_loop([](std::string a) { return a; }));
    app.get("//{host}/{x}", on_loop([](std::string a, std::string b) { return a + b; }));
    stage play(app);
    for (std::string path : {"//evil.com/", "///evil.com/x/", "//evil.com/x/"}) {
        heard answer = play.get(path);
        CHECK(!answer.field("location").starts_with("//"));
    }
}

TEST_CASE("slashes may be strict, or not matter") {
    app strict({.redirect_slashes = slashes::strict});
    add_routes(strict);
    stage strictly(strict);
    CHECK(strictly.get("/items").status == 404);
    app ignored({.redirect_slashes = slashes::ignore});
    add_routes(ignored);
    ignored.get("/files/{rest:path}", on_loop([](std::string rest) { return "[" + rest + "]"; }));
    stage play(ignored);
    CHECK(play.get("/items").body == "slash");
    CHECK(play.get("/users/7/").body == "7");
    CHECK(play.get("/users/a%20b//").body == "a b");
    CHECK(play.get("/files").body == "[]");
    CHECK(play.get("/none").status == 404);
}

TEST_CASE("with like_fastapi the answers are FastAPI's where ours are better") {
    app app({.like_fastapi = true});
    add_routes(app);
    stage play(app);
    CHECK(play.ask("HEAD /users/7").status == 405);
    CHECK(play.ask("HEAD /users/7").field("allow") == "GET");
    CHECK(play.ask("OPTIONS /users/7").status == 405);
    CHECK(play.ask("DELETE /users/7").field("allow") == "GET");
    CHECK(play.get("/users/7").body == "7");
    CHECK(play.post("/users/7", "").body == "7");
    CHECK(play.get("/items?a=1").field("location") == "http://test/items/?a=1");
    CHECK(play.get("/throw").body == "Internal Server Error");
    CHECK(play.get("/throw").field("content-type") == "text/plain; charset=utf-8");
    CHECK(play.get("/none").body == R"({"detail":"Not Found"})");
}
