#include <doctest/doctest.h>

#include <coracle/app/middleware.hpp>

#include <app/stage.hpp>

#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

namespace {

/// Writes its name before and behind what it stands around.
auto marks(std::string& seen, std::string name) {
    return [&seen, name](request& asked, next next) -> task<response> {
        seen += name + "(";
        response made = co_await next(asked);
        seen += ")" + name;
        made.headers.add("x-seen", name);
        co_return made;
    };
}

}  // namespace

TEST_CASE("the first middleware is the outermost, and a router's stands inside of the app's") {
    std::string seen;
    router inner("/in");
    inner.use(marks(seen, "c"));
    inner.get("/x", on_loop([&] {
                  seen += "x";
                  return 1;
              }));
    app app;
    app.use(marks(seen, "a")).use(marks(seen, "b"));
    app.include(inner);
    app.get("/out", on_loop([&] {
                seen += "o";
                return "text";
            }));
    stage play(app);
    heard answer = play.get("/in/x");
    CHECK(answer.body == "1");
    CHECK(answer.field("content-type") == "application/json");
    CHECK(answer.field("x-seen") == "c");
    CHECK(std::exchange(seen, "") == "a(b(c(x)c)b)a");
    CHECK(play.get("/out").field("content-type") == "text/plain; charset=utf-8");
    CHECK(std::exchange(seen, "") == "a(b(o)b)a");
    CHECK(play.get("/nothing").status == 404);
    CHECK(play.get("/nothing").body == R"({"detail":"Not Found"})");
    CHECK(std::exchange(seen, "") == "a(b()b)aa(b()b)a");
    CHECK(play.post("/out", "").status == 405);
    CHECK(play.post("/out", "").field("allow") == "GET, HEAD, OPTIONS");
    CHECK(play.ask("OPTIONS /out").status == 204);
}

TEST_CASE("a middleware answers instead, or changes what comes back") {
    bool called = false;
    app app;
    app.use([](request& asked, next next) -> task<response> {
        if (asked.headers["x-key"] != "open") co_return response(401, "no\n");
        response made = co_await next(asked);
        made.status = 203;
        made.body += "!";
        co_return made;
    });
    app.get("/", [&]() -> task<std::string> {
        called = true;
        co_return "in";
    });
    stage play(app);
    CHECK(play.get("/").status == 401);
    CHECK(!called);
    heard answer = play.ask("GET /", {}, "x-key: open\r\n");
    CHECK(answer.status == 203);
    CHECK(answer.body == "in!");
    CHECK(answer.field("content-length") == "3");
    CHECK(play.ask("HEAD /", {}, "x-key: open\r\n").body == "");
    CHECK(play.ask("HEAD /", {}, "x-key: open\r\n").field("content-length") == "3");
}

TEST_CASE("an exception of the handler, and one of an inner middleware, is a response by the time it comes out") {
    app app;
    std::string statuses;
    app.use([&](request& asked, next next) -> task<response> {
        response made = co_await next(asked);
        statuses += std::to_string(made.status) + " ";
        made.headers.set("access-control-allow-origin", "*");
        co_return made;
    });
    router bad("/bad");
    bad.use([](request&, next) -> task<response> {
        throw std::runtime_error("broken middleware");
        co_return response(200);
    });
    bad.get("/", on_loop([] { return 1; }));
    app.include(bad);
    app.get("/throw", []() -> task<int> {
        throw std::runtime_error("broken handler");
        co_return 1;
    });
    app.get("/refuse", []() -> task<int> {
        throw http_error(409, "taken", {{"x-why", "because"}});
        co_return 1;
    });
    app.get("/int/{n}", on_loop([](int n) { return n; }));
    stage play(app);
    CHECK(play.get("/bad/").status == 500);
    CHECK(play.get("/throw").body == R"({"detail":"Internal Server Error"})");
    CHECK(play.get("/throw").field("access-control-allow-origin") == "*");
    CHECK(play.get("/refuse").field("x-why") == "because");
    CHECK(play.get("/refuse").field("access-control-allow-origin") == "*");
    CHECK(play.get("/int/x").status == 422);
    CHECK(statuses == "500 500 500 409 409 422 ");
    CHECK(play.errors == "broken middleware\nbroken handler\nbroken handler\n");
}

TEST_CASE("a middleware's answer that cannot be sent is a 500") {
    app app;
    app.use([](request&, next) -> task<response> { co_return response(42); });
    stage play(app);
    CHECK(play.get("/").status == 500);
}

TEST_CASE("what a middleware leaves in the request's state, the handler finds") {
    struct user {
        std::string name = "nobody";
    };
    app app;
    app.use([](request& asked, next next) -> task<response> {
        asked.state<user>().name = "ann";
        co_return co_await next(asked);
    });
    app.get("/", on_loop([](request& asked) { return asked.state<user>().name; }));
    stage play(app);
    CHECK(play.get("/").body == "ann");
}
