#include <doctest/doctest.h>

#include <coracle/app/response_context.hpp>

#include <app/stage.hpp>

#include <string>

using namespace coracle;

TEST_CASE("a handler changes the status and the fields of the answer that its result becomes") {
    app app;
    app.get("/json", [](response_context& answer) -> task<json> {
        answer.status = 203;
        answer.headers.set("x-a", "1");
        answer.set_cookie("session", "abc");
        answer.delete_cookie("old");
        co_return json{{"a", 1}};
    });
    app.get("/text", on_loop([](response_context& answer) {
                answer.headers.set("content-type", "text/csv");
                return "a,b";
            }));
    app.get("/nothing", [](response_context& answer) -> task<> {
        answer.headers.set("x-a", "2");
        co_return;
    });
    app.get("/own", on_loop([](response_context& answer) {
                answer.status = 500;
                answer.headers.set("x-a", "3");
                return response(200, "own");
            }));
    app.get("/error", on_loop([](response_context& answer) -> int {
                answer.headers.set("x-a", "4");
                throw http_error(409);
            }));
    app.get("/204", on_loop([](response_context& answer) {
                answer.status = 204;
                return json{{"never", "sent"}};
            }));
    app.get("/plain", on_loop([] { return 1; }));
    stage play(app);
    heard answer = play.get("/json");
    CHECK(answer.status == 203);
    CHECK(answer.body == R"({"a":1})");
    CHECK(answer.field("x-a") == "1");
    CHECK(answer.field("set-cookie") == "session=abc; Path=/; SameSite=lax");
    CHECK(answer.head.find("set-cookie: old=") != std::string::npos);
    CHECK(play.get("/text").field("content-type") == "text/csv");
    CHECK(play.get("/nothing").status == 204);
    CHECK(play.get("/nothing").field("x-a") == "2");
    CHECK(play.get("/own").status == 200);
    CHECK(play.get("/own").field("x-a") == "");
    CHECK(play.get("/error").field("x-a") == "");
    CHECK(play.get("/204").status == 204);
    CHECK(play.get("/204").body == "");
    CHECK(play.get("/plain").status == 200);
    CHECK(play.get("/plain").field("x-a") == "");
}

TEST_CASE("the fields survive a middleware") {
    app app;
    app.use([](request& asked, next next) -> task<response> { co_return co_await next(asked); });
    app.get("/", on_loop([](response_context& answer) {
                answer.status = 201;
                answer.set_cookie("a", "1");
                answer.set_cookie("b", "2");
                return json{{"a", 1}};
            }));
    stage play(app);
    heard answer = play.get("/");
    CHECK(answer.status == 201);
    CHECK(answer.head.find("set-cookie: a=1") != std::string::npos);
    CHECK(answer.head.find("set-cookie: b=2") != std::string::npos);
    CHECK(answer.field("content-type") == "application/json");
}
