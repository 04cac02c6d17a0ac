#include <doctest/doctest.h>

#include <coracle/app/error_handlers.hpp>

#include <app/stage.hpp>

#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

namespace {

struct db_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct db_gone : db_error {
    using db_error::db_error;
};

void add_throwing_routes(router& to) {
    to.get("/base", on_loop([]() -> int { throw db_error("base"); }));
    to.get("/derived", []() -> task<int> {
        throw db_gone("derived");
        co_return 1;
    });
    to.get("/other", [] {
        throw std::logic_error("other");
        return 1;
    });
    to.get("/404", on_loop([]() -> int { throw http_error(404, "no such row"); }));
    to.get("/int/{n}", on_loop([](int n) { return n; }));
}

}  // namespace

TEST_CASE("an exception is answered by its type; a derived type's answer goes first, whatever the order") {
    for (bool derived_first : {true, false}) {
        app app;
        auto base = [](const db_error& error) { return response(503, std::string("base:") + error.what()); };
        auto derived = [](const db_gone&, request& asked) -> task<response> {
            co_return response(502, "gone at " + std::string(asked.target.path));
        };
        if (derived_first) app.on_error<db_gone>(derived);
        app.on_error<db_error>(base);
        if (!derived_first) app.on_error<db_gone>(derived);
        add_throwing_routes(app);
        stage play(app);
        CHECK(play.get("/base").body == "base:base");
        CHECK(play.get("/derived").body == "gone at /derived");
        CHECK(play.errors == "");
        CHECK(play.get("/other").status == 500);
        CHECK(play.errors == "other\n");
    }
}

TEST_CASE("an inner router's answer goes before the outer's, and what it does not know goes on") {
    router inner("/in");
    add_throwing_routes(inner);
    inner.on_error<db_gone>([](const db_gone&) { return response(200, "inner"); });
    app app;
    app.on_error<std::exception>(
        [](const std::exception& error) { return response(200, std::string("outer ") + error.what()); });
    app.include(inner);
    stage play(app);
    CHECK(play.get("/in/derived").body == "inner");
    CHECK(play.get("/in/base").body == "outer base");
    CHECK(play.errors == "");
}

TEST_CASE("errors are answered by their status, those of routing too, and 500 is logged all the same") {
    app app;
    app.on_status(404, [](request& asked, const http_error& error) {
        return response(404, std::string(asked.target.path) + ": " + error.detail().as_string());
    });
    app.on_status(405, [](request&) { return response(200, "405"); });
    app.on_status(500, [] { return response(200, "sorry"); });
    app.on_status(422, []() -> task<response> { co_return response(400, "bad"); });
    add_throwing_routes(app);
    stage play(app);
    CHECK(play.get("/404").body == "/404: no such row");
    CHECK(play.get("/nothing").body == "/nothing: Not Found");
    CHECK(play.post("/base", "").body == "405");
    CHECK(play.get("/int/x").body == "bad");
    CHECK(play.errors == "");
    CHECK(play.get("/other").body == "sorry");
    CHECK(play.errors == "other\n");
}

TEST_CASE("validation errors and http errors have types like any other") {
    app app;
    app.on_error<validation_error>(
        [](const validation_error& error) { return response(400, std::to_string(error.issues().size()) + " issues"); });
    app.on_error<http_error>([](const http_error& error) { return response(error.status(), "<http>"); });
    add_throwing_routes(app);
    stage play(app);
    CHECK(play.get("/int/x").body == "1 issues");
    CHECK(play.get("/404").body == "<http>");
    CHECK(play.get("/nothing").body == "<http>");
}

TEST_CASE("what goes wrong in an answer to an error is an error of its own") {
    app app;
    app.on_error<db_error>([](const db_error&) -> response { throw http_error(418, "in the answer"); });
    app.on_error<std::logic_error>([](const std::logic_error&) -> task<response> {
        throw std::runtime_error("again");
        co_return response(200);
    });
    add_throwing_routes(app);
    stage play(app);
    CHECK(play.get("/base").status == 418);
    CHECK(play.get("/other").status == 500);
    CHECK(play.errors == "again\n");
}

TEST_CASE("values that are no classes are thrown and answered too") {
    app app;
    app.on_error<int>([](const int& n) { return response(200, std::to_string(n)); });
    app.get("/", on_loop([]() -> int { throw 7; }));
    app.get("/text", on_loop([]() -> int { throw "seven"; }));
    stage play(app);
    CHECK(play.get("/").body == "7");
    CHECK(play.get("/text").status == 500);
}
