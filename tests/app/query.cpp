#include <doctest/doctest.h>

#include <coracle/app/query.hpp>
#include <coracle/json/checked.hpp>

#include <app/stage.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

enum class kind { book, food };

struct filter {
    int limit;
    int skip = 0;
    std::optional<kind> what;
    std::vector<std::string> tags;
    double score = 1.0;
};
struct narrow {
    int limit;
    int skip = 0;
    using extra = forbidden;
};
struct wide {
    std::string text = "all";
    bool deep = true;
    std::vector<int> sizes = {1, 2};
    std::optional<std::vector<int>> ids;
    std::chrono::seconds age{60};
    kind what = kind::food;
    std::optional<int> most = 5;
};

std::string refused(std::string_view inside) { return R"({"detail":[)" + std::string(inside) + "]}"; }
std::string no_integer(std::string_view loc, std::string_view input) {
    return R"({"type":"int_parsing","loc":["query",)" + std::string(loc) +
           R"(],"msg":"Input should be a valid integer, unable to parse string as an integer","input":")" +
           std::string(input) + "\"}";
}
std::string missing(std::string_view name, std::string_view input) {
    return R"({"type":"missing","loc":["query",")" + std::string(name) + R"("],"msg":"Field required","input":)" +
           std::string(input) + "}";
}
std::string extra(std::string_view name, std::string_view input) {
    return R"({"type":"extra_forbidden","loc":["query",")" + std::string(name) +
           R"("],"msg":"Extra inputs are not permitted","input":)" + std::string(input) + "}";
}

}  // namespace

TEST_CASE("a struct is filled from the query string, member by member") {
    app app;
    app.get("/q", [](query<filter> q) -> task<filter> { co_return *q; });
    app.get("/w", [](query<wide> q) -> task<wide> { co_return *q; });
    stage play(app);
    struct {
        std::string_view target;
        int status;
        std::string body;
    } table[] = {
        {"/q?limit=1", 200, R"({"limit":1,"skip":0,"what":null,"tags":[],"score":1.0})"},
        {"/q?limit=1&tags=a&tags=&what=food&x=1", 200,
         R"({"limit":1,"skip":0,"what":"food","tags":["a",""],"score":1.0})"},
        {"/q?limit=1&skip=2&limit=%203%20&score=2.5e1", 200,
         R"({"limit":3,"skip":2,"what":null,"tags":[],"score":25.0})"},
        {"/q?limit=1&tags=a+b%26c&tags=caf%C3%A9&tags=%FF", 200,
         "{\"limit\":1,\"skip\":0,\"what\":null,\"tags\":[\"a b&c\",\"caf\xC3\xA9\",\"\xEF\xBF\xBD\"],\"score\":1.0}"},
        {"/q", 422, refused(missing("limit", "{}"))},
        {"/q?skip=3&tags=a&zz=1&zz=2&yy=", 422,
         refused(missing("limit", R"({"skip":"3","tags":["a"],"zz":["1","2"],"yy":""})"))},
        {"/q?limit=x&skip=&what=z&score=no&extra=1", 422,
         refused(no_integer("\"limit\"", "x") + "," + no_integer("\"skip\"", "") +
                 R"(,{"type":"enum","loc":["query","what"],"msg":"Input should be 'book' or 'food'","input":"z",)"
                 R"("ctx":{"expected":"'book' or 'food'"}},{"type":"float_parsing","loc":["query","score"],"msg":)"
                 R"("Input should be a valid number, unable to parse string as a number","input":"no"})")},
        {"/q?Limit=1&LIMIT=1", 422, refused(missing("limit", R"({"Limit":"1","LIMIT":"1"})"))},
        {"/w", 200, R"({"text":"all","deep":true,"sizes":[1,2],"ids":null,"age":"PT1M","what":"food","most":5})"},
        {"/w?text=&deep=off&sizes=3&ids=4&ids=5&age=PT2S&what=book&most=6", 200,
         R"({"text":"","deep":false,"sizes":[3],"ids":[4,5],"age":"PT2S","what":"book","most":6})"},
        {"/w?sizes=1&sizes=x&ids=&ids=2", 422,
         refused(no_integer("\"sizes\",1", "x") + "," + no_integer("\"ids\",0", ""))},
    };
    for (const auto& row : table) {
        CAPTURE(row.target);
        heard answer = play.get(row.target);
        CHECK(answer.status == row.status);
        CHECK(answer.body == row.body);
    }
}

