#include <doctest/doctest.h>

#include <coracle/app/header.hpp>
#include <coracle/json/checked.hpp>

#include <app/stage.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace coracle;

namespace {

enum class level { low, high };

std::string refused(std::string_view inside) { return R"({"detail":[)" + std::string(inside) + "]}"; }
std::string no_integer(std::string_view name, std::string_view input) {
    return refused(R"({"type":"int_parsing","loc":["header",")" + std::string(name) +
                   R"("],"msg":"Input should be a valid integer, unable to parse string as an integer","input":")" +
                   std::string(input) + "\"}");
}

}  // namespace

TEST_CASE("a header is text unless it says otherwise, and refused when it is missing") {
    app app;
    app.get("/", [](header<"if-match"> tag) -> task<std::string> { co_return *tag; });
    stage play(app);
    struct {
        std::string_view fields;
        int status;
        std::string body;
    } table[] = {
        {"", 422, refused(R"({"type":"missing","loc":["header","if-match"],"msg":"Field required","input":null})")},
        {"If-Match: \"a\"\r\n", 200, "\"a\""},
        {"if-match: a\r\nIF-MATCH: b\r\n", 200, "a"},
        {"if-match:\r\n", 200, ""},
        {"if-match: caf\xC3\xA9 \xFF\r\n", 200, "caf\xC3\x83\xC2\xA9 \xC3\xBF"},
        {"if_match: a\r\n", 422,
         refused(R"({"type":"missing","loc":["header","if-match"],"msg":"Field required",)"
                 R"("input":null})")},
    };
    for (const auto& row : table) {
        CAPTURE(row.fields);
        heard answer = play.ask("GET /", {}, row.fields);
        CHECK(answer.status == row.status);
        CHECK(answer.body == row.body);
    }
}

TEST_CASE("a header has a type, and a default in its type") {
    app app;
    app.get("/n", [](header<"x-n", int, 10> n) -> task<int> { co_return *n; });
    app.get("/s", [](header<"accept-language", std::string, "en"> s) -> task<std::string> { co_return *s; });
    app.get("/e", [](header<"x-level", level, level::high> e) -> task<level> { co_return *e; });
    app.get("/b", [](header<"x-on", bool, true> b) -> task<bool> { co_return *b; });
    app.get("/d", [](header<"x-d", double, 1> d) -> task<double> { co_return *d; });
    app.get("/u", [](header<"x-u", std::uint8_t, 255> u) -> task<int> { co_return *u; });
    app.get("/o", [](header<"x-o", std::optional<int>, 5> o) -> task<std::optional<int>> { co_return *o; });
    stage play(app);
    struct {
        std::string_view path;
        std::string_view fields;
        int status;
        std::string body;
    } table[] = {
        {"/n", "", 200, "10"},
        {"/n", "x-n: 7\r\nx-n: 8\r\n", 200, "7"},
        {"/n", "x-n: +7.0\r\n", 200, "7"},
        {"/n", "x-n: x\r\n", 422, no_integer("x-n", "x")},
        {"/n", "x-n:\r\n", 422, no_integer("x-n", "")},
        {"/n", "x-n: \xE9\xFF\r\n", 422, no_integer("x-n", "\xC3\xA9\xC3\xBF")},
        {"/s", "", 200, "en"},
        {"/s", "accept-language: de\r\n", 200, "de"},
        {"/e", "", 200, "\"high\""},
        {"/e", "x-level: low\r\n", 200, "\"low\""},
        {"/e", "x-level: mid\r\n", 422,
         refused(R"({"type":"enum","loc":["header","x-level"],"msg":"Input should be 'low' or 'high'","input":"mid",)"
                 R"("ctx":{"expected":"'low' or 'high'"}})")},
        {"/b", "", 200, "true"},
        {"/b", "x-on: OFF\r\n", 200, "false"},
        {"/d", "", 200, "1.0"},
        {"/d", "x-d: 2.5\r\n", 200, "2.5"},
        {"/u", "", 200, "255"},
        {"/o", "", 200, "5"},
        {"/o", "x-o: 6\r\n", 200, "6"},
    };
    for (const auto& row : table) {
        CAPTURE(row.path);
        CAPTURE(row.fields);
        heard answer = play.ask("GET " + std::string(row.path), {}, row.fields);
        CHECK(answer.status == row.status);
        CHECK(answer.body == row.body);
    }
}

