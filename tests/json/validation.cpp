#include <doctest/doctest.h>

#include <coracle/json/decode.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/validation.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

TEST_CASE("an issue has pydantic's five parts, and no context unless there is one") {
    validation_issue issue{"missing", json::array({"body", "name"}), "Field required", json::object()};
    CHECK(issue.ctx.is_null());
    CHECK(issue.loc[1].as_string() == "name");
}

TEST_CASE("an answer does not grow with the mistakes in a document") {
    struct wanted {
        int a, b, c, d;
    };
    json documents = json::array(std::vector<json>(10'000, json::object()));
    std::vector<wanted> out;
    std::vector<validation_issue> issues;
    CHECK(!read_json(documents, out, issues, "body"));
    CHECK(issues.size() == max_validation_issues);
}

TEST_CASE("what came is repeated until a limit, then left out") {
    struct wanted {
        int a, b, c, d;
    };
    json document{{"text", std::string(30'000, 'x')}};
    wanted out{};
    std::vector<validation_issue> issues;
    CHECK(!read_json(document, out, issues, "body"));
    REQUIRE(issues.size() == 4);
    CHECK(issues[0].input == document);
    CHECK(issues[1].input == document);
    CHECK(issues[2].input.is_null());
    CHECK(issues[3].input.is_null());
}

namespace {

struct span_of_time {
    int begin;
    int end;
    void validate() const {
        if (end < begin) throw validation_failed("ends before it begins");
    }
};
struct account {
    std::string name;
    std::string password;
    std::string again;
    int visits = 0;
    void validate() {
        ++visits;
        if (password != again) throw validation_failed("the passwords differ").at("again");
        if (name == "root") throw validation_failed("name_taken", "This name is taken", json{{"name", name}});
        if (name == "numb") throw std::invalid_argument("no such name");
        if (name == "odd") throw std::runtime_error("the database is away");
    }
};
struct closed {
    int a;
    int b = 2;
    using extra = forbidden;
};
namespace elsewhere {
struct even {
    int n;
};
void validate(const even& value) {
    if (value.n % 2) throw std::invalid_argument("odd");
}
}  // namespace elsewhere

template <class T>
std::string wrong(std::string_view text) {
    std::vector<validation_issue> issues;
    auto value = read_json_text<T>(text, issues, "body");
    CHECK(value.has_value() == issues.empty());
    std::string all;
    for (const auto& issue : issues) {
        if (!all.empty()) all += "\n";
        all +=
            issue.loc.dump() + " " + issue.type + ": " + issue.msg + " " + issue.ctx.dump() + " " + issue.input.dump();
    }
    return all;
}

}  // namespace

TEST_CASE("a struct looks at itself when its members are right by themselves") {
    CHECK(wrong<span_of_time>(R"({"begin":1,"end":2})") == "");
    CHECK(wrong<span_of_time>(R"({"begin":3,"end":2})") ==
          R"(["body"] value_error: Value error, ends before it begins {"error":{}} {"begin":3,"end":2})");
    CHECK(
        wrong<span_of_time>(R"({"begin":3,"end":"x"})") ==
        R"(["body","end"] int_parsing: Input should be a valid integer, unable to parse string as an integer null "x")");
    CHECK(wrong<std::vector<span_of_time>>(R"([{"begin":1,"end":0},{"begin":0,"end":0},{"begin":2,"end":0}])") ==
          R"(["body",0] value_error: Value error, ends before it begins {"error":{}} {"begin":1,"end":0})"
          "\n"
          R"(["body",2] value_error: Value error, ends before it begins {"error":{}} {"begin":2,"end":0})");
    CHECK(wrong<elsewhere::even>(R"({"n":1})") == R"(["body"] value_error: Value error, odd {"error":{}} {"n":1})");
}

TEST_CASE("it may change itself, name a member, or have words of its own; what else it throws goes on") {
    std::vector<validation_issue> issues;
    CHECK(read_json_text<account>(R"({"name":"a","password":"p","again":"p"})", issues)->visits == 1);
    CHECK(wrong<account>(R"({"name":"a","password":"p","again":"q"})") ==
          R"(["body","again"] value_error: Value error, the passwords differ {"error":{}} "q")");
    CHECK(wrong<account>(R"({"name":"root","password":"p","again":"p"})") ==
          R"(["body"] name_taken: This name is taken {"name":"root"} {"name":"root","password":"p","again":"p"})");
    CHECK(wrong<account>(R"({"name":"numb","password":"p","again":"p"})").find("Value error, no such name") !=
          std::string::npos);
    CHECK_THROWS_AS(read_json_text<account>(R"({"name":"odd","password":"p","again":"p"})", issues),
                    std::runtime_error);
}

TEST_CASE("a struct may refuse members that it does not have") {
    CHECK(wrong<closed>(R"({"a":1})") == "");
    CHECK(wrong<closed>(R"({"z":1,"a":"x","y":[]})") ==
          R"(["body","a"] int_parsing: Input should be a valid integer, unable to parse string as an integer null "x")"
          "\n"
          R"(["body","z"] extra_forbidden: Extra inputs are not permitted null 1)"
          "\n"
          R"(["body","y"] extra_forbidden: Extra inputs are not permitted null [])");
    CHECK(wrong<closed>(R"({"q":1})") ==
          "[\"body\",\"a\"] missing: Field required null {\"q\":1}\n"
          "[\"body\",\"q\"] extra_forbidden: Extra inputs are not permitted null 1");
}
