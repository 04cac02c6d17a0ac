#include <doctest/doctest.h>

#include <coracle/app/mounted_app.hpp>

#include <app/stage.hpp>

#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

namespace {
app make_inner(std::string& seen) {
    app inner;
    inner.use([&seen](request& asked, next next) -> task<response> {
        seen += "inner ";
        co_return co_await next(asked);
    });
    inner.get("/", on_loop([] { return "root"; }));
    inner.get("/items/{id}", {.name = "item"}, on_loop([](request& asked, int id) {
                  return asked.url_for("item", id + 1) + " " + std::string(asked.target.path);
              }));
    inner.get("/throw", on_loop([]() -> int { throw std::runtime_error("inner failed"); }));
    inner.on_status(404, [] { return response(404, "inner 404"); });
    return inner;
}
}  // namespace

TEST_CASE("a mounted app answers all below its path, with its own middleware and errors, and sees its own paths") {
    std::string seen;
    app outer;
    outer.use([&seen](request& asked, next next) -> task<response> {
        seen += "outer ";
        co_return co_await next(asked);
    });
    outer.mount("/in/side", make_inner(seen), "in");
    outer.get("/items/{id}", on_loop([](int id) { return id; }));
    stage play(outer);
    CHECK(play.get("/in/side/").body == "root");
    CHECK(std::exchange(seen, "") == "outer inner ");
    CHECK(play.get("/in/side/items/7").body == "http://test/in/side/items/8 /in/side/items/7");
    CHECK(play.get("/in/side/items/x").status == 422);
    CHECK(play.get("/in/side/no").body == "inner 404");
    CHECK(play.post("/in/side/items/7", "").status == 405);
    CHECK(play.get("/items/3").body == "3");
    CHECK(play.get("/no").body == R"({"detail":"Not Found"})");
    CHECK(play.get("/in/side/throw").status == 500);
    CHECK(play.errors == "inner failed\n");
    CHECK(outer.url_path_for("in:item", 4) == "/in/side/items/4");
    heard there = play.get("/in/side?a=1");
    CHECK(there.status == 307);
    CHECK(there.field("location") == "/in/side/?a=1");
    heard back = play.get("/in/side/items/7/");
    CHECK(back.status == 307);
    CHECK(back.field("location") == "/in/side/items/7");
}

TEST_CASE("P2: a mount ends at a segment's end") {
    app inner;
    inner.get("/{all:path}", on_loop([](std::string all) { return "<" + all + ">"; }));
    app outer;
    outer.mount("/static", std::move(inner));
    outer.get("/static-private", on_loop([] { return "mine"; }));
    stage play(outer);
    CHECK(play.get("/static-private").body == "mine");
    CHECK(play.get("/static-other").status == 404);
    CHECK(play.get("/static/a%2Fb/c").body == "<a/b/c>");
}

TEST_CASE("where a slash more or less is ignored, the path of a mount without any is the mount's root") {
    for (slashes inside : {slashes::ignore, slashes::redirect, slashes::strict}) {
        app inner({.redirect_slashes = inside});
        inner.get("/", on_loop([] { return "root"; }));
        app outer({.redirect_slashes = slashes::ignore});
        outer.mount("/in/side", std::move(inner));
        stage play(outer);
        CHECK(play.get("/in/side/").body == "root");
        heard bare = play.get("/in/side");
        CHECK(bare.status == (inside == slashes::ignore ? 200 : inside == slashes::redirect ? 307 : 404));
        if (inside == slashes::redirect) CHECK(bare.field("location") == "/in/side/");
        CHECK(play.get("/in").status == 404);
    }
}

TEST_CASE("mounts nest, and an app that was made elsewhere is moved in") {
    app c;
    c.get("/x", on_loop([] { return "c"; }));
    app b;
    b.mount("/c", std::move(c), "c");
    app a;
    a.mount("/b", std::move(b), "b");
    app moved = std::move(a);
    stage play(moved);
    CHECK(play.get("/b/c/x").body == "c");
    CHECK(play.get("/b/c/x/").field("location") == "/b/c/x");
    CHECK(play.get("/b/x").status == 404);
    app d;
    CHECK_THROWS_AS(d.mount("", app()), std::logic_error);
    CHECK_THROWS_AS(d.mount("x", app()), std::logic_error);
}

TEST_CASE("an app that was frozen for its document may still move, with what is mounted in it") {
    std::string seen;
    app made;
    made.mount("/in", make_inner(seen), "in");
    CHECK(made.openapi()["info"]["title"] == "coracle");
    app moved = std::move(made);
    hand_loop loop;
    started<> starting(loop, moved.start());
    loop.turn_until_idle();
    starting.result();
    stage play(moved);
    CHECK(play.get("/in/").body == "root");
    CHECK(play.get("/in/throw").status == 500);
    CHECK(play.errors == "inner failed\n");
}
