#include <doctest/doctest.h>

#include <coracle/app/form.hpp>

#include <app/stage.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

struct person {
    std::string username;
    std::string password;
    std::optional<int> age;
    int n = 5;
    std::vector<std::string> tags;
};
struct closed {
    std::string username;
    using extra = forbidden;
};

constexpr std::string_view urlencoded = "application/x-www-form-urlencoded";

std::string refused(std::string_view inside) { return R"({"detail":[)" + std::string(inside) + "]}"; }
std::string missing(std::string_view name, std::string_view input) {
    return R"({"type":"missing","loc":["body",")" + std::string(name) + R"("],"msg":"Field required","input":)" +
           std::string(input) + "}";
}
std::string no_integer(std::string_view loc, std::string_view input) {
    return R"({"type":"int_parsing","loc":["body",)" + std::string(loc) +
           R"(],"msg":"Input should be a valid integer, unable to parse string as an integer","input":")" +
           std::string(input) + "\"}";
}

}  // namespace

TEST_CASE("a struct is filled from a form, and what was not filled in is not there") {
    app app;
    app.post("/", [](form<person> in) -> task<person> { co_return *in; });
    stage play(app);
    std::string nothing = refused(missing("username", "{}") + "," + missing("password", "{}"));
    std::string plain = R"({"username":"a","password":"b","age":null,"n":5,"tags":[]})";
    struct {
        std::string_view body;
        std::string_view type;
        std::string answer;
    } table[] = {
        {"username=a&password=b", urlencoded, plain},
        {"username=a&password=b", "Application/X-WWW-Form-Urlencoded; charset=latin-1", plain},
        {"username=a&password=b&age=&n=&tags=&tags=x", urlencoded,
         R"({"username":"a","password":"b","age":null,"n":5,"tags":["","x"]})"},
        {"=1&username=c&username=a&&password=b&", urlencoded, plain},
        {"username=a+b%26%C3%A9%FF&password=%zz&&n=3&", urlencoded,
         "{\"username\":\"a b&\xC3\xA9\xEF\xBF\xBD\",\"password\":\"%zz\",\"age\":null,\"n\":3,\"tags\":[]}"},
        {"username=&password=b&zz=1", urlencoded, refused(missing("username", R"({"password":"b","zz":"1"})"))},
        {"username&password=1", urlencoded, refused(missing("username", R"({"password":"1"})"))},
        {"a;b=1;username=2&password=3", urlencoded,
         refused(missing("username", R"({"password":"3","a;b":"1;username=2"})"))},
        {"username=a&password=b&age=x&n=y&tags=1", urlencoded,
         refused(no_integer("\"age\"", "x") + "," + no_integer("\"n\"", "y"))},
        {"", urlencoded, nothing},
        {"username=a&password=b", "application/json", nothing},
        {"username=a&password=b", "application/x-www-form-urlencoded2", nothing},
        {"username=a&password=b", "", nothing},
    };
    for (const auto& row : table) {
        CAPTURE(row.body);
        CAPTURE(row.type);
        heard answer = play.post("/", row.body, row.type);
        CHECK(answer.status == (row.answer.starts_with(R"({"detail")") ? 422 : 200));
        CHECK(answer.body == row.answer);
    }
}

TEST_CASE("a form of texts may come in parts as well") {
    app app;
    app.post("/", [](form<person> in) -> task<person> { co_return *in; });
    stage play(app);
    auto part = [](std::string_view name, std::string_view value) {
        return "--x\r\nContent-Disposition: form-data; name=" + std::string(name) + "\r\n\r\n" + std::string(value) +
               "\r\n";
    };
    std::string body = part("username", "a") + part("tags", "1") + part("password", "b") + part("age", "") +
                       part("tags", "") + part("zz", "9") + "--x--";
    CHECK(play.post("/", body, "multipart/form-data; boundary=x").body ==
          R"({"username":"a","password":"b","age":null,"n":5,"tags":["1",""]})");
    CHECK(play.post("/", part("username", "") + part("zz", "9") + "--x--", "multipart/form-data; boundary=x").body ==
          refused(missing("username", R"({"zz":"9"})") + "," + missing("password", R"({"zz":"9"})")));
}

