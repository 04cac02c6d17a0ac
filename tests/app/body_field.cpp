#include <doctest/doctest.h>

#include <coracle/app/body_field.hpp>

#include <app/stage.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

struct item {
    std::string name;
    double price = 0;
};

std::string refused(std::string_view inside) { return R"({"detail":[)" + std::string(inside) + "]}"; }
std::string missing(std::string_view loc, std::string_view input = "null") {
    return R"({"type":"missing","loc":["body",)" + std::string(loc) + R"(],"msg":"Field required","input":)" +
           std::string(input) + "}";
}

}  // namespace

TEST_CASE("parameters are members of one JSON body, in FastAPI's words") {
    app app;
    app.post("/one", [](body_field<"item", item> in) -> task<item> { co_return *in; });
    app.post("/more",
             [](body_field<"item", item> in, body_field<"n", int> n, body_field<"note", std::optional<item>> note)
                 -> task<json> { co_return json{{"item", in}, {"n", n}, {"note", note}}; });
    stage play(app);
    std::string no_member = refused(missing("\"item\""));
    std::string no_two = refused(missing("\"item\"") + "," + missing("\"n\""));
    std::string no_three = refused(missing("\"item\"") + "," + missing("\"n\"") + "," + missing("\"note\""));
    std::string no_struct =
        R"({"type":"model_attributes_type","loc":["body","item"],"msg":"Input should be a valid dictionary or object )"
        R"(to extract fields from","input":null})";
    struct {
        std::string_view path;
        std::string_view body;
        std::string answer;
    } table[] = {
        {"/one", "", no_member},
        {"/one", "null", no_member},
        {"/one", "[1]", no_member},
        {"/one", "\"x\"", no_member},
        {"/one", "{}", no_member},
        {"/one", R"({"item":null})", refused(no_struct)},
        {"/one", R"({"item":{"name":"a"},"n":1})", R"({"name":"a","price":0.0})"},
        {"/more", "", no_two},
        {"/more", "null", no_three},
        {"/more", "3", no_three},
        {"/more", "{}", no_two},
        {"/more", R"({"item":null})", refused(no_struct + "," + missing("\"n\""))},
        {"/more", R"({"item":{"name":"a"},"n":1})", R"({"item":{"name":"a","price":0.0},"n":1,"note":null})"},
        {"/more", R"({"item":{"name":"a"},"n":"1","note":null})",
         R"({"item":{"name":"a","price":0.0},"n":1,"note":null})"},
        {"/more", R"({"item":{"price":"x"},"n":"q","note":{}})",
         refused(missing(R"("item","name")", R"({"price":"x"})") +
                 R"(,{"type":"float_parsing","loc":["body","item","price"],"msg":"Input should be a valid number, )"
                 R"(unable to parse string as a number","input":"x"},{"type":"int_parsing","loc":["body","n"],"msg":)"
                 R"("Input should be a valid integer, unable to parse string as an integer","input":"q"},)" +
                 missing(R"("note","name")", "{}"))},
        {"/more", "{",
         refused(R"({"type":"json_invalid","loc":["body",1],"msg":"JSON decode error","input":{},)"
                 R"("ctx":{"error":"Expecting property name enclosed in double quotes"}})")},
    };
    for (const auto& row : table) {
        CAPTURE(row.path);
        CAPTURE(row.body);
        heard answer = play.post(row.path, row.body);
        CHECK(answer.status == (row.answer.starts_with(R"({"detail")") ? 422 : 200));
        CHECK(answer.body == row.answer);
    }
    CHECK(play.post("/more", R"({"item":{"name":"a"},"n":1})", "text/plain").body == no_two);
    CHECK(play.post("/more", "{\"item\":\"\xFF\"}").status == 400);
}

TEST_CASE("members of the body stand beside other sources, in any method") {
    app app;
    app.del("/{id}", [](body_field<"why", std::string> why, int id) -> task<std::string> {
        co_return *why + std::to_string(id);
    });
    stage play(app);
    auto del = [&](std::string_view path, std::string_view body) {
        return play.ask("DELETE " + std::string(path), body, "content-type: application/json\r\n").body;
    };
    CHECK(del("/7", R"({"why":"old"})") == "old7");
    CHECK(del("/x", R"({"why":1})") ==
          refused(R"({"type":"int_parsing","loc":["path","id"],"msg":"Input should be a valid integer, unable to )"
                  R"(parse string as an integer","input":"x"},{"type":"string_type","loc":["body","why"],"msg":)"
                  R"("Input should be a valid string","input":1})"));
}
