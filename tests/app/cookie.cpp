#include <doctest/doctest.h>

#include <coracle/app/cookie.hpp>

#include <app/stage.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

std::string refused(std::string_view type, std::string_view name, std::string_view msg, std::string_view input) {
    return R"({"detail":[{"type":")" + std::string(type) + R"(","loc":["cookie",")" + std::string(name) +
           R"("],"msg":")" + std::string(msg) + R"(","input":)" + std::string(input) + "}]}";
}

}  // namespace

TEST_CASE("a cookie is taken by its name, from all Cookie fields") {
    app app;
    app.get("/", [](cookie<"session"> session) -> task<std::string> { co_return *session; });
    stage play(app);
    std::string missing = refused("missing", "session", "Field required", "null");
    struct {
        std::string_view fields;
        int status;
        std::string body;
    } table[] = {
        {"", 422, missing},
        {"cookie: session=abc\r\n", 200, "abc"},
        {"cookie: a=b; session = abc ;c=d\r\n", 200, "abc"},
        {"cookie: a=b\r\ncookie: session=abc\r\n", 200, "abc"},
        {"cookie: Session=abc\r\n", 422, missing},
        {"cookie: session\r\n", 422, missing},
        {"cookie: session=\r\n", 200, ""},
        {"cookie: session=\"a b\"\r\n", 200, "a b"},
        {"cookie: session=\"a\\054b\\\"c\\\"\"\r\n", 200, "a,b\"c\""},
        {"cookie: session=\"a\\05\\400\\\"\r\n", 200, "a05400\\"},
        {"cookie: session=a\\054b\r\n", 200, "a\\054b"},
        {"cookie: session=\"a\r\n", 200, "\"a"},
        {"cookie: session=\"\r\n", 200, "\""},
        {"cookie: session=\"\\\"\r\n", 200, "\\"},
        {"cookie: session=caf\xC3\xA9\xFF\r\n", 200, "caf\xC3\x83\xC2\xA9\xC3\xBF"},
    };
    for (const auto& row : table) {
        CAPTURE(row.fields);
        heard answer = play.ask("GET /", {}, row.fields);
        CHECK(answer.status == row.status);
        CHECK(answer.body == row.body);
    }
}

TEST_CASE("P5: of two cookies with one name the first counts, which is the more specific one") {
    app app;
    app.get("/", [](cookie<"session"> session) -> task<std::string> { co_return *session; });
    stage play(app);
    CHECK(play.ask("GET /", {}, "cookie: session=mine; session=planted\r\n").body == "mine");
    CHECK(play.ask("GET /", {}, "cookie: session=mine\r\ncookie: session=planted\r\n").body == "mine");
}

TEST_CASE("a cookie has a type, a default, or may be missing") {
    app app;
    app.get("/n", [](cookie<"n", int> n) -> task<int> { co_return *n; });
    app.get("/d", [](cookie<"n", int, 3> n) -> task<int> { co_return *n; });
    app.get("/s", [](cookie<"theme", std::string, "light"> s) -> task<std::string> { co_return *s; });
    app.get("/o", [](cookie<"n", std::optional<int>> n) -> task<std::optional<int>> { co_return *n; });
    app.get("/p", [](std::optional<cookie<"n", int>> n) -> task<int> { co_return n ? **n : -1; });
    stage play(app);
    std::string_view no_integer = "Input should be a valid integer, unable to parse string as an integer";
    CHECK(play.get("/n").body == refused("missing", "n", "Field required", "null"));
    CHECK(play.get("/d").body == "3");
    CHECK(play.get("/s").body == "light");
    CHECK(play.get("/o").body == "null");
    CHECK(play.get("/p").body == "-1");
    for (std::string_view path : {"/n", "/d", "/o", "/p"}) {
        CAPTURE(path);
        std::string line = "GET " + std::string(path);
        CHECK(play.ask(line, {}, "cookie: n=4\r\n").body == "4");
        CHECK(play.ask(line, {}, "cookie: n=x\r\n").body == refused("int_parsing", "n", no_integer, "\"x\""));
        CHECK(play.ask(line, {}, "cookie: n=\r\n").body == refused("int_parsing", "n", no_integer, "\"\""));
    }
}

TEST_CASE("a cookie knows its name, its type and its default") {
    static_assert(cookie<"session">::name == "session");
    static_assert(cookie<"session">::required);
    static_assert(!cookie<"n", std::optional<int>>::required);
    CHECK(cookie<"n", int, 3>::default_value() == 3);
    static_assert(parameter<cookie<"n">>::source == parameter_source::cookie);
}
