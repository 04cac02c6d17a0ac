#include <doctest/doctest.h>

#include <coracle/app/bind.hpp>
#include <coracle/app/cookie.hpp>
#include <coracle/app/header.hpp>

#include <app/stage.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

enum class category { book, food, tool };

std::string issues(std::string_view inside) { return R"({"detail":[)" + std::string(inside) + "]}"; }

}  // namespace

TEST_CASE("the route's names fill the parameters in order: the path first, then the query") {
    app app;
    app.get("/a/{x}/{y}{?z=3,w}", on_loop([](int x, std::string y, int z, std::optional<int> w) {
                return json{{"x", x}, {"y", y}, {"z", z}, {"w", w ? json(*w) : json()}};
            }));
    stage play(app);
    CHECK(play.get("/a/1/two").body == R"({"x":1,"y":"two","z":3,"w":null})");
    CHECK(play.get("/a/1/two?z=5&w=4").body == R"({"x":1,"y":"two","z":5,"w":4})");
    CHECK(play.get("/a/1/%2F%20+?w=-1").body == R"({"x":1,"y":"/ +","z":3,"w":-1})");
}

TEST_CASE("the request may stand between the other parameters") {
    app app;
    app.get("/a/{x}{?y}", on_loop([](const request& req, int x, request& same, int y) {
                return json{{"x", x}, {"y", y}, {"same", &req == &same}};
            }));
    stage play(app);
    CHECK(play.get("/a/1?y=2").body == R"({"x":1,"y":2,"same":true})");
}

TEST_CASE("a repeated scalar is its last value, a list is all of them, nothing after = is empty text") {
    app app;
    app.get("/q{?n=0,s,tags,ids}",
            on_loop([](int n, std::optional<std::string> s, std::vector<std::string> tags, std::vector<int> ids) {
                json list = json::array();
                for (auto& tag : tags) list.push_back(tag);
                json numbers = json::array();
                for (int id : ids) numbers.push_back(id);
                return json{{"n", n}, {"s", s ? json(*s) : json()}, {"tags", list}, {"ids", numbers}};
            }));
    stage play(app);
    CHECK(play.get("/q").body == R"({"n":0,"s":null,"tags":[],"ids":[]})");
    CHECK(play.get("/q?n=1&n=2&s=&tags=b&tags=a&ids=3&tags=").body ==
          R"({"n":2,"s":"","tags":["b","a",""],"ids":[3]})");
    CHECK(play.get("/q?s=a+b%26c").body == R"({"n":0,"s":"a b&c","tags":[],"ids":[]})");
    CHECK(play.get("/q?ids=1&ids=x&ids=3&ids=y").body ==
          issues(R"({"type":"int_parsing","loc":["query","ids",1],"msg":"Input should be a valid int)"
                 R"(eger, unable to parse string as an integer","input":"x"},)"
                 R"({"type":"int_parsing","loc":["query","ids",3],"msg":"Input should be a valid int)"
                 R"(eger, unable to parse string as an integer","input":"y"})"));
}

TEST_CASE("every scalar type has its issue, in FastAPI's words") {
    app app;
    app.get("/s{?i,f,b,e}", on_loop([](int, double, bool, category) { return 1; }));
    stage play(app);
    heard all = play.get("/s?i=1.5&f=x&b=maybe&e=drink");
    CHECK(all.status == 422);
    CHECK(all.body == issues(R"({"type":"int_parsing","loc":["query","i"],"msg":"Input should be a valid integer)"
                             R"(, unable to parse string as an integer","input":"1.5"},)"
                             R"({"type":"float_parsing","loc":["query","f"],"msg":"Input should be a valid numbe)"
                             R"(r, unable to parse string as a number","input":"x"},)"
                             R"({"type":"bool_parsing","loc":["query","b"],"msg":"Input should be a valid boolea)"
                             R"(n, unable to interpret input","input":"maybe"},)"
                             R"({"type":"enum","loc":["query","e"],"msg":"Input should be 'book', 'food' or 'too)"
                             R"(l'","input":"drink","ctx":{"expected":"'book', 'food' or 'tool'"}})"));
    CHECK(play.get("/s?i=1&f=1.5&b=on&e=food").body == "1");
}

