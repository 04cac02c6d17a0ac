#include <doctest/doctest.h>

#include <coracle/app/reply.hpp>

#include <app/stage.hpp>

#include <limits>
#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("W6: an exception that is nobody's answer is a bare 500, and only the log is told more") {
    app app;
    app.get("/std", []() -> task<int> {
        throw std::runtime_error("password=hunter2 at /srv/db.cpp:12");
        co_return 1;
    });
    app.get("/odd", []() -> task<int> {
        throw 7;
        co_return 1;
    });
    app.get("/now", on_loop([]() -> int { throw std::logic_error("secret"); }));
    stage play(app);
    for (std::string path : {"/std", "/odd", "/now"}) {
        heard answer = play.get(path);
        CHECK(answer.status == 500);
        CHECK(answer.body == R"({"detail":"Internal Server Error"})");
        CHECK(answer.field("content-type") == "application/json");
        CHECK(answer.head.find("hunter2") == std::string::npos);
    }
    CHECK(play.errors == "password=hunter2 at /srv/db.cpp:12\nunknown\nsecret\n");
}

TEST_CASE("an http_error is its answer, with its fields, and without a body where there is none") {
    app app;
    app.get("/401", []() -> task<int> {
        throw http_error(401, "Not authenticated", {{"www-authenticate", "Bearer"}});
        co_return 1;
    });
    app.get("/304", on_loop([]() -> int { throw http_error(304); }));
    app.get("/json", on_loop([]() -> int { throw http_error(409, json{{"code", 7}}); }));
    app.get("/mad", on_loop([]() -> int { throw http_error(99, "no status"); }));
    app.get("/bytes", on_loop([]() -> int { throw http_error(400, "no UTF-8: \xFF"); }));
    stage play(app);
    heard answer = play.get("/401");
    CHECK(answer.status == 401);
    CHECK(answer.body == R"({"detail":"Not authenticated"})");
    CHECK(answer.field("www-authenticate") == "Bearer");
    CHECK(play.get("/304").status == 304);
    CHECK(play.get("/304").body == "");
    CHECK(play.get("/json").body == R"({"detail":{"code":7}})");
    CHECK(play.errors == "");
    CHECK(play.get("/mad").status == 500);
    CHECK(play.get("/bytes").status == 500);
}

TEST_CASE("a result that is no JSON is a 500 and leaves nothing of itself in the answer") {
    app app;
    app.get("/nan", []() -> task<json> {
        co_return json{{"before", "something"}, {"number", std::numeric_limits<double>::quiet_NaN()}};
    });
    stage play(app);
    heard answer = play.get("/nan");
    CHECK(answer.status == 500);
    CHECK(answer.body == R"({"detail":"Internal Server Error"})");
    CHECK(answer.head.find("something") == std::string::npos);
    CHECK(!play.errors.empty());
}

TEST_CASE("a response whose status is none is a 500") {
    app app;
    app.get("/", on_loop([] { return response(1000, "x"); }));
    stage play(app);
    CHECK(play.get("/").status == 500);
}

TEST_CASE("a handler may refuse a request in the words of a 422") {
    app app;
    app.get("/", on_loop([]() -> int {
                throw validation_error({{"value_error", json::array({"query", "q"}), "Value error, odd", json("3"),
                                         json{{"error", json::object()}}}});
            }));
    stage play(app);
    heard answer = play.get("/");
    CHECK(answer.status == 422);
    CHECK(answer.body == R"({"detail":[{"type":"value_error","loc":["query","q"],"msg":"Value error, odd","i)"
                         R"(nput":"3","ctx":{"error":{}}}]})");
}

TEST_CASE("cancellation is not an answer") {
    byte_buffer out;
    http::head_cache heads;
    http::exchange turn;
    request req;
    turn.head_read(req);
    reply answer(out, heads, turn, http::default_limits);
    auto throws = [&] {
        try {
            throw cancelled();
        } catch (...) {
            answer.caught();
        }
    };
    CHECK_THROWS_AS(throws(), cancelled);
    CHECK(!answer.answered());
    CHECK(out.empty());
}
