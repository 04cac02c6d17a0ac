#include <doctest/doctest.h>

#include <coracle/app/app.hpp>

#include <app/stage.hpp>

#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

TEST_CASE("404, 405 and OPTIONS are answered with JSON and Allow") {
    app app;
    app.get("/items/{id}", on_loop([](int id) { return id; }))
        .put("/items/{id}", on_loop([](int id) { return id; }))
        .del("/items/{id}", on_loop([](int id) { return id; }));
    stage play(app);
    heard none = play.get("/nothing");
    CHECK(none.status == 404);
    CHECK(none.body == R"({"detail":"Not Found"})");
    CHECK(none.field("content-type") == "application/json");
    heard wrong = play.post("/items/1", "{}");
    CHECK(wrong.status == 405);
    CHECK(wrong.body == R"({"detail":"Method Not Allowed"})");
    CHECK(wrong.field("allow") == "GET, HEAD, PUT, DELETE, OPTIONS");
    heard ways = play.ask("OPTIONS /items/1");
    CHECK(ways.status == 204);
    CHECK(ways.body == "");
    CHECK(ways.field("allow") == "GET, HEAD, PUT, DELETE, OPTIONS");
    CHECK(play.ask("OPTIONS *").status == 204);
}

TEST_CASE("D14: a path with a broken escape or NUL is 400, and says why") {
    app app;
    app.get("/{a}", on_loop([](std::string a) { return a; }));
    stage play(app);
    CHECK(play.get("/%zz").status == 400);
    CHECK(play.get("/%zz").body.find("two hexadecimal digits") != std::string::npos);
    CHECK(play.get("/%00").status == 400);
    CHECK(play.get("/%00").body.find("%00") != std::string::npos);
    CHECK(play.get("/%41").body == "A");
}

TEST_CASE("what a route cannot be is refused when it is registered") {
    app app;
    app.get("/users/{id}", [](int id) { return id; });
    CHECK_THROWS_AS(app.get("/users/{name}", [](std::string name) { return name; }), std::logic_error);
    CHECK_THROWS_AS(app.get("/x", {.status = 99}, [] { return 1; }), std::logic_error);
    CHECK_THROWS_AS(app.route({}, "/y", [] { return 1; }), std::logic_error);
    CHECK_THROWS_AS(app.route({"get"}, "/y", [] { return 1; }), std::logic_error);
    CHECK(app.size() == 1);
    stage play(app);
    CHECK(play.get("/users/1").body == "1");
    CHECK_THROWS_AS(app.get("/late", [] { return 1; }), std::logic_error);
    CHECK(play.get("/users/2").body == "2");
}

TEST_CASE("a route that is made at run time is checked when it is registered") {
    app app;
    auto complaint = [&](std::string text, auto handler) -> std::string {
        try {
            app.get(runtime_pattern(text), handler);
            return "none";
        } catch (const std::logic_error& error) {
            return error.what();
        }
    };
    auto none = [] { return 1; };
    auto one = [](int id) { return id; };
    auto list = [](std::vector<int>) { return 1; };
    auto perhaps = [](std::optional<int>) { return 1; };
    CHECK(complaint("users", none).find("starts with '/'") != std::string::npos);
    CHECK(complaint("/{id", one).find("never closed") != std::string::npos);
    CHECK(complaint("/", one).find("the handler has more parameters than this route has placeholders") !=
          std::string::npos);
    CHECK(complaint("/{a}/{b}", one).find("this route has more placeholders than the handler has parameters") !=
          std::string::npos);
    CHECK(complaint("/{a}", list).find("a placeholder is one value") != std::string::npos);
    CHECK(complaint("/{a}", perhaps).find("a placeholder is always there") != std::string::npos);
    CHECK(complaint("/{?a=x}", one).find("the default is no integer") != std::string::npos);
    CHECK(complaint("/{?a=99999999999}", one).find("the default is no integer") != std::string::npos);
    CHECK(complaint("/{?a=1}", list).find("a repeated query parameter has no default") != std::string::npos);
    CHECK(complaint("/{?a=maybe}", [](bool) { return 1; }).find("true or false") != std::string::npos);
    CHECK(complaint("/{?a=1e}", [](double) { return 1; }).find("the default is no number") != std::string::npos);
    CHECK(complaint("/ok/{id}", one) == "none");
    stage play(app);
    CHECK(play.get("/ok/5").body == "5");
}

TEST_CASE("handlers may be given in any order of methods and the first fitting route answers") {
    app app;
    app.get("/users/me", on_loop([] { return "me"; }));
    app.get("/users/{id}", on_loop([](int id) { return id; }));
    app.patch("/users/{id}", on_loop([](int id) { return id + 1; }));
    app.head("/own", on_loop([] { return response(204); }));
    app.options("/own", on_loop([] { return response(200); }));
    stage play(app);
    CHECK(play.get("/users/me").body == "me");
    CHECK(play.get("/users/5").body == "5");
    CHECK(play.ask("PATCH /users/5").body == "6");
    CHECK(play.ask("HEAD /own").status == 204);
    CHECK(play.ask("OPTIONS /own").status == 200);
}

TEST_CASE("an app moves with its routes") {
    auto make = [] {
        app made;
        made.get("/", on_loop([] { return "moved"; }));
        return made;
    };
    app app = make();
    stage play(app);
    CHECK(play.get("/").body == "moved");
}