TEST_CASE("all issues of path, query and body come in one answer, in this order") {
    struct item {
        std::string name{};
        double price = 0;
    };
    app app;
    app.put("/items/{id}{?limit}", [](item, int, int) -> task<> { co_return; });
    stage play(app);
    heard bad = play.ask("PUT /items/x", R"({"price":"cheap"})", "content-type: application/json\r\n");
    CHECK(bad.status == 422);
    CHECK(bad.body ==
          issues(R"({"type":"int_parsing","loc":["path","id"],"msg":"Input should be a valid integer)"
                 R"(, unable to parse string as an integer","input":"x"},)"
                 R"({"type":"missing","loc":["query","limit"],"msg":"Field required","input":null},)"
                 R"({"type":"missing","loc":["body","name"],"msg":"Field required","input":{"price":"cheap"}},)"
                 R"({"type":"float_parsing","loc":["body","price"],"msg":"Input should be a valid nu)"
                 R"(mber, unable to parse string as a number","input":"cheap"})"));
}

TEST_CASE("bytes that are no UTF-8 are no text, and are shown as what can be shown") {
    app app;
    app.get("/t/{s}", on_loop([](std::string s) { return s; }));
    app.get("/n/{i}", on_loop([](int i) { return i; }));
    stage play(app);
    CHECK(
        play.get("/t/%FFa").body ==
        issues(
            "{\"type\":\"string_unicode\",\"loc\":[\"path\",\"s\"],\"msg\":\"Input should be a valid string, unable to "
            "parse raw data as a unicode string\",\"input\":\"\xEF\xBF\xBD"
            "a\"}"));
    CHECK(play.get("/n/%FF").status == 422);
    CHECK(play.get("/t/caf%C3%A9").body == "caf\xC3\xA9");
}

TEST_CASE("an integer beyond its type is an issue and no overflow") {
    app app;
    app.get("/n/{i}", on_loop([](int i) { return i; }));
    stage play(app);
    CHECK(play.get("/n/2147483647").body == "2147483647");
    CHECK(play.get("/n/2147483648").body ==
          issues(R"({"type":"less_than_equal","loc":["path","i"],"msg":"Input should be less than or)"
                 R"( equal to 2147483647","input":"2147483648","ctx":{"le":2147483647}})"));
}

TEST_CASE("a convertor miss is 404, a type miss is 422") {
    app app;
    app.get("/c/{id:int}", on_loop([](int id) { return id; }));
    app.get("/t/{id}", on_loop([](int id) { return id; }));
    stage play(app);
    CHECK(play.get("/c/abc").status == 404);
    CHECK(play.get("/t/abc").status == 422);
}

TEST_CASE("defaults are taken from the route, of every type") {
    app app;
    app.get("/d{?i=-5,f=1.5,b=true,e=food,s=a b,o=7,u=255}",
            on_loop([](int i, double f, bool b, category e, std::string s, std::optional<int> o, std::uint8_t u) {
                return json{{"i", i}, {"f", f},  {"b", b},     {"e", e == category::food},
                            {"s", s}, {"o", *o}, {"u", int(u)}};
            }));
    stage play(app);
    CHECK(play.get("/d").body == R"({"i":-5,"f":1.5,"b":true,"e":true,"s":"a b","o":7,"u":255})");
}

TEST_CASE("more query parameters than allowed are 400") {
    app app;
    app.get("/{?a}", on_loop([](std::optional<int> a) { return a; }));
    stage play(app);
    std::string query;
    for (int i = 0; i < 1001; ++i) query += "b&";
    CHECK(play.get("/?" + query).status == 400);
    CHECK(play.get("/?a=1").body == "1");
}

namespace {
struct item {
    std::string name{};
    double price = 0;
};
}  // namespace