TEST_CASE("a struct may forbid other names, which are told in the order they came") {
    app app;
    app.get("/", [](query<narrow> q) -> task<narrow> { co_return *q; });
    stage play(app);
    CHECK(play.get("/?limit=1&limit=2").body == R"({"limit":2,"skip":0})");
    CHECK(play.get("/?limit=1&tool=x&tool=y&b=1").body ==
          refused(extra("tool", R"(["x","y"])") + "," + extra("b", "\"1\"")));
    CHECK(play.get("/?a=1").body == refused(missing("limit", R"({"a":"1"})") + "," + extra("a", "\"1\"")));
}

TEST_CASE("a struct stands beside names of the pattern, and takes no notice of them") {
    app app;
    app.get("/{id}{?limit}", [](int id, int limit, query<narrow> q) -> task<int> { co_return id + limit + q->limit; });
    stage play(app);
    CHECK(play.get("/100?limit=7").body == "114");
    CHECK(
        play.get("/x").body ==
        R"({"detail":[{"type":"int_parsing","loc":["path","id"],"msg":"Input should be a valid integer, unable to )"
        R"(parse string as an integer","input":"x"},{"type":"missing","loc":["query","limit"],"msg":"Field required",)"
        R"("input":null},{"type":"missing","loc":["query","limit"],"msg":"Field required","input":{}}]})");
}

TEST_CASE("a thousand names that nobody knows are told within bounds, and more than that are 400") {
    app app;
    app.get("/", [](query<narrow>) -> task<> { co_return; });
    stage play(app);
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "n" + std::to_string(i) + "=1&";
    heard answer = play.get("/?" + many);
    CHECK(answer.status == 422);
    CHECK(answer.body.size() < 100'000);
    CHECK(play.get("/?" + many + "one").status == 400);
}

TEST_CASE("a handler with a struct from the query is called without a request") {
    auto handler = [](query<narrow> q) { return q->limit + (*q).skip; };
    CHECK(handler(narrow{1, 2}) == 3);
    static_assert(parameter<query<narrow>>::source == parameter_source::query);
}

namespace {
struct bounded {
    checked<int, minimum<1>, maximum<100>> limit = 10;
    std::optional<checked<std::string, min_length<2>>> text;
    std::vector<checked<int, minimum<0>>> ids;
};
}  // namespace

TEST_CASE("members may be checked values") {
    app app;
    app.get("/", [](query<bounded> q) -> task<bounded> { co_return *q; });
    stage play(app);
    CHECK(play.get("/").body == R"({"limit":10,"text":null,"ids":[]})");
    CHECK(play.get("/?limit=100&text=ab&ids=0&ids=1").body == R"({"limit":100,"text":"ab","ids":[0,1]})");
    CHECK(
        play.get("/?limit=0&text=a&ids=0&ids=-1").body ==
        refused(R"({"type":"greater_than_equal","loc":["query","limit"],"msg":"Input should be greater than or equal )"
                R"(to 1","input":"0","ctx":{"ge":1}},{"type":"string_too_short","loc":["query","text"],"msg":)"
                R"("String should have at least 2 characters","input":"a","ctx":{"min_length":2}},)"
                R"({"type":"greater_than_equal","loc":["query","ids",1],"msg":"Input should be greater than or )"
                R"(equal to 0","input":"-1","ctx":{"ge":0}})"));
}
