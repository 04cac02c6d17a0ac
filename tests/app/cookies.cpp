#include <doctest/doctest.h>

#include <coracle/app/cookies.hpp>

#include <app/stage.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

struct preferences {
    std::string session;
    int n = 1;
    std::optional<std::string> theme;
};
struct closed {
    int n = 1;
    using extra = forbidden;
};

std::string refused(std::string_view inside) { return R"({"detail":[)" + std::string(inside) + "]}"; }

}  // namespace

TEST_CASE("a struct is filled from the cookies") {
    app app;
    app.get("/", [](cookies<preferences> in) -> task<preferences> { co_return *in; });
    stage play(app);
    auto ask = [&](std::string_view fields) { return play.ask("GET /", {}, fields).body; };
    CHECK(ask("cookie: session=1; n=2\r\ncookie: theme=\"a\\054b\"\r\n") == R"({"session":"1","n":2,"theme":"a,b"})");
    CHECK(ask("cookie: session=caf\xC3\xA9; session=other\r\n") ==
          "{\"session\":\"caf\xC3\x83\xC2\xA9\",\"n\":1,\"theme\":null}");
    CHECK(ask("") == refused(R"({"type":"missing","loc":["cookie","session"],"msg":"Field required","input":{}})"));
    CHECK(ask("cookie: n=x; zz=3\r\n") ==
          refused(R"({"type":"missing","loc":["cookie","session"],"msg":"Field required","input":{"n":"x","zz":"3"}},)"
                  R"({"type":"int_parsing","loc":["cookie","n"],"msg":"Input should be a valid integer, unable to )"
                  R"(parse string as an integer","input":"x"})"));
}

TEST_CASE("other cookies can be forbidden; of two with one name the first is told") {
    app app;
    app.get("/", [](cookies<closed> in) -> task<int> { co_return in->n; });
    stage play(app);
    CHECK(play.ask("GET /", {}, "cookie: n=2\r\n").body == "2");
    CHECK(play.ask("GET /", {}, "cookie: n=2; zz=\"3\"; zz=4\r\n").body ==
          refused(R"({"type":"extra_forbidden","loc":["cookie","zz"],"msg":"Extra inputs are not permitted",)"
                  R"("input":"3"})"));
}