TEST_CASE("a body that is no JSON, has no JSON type, or is not there is told in FastAPI's words") {
    app app;
    app.post("/items", [](item in) -> task<item> { co_return in; });
    app.post("/perhaps", [](std::optional<item> in) -> task<bool> { co_return in.has_value(); });
    stage play(app);
    std::string good = R"({"name":"tea","price":2.5})";
    CHECK(play.post("/items", good).body == good);
    CHECK(play.post("/items", good, "application/problem+json; charset=utf-8").body == good);
    CHECK(play.post("/items", good, "Application/JSON").body == good);
    play.body_late = true;
    CHECK(play.post("/items", good).body == good);
    play.body_late = false;

    std::string unread = issues(
        R"({"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to )"
        R"(extract fields from","input":"{\"name\":\"tea\",\"price\":2.5}"})");
    for (std::string_view type :
         {"", "text/plain", "application/jsonp", "text/x+json", "application/a/b+json", "application"}) {
        CAPTURE(type);
        heard answer = play.post("/items", good, type);
        CHECK(answer.status == 422);
        CHECK(answer.body == unread);
    }
    CHECK(play.post("/items", R"({"name": "tea",})").body ==
          issues(R"({"type":"json_invalid","loc":["body",15],"msg":"JSON decode error","input":{},)"
                 R"("ctx":{"error":"Expecting property name enclosed in double quotes"}})"));
    CHECK(play.ask("POST /items").body ==
          issues(R"({"type":"missing","loc":["body"],"msg":"Field required","input":null})"));
    CHECK(play.ask("POST /perhaps").body == "false");
    CHECK(play.post("/perhaps", "null").body == "false");
    CHECK(play.post("/perhaps", good).body == "true");
    CHECK(play.post("/items", "[1]").body ==
          issues(R"({"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid di)"
                 R"(ctionary or object to )"
                 R"(extract fields from","input":[1]})"));
}

TEST_CASE("W13: a body that a browser form could send is not taken for JSON") {
    app app;
    int calls = 0;
    app.post("/items", [&](json) -> task<> {
        ++calls;
        co_return;
    });
    stage play(app);
    for (std::string_view type :
         {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""})
        CHECK(play.post("/items", "{}", type).status == 422);
    CHECK(calls == 0);
}

TEST_CASE("a body on GET and DELETE is taken when the handler says so") {
    app app;
    app.del("/items", [](json_body<item> in) -> task<std::string> { co_return in->name; });
    app.del("/perhaps", on_loop([](json_body<std::optional<item>> in) { return in->has_value(); }));
    app.route({"GET"}, "/search", [](item in) -> task<std::string> { co_return in.name; });
    stage play(app);
    CHECK(play.ask("DELETE /items", R"({"name":"tea"})", "content-type: application/json\r\n").body == "tea");
    CHECK(play.ask("DELETE /items").status == 422);
    CHECK(play.ask("DELETE /perhaps").body == "false");
    CHECK(play.ask("GET /search", R"({"name":"tea"})", "content-type: application/json\r\n").body == "tea");
}

TEST_CASE("lists, maps and json are bodies too") {
    app app;
    app.post("/list", [](std::vector<item> in) -> task<std::size_t> { co_return in.size(); });
    app.post("/map", [](std::map<std::string, int> in) -> task<int> { co_return in.at("b"); });
    app.post("/json", [](json in) -> task<json> { co_return in; });
    stage play(app);
    CHECK(play.post("/list", R"([{"name":"a"},{"name":"b"}])").body == "2");
    CHECK(play.post("/map", R"({"a":1,"b":2})").body == "2");
    CHECK(play.post("/json", R"([1,{"a":null}])").body == R"([1,{"a":null}])");
    CHECK(play.post("/list", R"([{"name":"a"},{"name":1}])").body ==
          issues(R"({"type":"string_type","loc":["body",1,"name"],"msg":"Input should be a valid str)"
                 R"(ing","input":1})"));
}