TEST_CASE("a form has at most a thousand fields, and a field at most a mebibyte") {
    app app;
    app.post("/", [](form<closed>) -> task<> { co_return; });
    app.post("/open", [](form<person>) -> task<> { co_return; });
    stage play(app);
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "a" + std::to_string(i) + "=1&";
    CHECK(play.post("/open", many, urlencoded).status == 422);
    heard closed_answer = play.post("/", many, urlencoded);
    CHECK(closed_answer.status == 422);
    CHECK(closed_answer.body.size() < 40'000);
    heard too_many = play.post("/open", many + "b=1", urlencoded);
    CHECK(too_many.status == 400);
    CHECK(too_many.body == R"({"detail":"Too many fields. Maximum number of fields is 1000."})");
    heard too_large = play.post("/open", "username=" + std::string(1024 * 1024, 'x'), urlencoded);
    CHECK(too_large.status == 400);
    CHECK(too_large.body == R"({"detail":"Field exceeded maximum size of 1024KB."})");
    std::string large = "username=" + std::string(1024 * 1024 - 8, 'x');
    CHECK(play.post("/open", large, urlencoded).body == refused(missing("password", "null")));
}

TEST_CASE("other fields can be forbidden") {
    app app;
    app.post("/", [](form<closed>) -> task<> { co_return; });
    stage play(app);
    auto extra = [](std::string_view name, std::string_view input) {
        return R"({"type":"extra_forbidden","loc":["body",")" + std::string(name) +
               R"("],"msg":"Extra inputs are not permitted","input":)" + std::string(input) + "}";
    };
    CHECK(play.post("/", "username=a", urlencoded).status == 204);
    CHECK(play.post("/", "username=a&x=1&x=2&y=", urlencoded).body ==
          refused(extra("x", R"(["1","2"])") + "," + extra("y", "\"\"")));
}

TEST_CASE("fields are taken one by one, beside other sources, and beside a struct") {
    app app;
    app.post(
        "/f/{id}",
        [](form_field<"username"> name, int id, form_field<"n", int, 5> n, form_field<"age", std::optional<int>> age,
           std::optional<form_field<"size", int>> size, form_field<"tag", std::vector<int>> tags) -> task<json> {
            co_return json{{"name", name}, {"id", id}, {"n", n}, {"age", age}, {"size", size ? **size : -1},
                           {"tags", tags}};
        });
    app.post("/both",
             [](form<closed> in, form_field<"username"> name) -> task<std::string> { co_return in->username + *name; });
    stage play(app);
    CHECK(play.post("/f/1", "username=a", urlencoded).body ==
          R"({"name":"a","id":1,"n":5,"age":null,"size":-1,"tags":[]})");
    CHECK(play.post("/f/1", "n=6&age=7&size=8&tag=9&tag=10&username=b&username=a", urlencoded).body ==
          R"({"name":"a","id":1,"n":6,"age":7,"size":8,"tags":[9,10]})");
    CHECK(play.post("/f/1", "username=a&n=&age=&size=", urlencoded).body ==
          R"({"name":"a","id":1,"n":5,"age":null,"size":-1,"tags":[]})");
    CHECK(play.post("/f/x", "username=&n=y&tag=1&tag=", urlencoded).body ==
          refused(R"({"type":"int_parsing","loc":["path","id"],"msg":"Input should be a valid integer, unable to )"
                  R"(parse string as an integer","input":"x"},)" +
                  missing("username", "null") + "," + no_integer("\"n\"", "y") + "," + no_integer("\"tag\",1", "")));
    CHECK(play.post("/f/1", "username=a", "text/plain").body == refused(missing("username", "null")));
    CHECK(play.post("/both", "username=a", urlencoded).body == "aa");
}

TEST_CASE("a form may come late, and be the body of any method that says so") {
    app app;
    app.route({"DELETE"}, "/", [](form<closed> in) -> task<std::string> { co_return in->username; });
    stage play(app);
    play.body_late = true;
    CHECK(play.ask("DELETE /", "username=a", "content-type: application/x-www-form-urlencoded\r\n").body == "a");
}
