#include <doctest/doctest.h>

#include <coracle/app/headers.hpp>

#include <app/stage.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

struct common {
    bool save_data;
    std::vector<std::string> x_tag;
    std::optional<std::string> if_none_match;
    int x_depth = 1;
};
struct closed {
    bool save_data;
    using extra = forbidden;
};

std::string refused(std::string_view inside) { return R"({"detail":[)" + std::string(inside) + "]}"; }

}  // namespace

TEST_CASE("a struct is filled from header fields, with '-' for '_'") {
    app app;
    app.get("/", [](headers<common> in) -> task<common> { co_return *in; });
    stage play(app);
    auto ask = [&](std::string_view fields) { return play.ask("GET /", {}, fields).body; };
    CHECK(ask("Save-Data: true\r\n") == R"({"save_data":true,"x_tag":[],"if_none_match":null,"x_depth":1})");
    CHECK(ask("save-data: 1\r\nsave-data: no\r\nx-tag: a\r\nX-TAG: b, c\r\nif-none-match: \xE9\r\nx-depth: 2\r\n") ==
          "{\"save_data\":true,\"x_tag\":[\"a\",\"b, c\"],\"if_none_match\":\"\xC3\xA9\",\"x_depth\":2}");
    CHECK(ask("save-data: x\r\nx-depth: y\r\n") ==
          refused(R"({"type":"bool_parsing","loc":["header","save-data"],"msg":"Input should be a valid boolean, )"
                  R"(unable to interpret input","input":"x"},{"type":"int_parsing","loc":["header","x-depth"],"msg":)"
                  R"("Input should be a valid integer, unable to parse string as an integer","input":"y"})"));
    CHECK(ask("zz: 1\r\nx-tag: a\r\nsave_data: true\r\nZZ: \xE9\r\n") ==
          refused("{\"type\":\"missing\",\"loc\":[\"header\",\"save-data\"],\"msg\":\"Field required\",\"input\":"
                  "{\"x_tag\":[\"a\"],\"host\":\"test\",\"zz\":[\"1\",\"\xC3\xA9\"]}}"));
}

TEST_CASE("other fields can be forbidden, which hardly any client can bear") {
    app app;
    app.get("/", [](headers<closed>) -> task<> { co_return; });
    stage play(app);
    auto extra = [](std::string_view name, std::string_view input) {
        return R"(,{"type":"extra_forbidden","loc":["header",")" + std::string(name) +
               R"("],"msg":"Extra inputs are not permitted","input":)" + std::string(input) + "}";
    };
    CHECK(play.ask("GET /", {}, "save-data: x\r\nzz: 1\r\nsave_data: 3\r\nzz: 2\r\nAa: 3\r\n").body ==
          refused(R"({"type":"bool_parsing","loc":["header","save-data"],"msg":"Input should be a valid boolean, )"
                  R"(unable to interpret input","input":"x"})" +
                  extra("host", "\"test\"") + extra("zz", R"(["1","2"])") + extra("aa", "\"3\"")));
}