TEST_CASE("an optional header may be missing, in both spellings") {
    app app;
    app.get("/in", [](header<"x-n", std::optional<int>> n) -> task<std::optional<int>> { co_return *n; });
    app.get("/out", [](std::optional<header<"x-n", int>> n) -> task<std::optional<int>> {
        if (n) co_return **n;
        co_return std::nullopt;
    });
    app.get("/both",
            [](std::optional<header<"x-n", std::optional<int>>> n) -> task<int> { co_return n ? **n ? 2 : 1 : 0; });
    app.get("/stated", [](std::optional<header<"x-n", int, 3>> n) -> task<int> { co_return n ? **n : 0; });
    stage play(app);
    for (std::string_view path : {"/in", "/out"}) {
        CAPTURE(path);
        CHECK(play.get(path).body == "null");
        CHECK(play.ask("GET " + std::string(path), {}, "x-n: 4\r\n").body == "4");
        CHECK(play.ask("GET " + std::string(path), {}, "x-n:\r\n").body == no_integer("x-n", ""));
    }
    CHECK(play.get("/both").body == "0");
    CHECK(play.ask("GET /both", {}, "x-n: 4\r\n").body == "2");
    CHECK(play.get("/stated").body == "3");
}

TEST_CASE("a list is the fields of one name, one element each, and commas stay where they are") {
    app app;
    app.get("/s", [](header<"x-t", std::vector<std::string>> t) -> task<std::vector<std::string>> { co_return *t; });
    app.get("/n", [](header<"x-t", std::vector<int>> t) -> task<std::vector<int>> { co_return *t; });
    app.get("/o", [](header<"x-t", std::optional<std::vector<int>>> t) -> task<std::optional<std::vector<int>>> {
        co_return *t;
    });
    stage play(app);
    CHECK(play.get("/s").body == "[]");
    CHECK(play.get("/o").body == "null");
    CHECK(play.ask("GET /o", {}, "x-t: 1\r\n").body == "[1]");
    CHECK(play.ask("GET /s", {}, "x-t: a, b\r\nX-T:\r\nx-t: \xE9\r\n").body == "[\"a, b\",\"\",\"\xC3\xA9\"]");
    CHECK(play.ask("GET /n", {}, "x-t: 1\r\nx-u: 5\r\nx-t: 2\r\n").body == "[1,2]");
    for (std::string_view path : {"/n", "/o"})
        CHECK(
            play.ask("GET " + std::string(path), {}, "x-t: 1\r\nx-t: 2, 3\r\n").body ==
            refused(R"({"type":"int_parsing","loc":["header","x-t",1],"msg":"Input should be a valid integer, unable )"
                    R"(to parse string as an integer","input":"2, 3"})"));
}

TEST_CASE("a header stands for its value, and a handler is called without a request") {
    auto handler = [](header<"if-match"> tag, header<"x-n", int, 10> n, std::optional<header<"x-o", int>> o) {
        const std::string& text = tag;
        return text + std::to_string(*n + (o ? **o : 0)) + std::to_string(tag->size());
    };
    CHECK(handler("tag", 2, std::nullopt) == "tag23");
    CHECK(handler(std::string("t"), 2, 1) == "t31");
    CHECK(json{{"tag", header<"if-match">("a")}} == json{{"tag", "a"}});
}

TEST_CASE("a header knows its name, its type and its default") {
    using plain = header<"if-match">;
    using stated = header<"x-n", int, 10>;
    static_assert(plain::name == "if-match");
    static_assert(std::is_same_v<plain::value_type, std::string>);
    static_assert(plain::required);
    static_assert(!plain::has_default);
    static_assert(!stated::required);
    static_assert(!header<"x", std::optional<int>>::required);
    static_assert(!header<"x", std::vector<int>>::required);
    CHECK(stated::default_value() == 10);
    static_assert(parameter<stated>::source == parameter_source::header);
    static_assert(parameter<std::optional<stated>>::source == parameter_source::header);
}

TEST_CASE("a header, a cookie and a form field may be checked values") {
    app app;
    app.get("/",
            [](header<"x-n", checked<int, minimum<1>, maximum<9>>, 5> n,
               header<"x-o", std::optional<checked<std::string, min_length<2>>>> o,
               header<"x-l", std::vector<checked<int, minimum<0>>>> l) -> task<json> {
                json list = json::array();
                for (const auto& one : *l) list.push_back(json(*one));
                co_return json{{"n", **n}, {"o", *o ? json(***o) : json()}, {"l", list}};
            });
    stage play(app);
    CHECK(play.get("/").body == R"({"n":5,"o":null,"l":[]})");
    CHECK(play.ask("GET /", {}, "x-n: 9\r\nx-o: ab\r\nx-l: 0\r\nx-l: 3\r\n").body == R"({"n":9,"o":"ab","l":[0,3]})");
    CHECK(play.ask("GET /", {}, "x-n: 0\r\nx-o: a\r\nx-l: 1\r\nx-l: -1\r\n").body ==
          refused(R"({"type":"greater_than_equal","loc":["header","x-n"],"msg":"Input should be greater than or equal )"
                  R"(to 1","input":"0","ctx":{"ge":1}},{"type":"string_too_short","loc":["header","x-o"],"msg":)"
                  R"("String should have at least 2 characters","input":"a","ctx":{"min_length":2}},)"
                  R"({"type":"greater_than_equal","loc":["header","x-l",1],"msg":"Input should be greater than or )"
                  R"(equal to 0","input":"-1","ctx":{"ge":0}})"));
}
