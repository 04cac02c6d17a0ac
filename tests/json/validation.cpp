#include <doctest/doctest.h>

#include <coracle/json/read.hpp>
#include <coracle/json/validation.hpp>

#include <string>
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
