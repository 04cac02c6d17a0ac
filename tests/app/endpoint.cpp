#include <doctest/doctest.h>

#include <coracle/app/endpoint.hpp>

#include <app/stage.hpp>

#include <string>

using namespace coracle;

namespace {

const app_route& of(app& app, std::string path) {
    stage play(app);
    play.get(path);
    request req;
    http::request_parser parser;
    std::string bytes = "GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n";
    REQUIRE(parser.parse(bytes, req) == http::parse_state::complete);
    byte_buffer out;
    http::head_cache heads;
    http::exchange turn;
    reply answer(out, heads, turn, http::default_limits);
    const app_route* found = app.find(req, answer);
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("an endpoint says whether it runs now, and whether its handler keeps views of the request") {
    struct item {
        int n = 0;
    };
    app app;
    app.get("/now", on_loop([](const request&) { return 1; }));
    app.get("/body", on_loop([](json_body<std::optional<item>>) { return 1; }));
    app.get("/pool", [](request&) { return 1; });
    app.get("/coroutine", [](request&) -> task<int> { co_return 1; });
    app.get("/values{?n=1}", [](int n) -> task<int> { co_return n; });
    CHECK(of(app, "/now").runs_now());
    CHECK(!of(app, "/now").keeps_request());
    CHECK(!of(app, "/body").runs_now());
    CHECK(!of(app, "/pool").runs_now());
    CHECK(of(app, "/pool").keeps_request());
    CHECK(of(app, "/coroutine").keeps_request());
    CHECK(!of(app, "/values").runs_now());
    CHECK(!of(app, "/values").keeps_request());
    CHECK(of(app, "/values").pattern().text == "/values{?n=1}");
}
