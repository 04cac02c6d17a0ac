// require<f>: dependencies of routes, routers and apps, whose values nobody wants.
#include <coracle/app/require.hpp>

#include <coracle/app/app.hpp>
#include <coracle/app/header.hpp>
#include <coracle/app/path.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <stdexcept>
#include <string>

using namespace coracle;

namespace {

std::string order;

template <char Name>
void step() {
    order += Name;
}
int counted() {
    order += 'n';
    return 3;
}
void token(header<"x-token"> given) {
    order += 't';
    if (*given != "secret") throw http_error(401, "Invalid token");
}
void number(header<"x-number", int>) { order += '#'; }
template <char Name>
generator<> session() {
    order += std::string("+") + Name;
    try {
        co_yield {};
    } catch (const std::exception&) {
        order += std::string("!") + Name;
        throw;
    }
    order += std::string("-") + Name;
}
struct offer {
    int price = 0;
};
void cheap(offer in) {
    order += 'b';
    if (in.price > 10) throw http_error(402, "Too dear");
}
void scoped(const security_scopes& wanted) { order += wanted.scope_str(); }
void of_team(path<"team"> team) { order += *team; }

}  // namespace

TEST_CASE("the app's come first, then the including router's, the router's, the route's, and the handler's own") {
    app app({.dependencies = {require<step<'A'>>, require<counted>}});
    router users("/users", {.dependencies = {require<step<'R'>>}});
    users.get("/x", {.dependencies = {require<step<'X'>>, require<counted>}},
              [](depends<step<'O'>>, depends<counted> n) -> task<int> {
                  order += 'H';
                  co_return *n;
              });
    app.include(users, "", {.dependencies = {require<step<'I'>>}});
    app.get("/plain", [] { return "plain"; });
    app.get("/loop", on_loop([] { return "loop"; }));
    stage play(app);
    order.clear();
    CHECK(play.get("/users/x").body == "3");
    CHECK(order == "AnIRXOH");
    order.clear();
    CHECK(play.get("/plain").body == "plain");
    CHECK(order == "An");
    CHECK(play.get("/loop").body == "loop");
}

TEST_CASE("what a required dependency throws is the answer; what its parameters lack is told with the handler's own") {
    app app;
    router guarded("/g", {.dependencies = {require<token>, require<number>}});
    guarded.get("/{id}", [](int id) -> task<int> {
        order += 'H';
        co_return id;
    });
    guarded.get("/own/{id}", [](int id, depends<counted>) -> task<int> {
        order += 'H';
        co_return id;
    });
    guarded.get("/loop/{id}", on_loop([](int id) { return id; }));
    app.include(guarded);
    stage play(app);
    for (std::string target : {"/g/", "/g/own/", "/g/loop/"}) {
        order.clear();
        CHECK(play.ask("GET " + target + "7", {}, "x-token: secret\r\nx-number: 1\r\n").body == "7");
        CHECK(play.ask("GET " + target + "7", {}, "x-token: wrong\r\nx-number: 1\r\n").status == 401);
        order.clear();
        heard bad = play.ask("GET " + target + "x", {}, "x-number: y\r\n");
        CHECK(bad.status == 422);
        CHECK(order.find_first_of("t#H") == std::string::npos);
        std::size_t first = bad.body.find(R"("x-token")");
        std::size_t second = bad.body.find(R"("x-number")");
        std::size_t third = bad.body.find(R"("path","id")");
        CHECK(first < second);
        CHECK(second < third);
        CHECK(third < bad.body.size());
        CHECK(play.ask("GET " + target + "7", {}, "x-token: secret\r\n").status == 422);
    }
}

TEST_CASE("a required generator is cleaned up as the handler's own are, and hears of its exceptions and refusals") {
    app app;
    route_options options{.dependencies = {require<session<'r'>>, require<session<'f'>, scope::function>}};
    app.get("/good/{id}", options, [](int, background_tasks& later) -> task<std::string> {
        later.add([] { order += "T"; });
        order += "H";
        co_return "good";
    });
    app.get("/bad", options, []() -> task<int> {
        throw http_error(418);
        co_return 1;
    });
    app.get("/own", options, [](depends<session<'o'>>, depends<session<'p'>, scope::function>) -> task<int> {
        order += "H";
        co_return 1;
    });
    stage play(app);
    order.clear();
    heard good = play.get("/good/1");
    CHECK(good.body == "good");
    CHECK(good.field("content-type") == "text/plain; charset=utf-8");
    CHECK(order == "+r+fH-fT-r");
    order.clear();
    CHECK(play.get("/bad").status == 418);
    CHECK(order == "+r+f!f!r");
    order.clear();
    CHECK(play.get("/good/x").status == 422);
    CHECK(order == "+r+f!f!r");
    order.clear();
    CHECK(play.get("/own").body == "1");
    CHECK(order == "+r+f+o+pH-p-f-o-r");
}

TEST_CASE("a required dependency may read the body, which the handler reads as well") {
    app app;
    app.post("/", {.dependencies = {require<cheap>}}, [](offer in) -> task<int> { co_return in.price; });
    app.post("/own", {.dependencies = {require<cheap>}},
             [](offer in, depends<counted>) -> task<int> { co_return in.price; });
    stage play(app);
    for (std::string_view target : {"/", "/own"}) {
        CHECK(play.post(target, R"({"price":3})").body == "3");
        CHECK(play.post(target, R"({"price":30})").status == 402);
        CHECK(play.post(target, R"({"price":"x"})").status == 422);
    }
}

TEST_CASE("security scopes, and placeholders of the router's prefix, reach what is required") {
    app app;
    router teams("/teams/{team}", {.dependencies = {require<of_team>, require_security<scoped, "read", "write">}});
    teams.get("/{id}", [](int id) -> task<int> { co_return id; });
    app.include(teams);
    stage play(app);
    order.clear();
    CHECK(play.get("/teams/red/4").body == "4");
    CHECK(order == "redread write");
}
