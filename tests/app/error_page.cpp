#include <doctest/doctest.h>

#include <coracle/app/error_page.hpp>

#include <app/stage.hpp>

#include <exception>
#include <stdexcept>
#include <string>

using namespace coracle;

namespace {
[[noreturn]] void fail() {
    try {
        throw std::runtime_error("the <disk> is full");
    } catch (...) {
        std::throw_with_nested(std::logic_error("cannot save"));
    }
}
}  // namespace

TEST_CASE("W6: what an exception says is shown with debug only, escaped, with the exceptions that it came from") {
    for (bool debug : {false, true}) {
        app app({.debug = debug});
        app.get("/", on_loop([]() -> int { fail(); }));
        stage play(app);
        heard text = play.get("/");
        heard page = play.ask("GET /", {}, "accept: text/html,*/*\r\n");
        CHECK(text.status == 500);
        CHECK(page.status == 500);
        if (debug) {
            CHECK(text.body == "std::logic_error: cannot save\n  because of std::runtime_error: the <disk> is full\n");
            CHECK(page.field("content-type") == "text/html; charset=utf-8");
            CHECK(page.body.find("the &lt;disk&gt; is full") != std::string::npos);
        } else {
            CHECK(text.body == R"({"detail":"Internal Server Error"})");
            CHECK(page.body == R"({"detail":"Internal Server Error"})");
        }
    }
}

TEST_CASE("errors are problem details where the app says so") {
    app app({.errors = error_format::problem});
    app.get("/{n}", on_loop([](int n) -> int { throw http_error(409, n == 1 ? json("taken") : json{{"n", n}}); }));
    stage play(app);
    heard none = play.get("/a/b");
    CHECK(none.body == R"({"type":"about:blank","title":"Not Found","status":404})");
    CHECK(none.field("content-type") == "application/problem+json");
    CHECK(play.get("/1").body == R"({"type":"about:blank","title":"Conflict","status":409,"detail":"taken"})");
    CHECK(play.get("/2").body == R"({"type":"about:blank","title":"Conflict","status":409,"detail":{"n":2}})");
    heard bad = play.get("/x");
    CHECK(bad.status == 422);
    CHECK(bad.body.starts_with(R"({"type":"about:blank","title":"Unprocessable)"));
    CHECK(bad.body.find(R"("errors":[{"type":"int_parsing")") != std::string::npos);
}
