#include <doctest/doctest.h>

#include <coracle/app/router.hpp>

#include <app/stage.hpp>

#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

TEST_CASE("a router's routes stand behind its prefix, and behind that of who includes it") {
    router users("/users");
    users.get("/{id}", on_loop([](int id) { return id; }));
    users.get("", on_loop([] { return "all"; }));
    users.post("{?skip=0}", on_loop([](int skip) { return skip; }));

    router team("/teams/{team}");
    team.get("/{id}", on_loop([](request& asked, int id) {
                 return std::string(asked.path("team")) + " " + std::to_string(id);
             }));
    app app;
    app.include(team, "/v1").include(users);
    stage play(app);
    CHECK(play.get("/v1/teams/red/7").body == "red 7");
    CHECK(play.get("/v1/teams/red/x").body.find(R"("loc":["path","id"])") != std::string::npos);
    CHECK(play.get("/teams/red/7").status == 404);
    CHECK(play.get("/users").body == "all");
    CHECK(play.get("/users/7").body == "7");
    CHECK(play.post("/users?skip=4", "").body == "4");
}

TEST_CASE("a route that no request could reach is refused where it is written, or where its router is included twice") {
    router users("/users");
    users.get("/{id}", on_loop([](int id) { return id; }));
    CHECK_THROWS_AS(users.get("/{name}", on_loop([](std::string name) { return name; })), std::logic_error);
    app app;
    app.include(users).include(users);
    CHECK_THROWS_AS(app.freeze(), std::logic_error);
}

TEST_CASE("a router is kept, not copied: what is added after it was included counts too") {
    router users("/users");
    app app;
    app.include(users, "/a").include(users, "/b");
    router same = users;
    same.get("/me", on_loop([] { return "me"; }));
    CHECK(app.size() == 2);
    stage play(app);
    CHECK(play.get("/a/users/me").body == "me");
    CHECK(play.get("/b/users/me").body == "me");
    CHECK_THROWS_AS(same.get("/late", on_loop([] { return 1; })), std::logic_error);
}

TEST_CASE("the first that was said answers, through all routers") {
    router first;
    first.get("/x", on_loop([] { return "first"; }));
    app app;
    app.include(first, "/a");
    app.get("/a/{any}", on_loop([](std::string any) { return any; }));
    app.include(first, "/b");
    stage play(app);
    CHECK(play.get("/a/x").body == "first");
    CHECK(play.get("/a/y").body == "y");
    CHECK(play.get("/b/x").body == "first");
}

TEST_CASE("a prefix begins with a slash and ends without one") {
    CHECK_THROWS_AS(router("users"), std::logic_error);
    CHECK_THROWS_AS(router("/users/"), std::logic_error);
    CHECK_THROWS_AS(router("/"), std::logic_error);
    CHECK_THROWS_AS(router("/users{?x}"), std::logic_error);
    CHECK_NOTHROW(router("/users/{id}"));
    app app;
    CHECK_THROWS_AS(app.include(router(), "x"), std::logic_error);
    app.get("", on_loop([] { return 1; }));
    CHECK_THROWS_AS(app.freeze(), std::logic_error);
}

TEST_CASE("a router cannot include itself, over any number of others") {
    router a("/a");
    router b("/b");
    router c("/c");
    a.include(b);
    b.include(c);
    CHECK_THROWS_AS(c.include(a), std::logic_error);
    CHECK_THROWS_AS(a.include(a), std::logic_error);
}