TEST_CASE(
    "all issues of all sources come in one answer: path, query, header, cookie, body, however they are declared") {
    app app;
    app.put(
        "/all/{id}{?q,r}",
        [](item, cookie<"c", int>, header<"h", int>, header<"k">, int, int, int, cookie<"d">) -> task<> { co_return; });
    stage play(app);
    heard bad =
        play.ask("PUT /all/x?q=y", R"({"price":"z"})", "content-type: application/json\r\ncookie: c=1x\r\nh: q\r\n");
    CHECK(bad.status == 422);
    std::string no_integer =
        R"("],"msg":"Input should be a valid integer, unable to parse string as an integer","input":")";
    CHECK(bad.body ==
          issues(R"({"type":"int_parsing","loc":["path","id)" + no_integer + R"(x"},)" +
                 R"({"type":"int_parsing","loc":["query","q)" + no_integer + R"(y"},)" +
                 R"({"type":"missing","loc":["query","r"],"msg":"Field required","input":null},)" +
                 R"({"type":"int_parsing","loc":["header","h)" + no_integer + R"(q"},)" +
                 R"({"type":"missing","loc":["header","k"],"msg":"Field required","input":null},)" +
                 R"({"type":"int_parsing","loc":["cookie","c)" + no_integer + R"(1x"},)" +
                 R"({"type":"missing","loc":["cookie","d"],"msg":"Field required","input":null},)" +
                 R"({"type":"missing","loc":["body","name"],"msg":"Field required","input":{"price":"z"}},)" +
                 R"({"type":"float_parsing","loc":["body","price"],"msg":"Input should be a valid number, )"
                 R"(unable to parse string as a number","input":"z"})"));
}

TEST_CASE("a body that is no JSON is all that an answer tells, as nothing is known of the rest") {
    app app;
    app.put("/items/{id}", [](int, item) -> task<> { co_return; });
    stage play(app);
    auto put = [&](std::string_view body) {
        return play.ask("PUT /items/x", body, "content-type: application/json\r\n");
    };
    CHECK(put(R"({"name" "a"})").body ==
          issues(R"({"type":"json_invalid","loc":["body",8],"msg":"JSON decode error","input":{},)"
                 R"("ctx":{"error":"Expecting ':' delimiter"}})"));
    CHECK(put(R"({"name":1})").body.find("int_parsing") != std::string::npos);
}

TEST_CASE("a body that is no text is 400, and a byte order mark before one is passed over") {
    app app;
    app.post("/items", [](item in) -> task<std::string> { co_return in.name; });
    stage play(app);
    for (std::string_view body :
         {"{\"name\":\"a\xFF\"}", "\xFF{\"name\":\"a\"}", "{\"name\": \"\xFF\", ]", "\xFF\xFE{"}) {
        heard answer = play.post("/items", body);
        CHECK(answer.status == 400);
        CHECK(answer.body == R"({"detail":"There was an error parsing the body"})");
    }
    CHECK(play.post("/items", "\xEF\xBB\xBF{\"name\":\"a\"}").body == "a");
    CHECK(play.post("/items", "\xEF\xBB\xBF{").body ==
          issues(R"({"type":"json_invalid","loc":["body",1],"msg":"JSON decode error","input":{},)"
                 R"("ctx":{"error":"Expecting property name enclosed in double quotes"}})"));
}

TEST_CASE("a body of another content type is told what it would have to be") {
    app app;
    app.post("/list", [](std::vector<item>) -> task<> { co_return; });
    app.post("/perhaps", [](std::optional<std::vector<item>>) -> task<> { co_return; });
    app.post("/map", [](std::map<std::string, int>) -> task<> { co_return; });
    app.post("/json", [](json) -> task<> { co_return; });
    stage play(app);
    struct {
        std::string_view path;
        std::string_view type;
        std::string_view msg;
    } table[] = {
        {"/list", "list_type", "Input should be a valid list"},
        {"/perhaps", "list_type", "Input should be a valid list"},
        {"/map", "dict_type", "Input should be a valid dictionary"},
        {"/json", "model_attributes_type", "Input should be a valid dictionary or object to extract fields from"},
    };
    for (const auto& row : table) {
        CAPTURE(row.path);
        CHECK(play.post(row.path, "caf\xC3\xA9\xFF", "text/plain").body ==
              issues(R"({"type":")" + std::string(row.type) + R"(","loc":["body"],"msg":")" + std::string(row.msg) +
                     "\",\"input\":\"caf\xC3\xA9\xEF\xBF\xBD\"}"));
    }
}

TEST_CASE("an answer repeats no more than a part of what came, however much is wrong") {
    app app;
    app.get("/q{?n}", on_loop([](std::vector<int>) {}));
    stage play(app);
    std::string query;
    for (int i = 0; i < 1000; ++i) query += "n=x&";
    heard answer = play.get("/q?" + query);
    CHECK(answer.status == 422);
    CHECK(answer.body.size() < 20000);
}
