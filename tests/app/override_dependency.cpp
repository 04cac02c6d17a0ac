// app.override<f>: a function in the place of another, for tests.
#include <coracle/app/override_dependency.hpp>

#include <coracle/app/app.hpp>
#include <coracle/app/header.hpp>
#include <coracle/app/require.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace coracle;

namespace {
std::string order;
int port() {
    order += 'p';
    return 80;
}
std::string database(depends<port> at) {
    order += 'd';
    return "real:" + std::to_string(*at);
}
std::string user(depends<database> db) {
    order += 'u';
    return "user of " + *db;
}
struct offer {
    std::string name{};
};
}  // namespace

TEST_CASE("what stands in is called instead, with parameters of its own, and what only the other needed is not") {
    app app;
    app.get("/", [](depends<user> who) -> task<std::string> { co_return *who; });
    app.get("/both",
            [](depends<user> who, depends<port> at) -> task<std::string> { co_return *who + std::to_string(*at); });
    app.get("/required", {.dependencies = {require<user>}},
            [](depends<database> db) -> task<std::string> { co_return *db; });
    app.post("/", [](depends<user> who) -> task<std::string> { co_return *who; });
    stage play(app);
    CHECK(play.get("/").body == "user of real:80");
    CHECK(order == "pdu");

    int calls = 0;
    app.override<database>([&calls](header<"x-name"> name) -> task<std::string> {
        co_await hop();
        ++calls;
        co_return "fake " + *name;
    });
    order.clear();
    CHECK(play.ask("GET /", {}, "x-name: a\r\n").body == "user of fake a");
    CHECK(order == "u");
    CHECK(play.ask("GET /both", {}, "x-name: a\r\n").body == "user of fake a80");
    CHECK(play.ask("GET /required", {}, "x-name: a\r\n").body == "fake a");
    CHECK(calls == 3);
    CHECK(play.get("/").status == 422);

    // One that cleans up, and uses what it stands in for.
    app.override<database>([](depends<database> real) -> generator<std::string> {
        co_yield "around " + *real;
        order += '-';
    });
    order.clear();
    CHECK(play.get("/").body == "user of around real:80");
    CHECK(order == "pdu-");
    CHECK(play.get("/required").body == "around real:80");

    // One that reads the body, where the other did not.
    app.override<database>([](offer in) { return in.name; });
    CHECK(play.post("/", R"({"name":"cup"})").body == "user of cup");

    app.override<port>([]() -> int { throw http_error(503); });
    CHECK(play.post("/", R"({"name":"cup"})").body == "user of cup");
    app.restore<database>();
    CHECK(play.get("/").status == 503);
    app.restore_all();
    CHECK(play.get("/").body == "user of real:80");
}
