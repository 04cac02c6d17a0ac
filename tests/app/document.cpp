#include <doctest/doctest.h>

#include <coracle/app/document.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

struct item {
    std::string name{};
    double price = 0;
    std::optional<std::string> note{};
};

template <class T>
std::string problems(std::string_view text) {
    std::vector<validation_issue> issues;
    if (read_document<T>(text, issues)) return "none";
    std::string out;
    for (const validation_issue& issue : issues) out += issue.type + issue.loc.dump();
    return out;
}

}  // namespace

TEST_CASE("a body is read as what the handler takes") {
    std::vector<validation_issue> issues;
    auto one = read_document<item>(R"({"name":"tea","price":"2.5","more":[]})", issues);
    REQUIRE(one);
    CHECK(one->name == "tea");
    CHECK(one->price == 2.5);
    CHECK(!one->note);
    CHECK(read_document<std::vector<item>>(R"([{"name":"a"},{"name":"b"}])", issues)->size() == 2);
    CHECK(*read_document<json>("[1]", issues) == json::array({1}));
    CHECK(!*read_document<std::optional<item>>("null", issues));
    CHECK(issues.empty());
}

TEST_CASE("everything that is wrong in it is said at once, each with its place") {
    CHECK(problems<item>(R"({"price":"x","note":1})") ==
          R"(missing["body","name"]float_parsing["body","price"]string_type["body","note"])");
    CHECK(problems<std::vector<item>>(R"([{"name":"a"},{}])") == R"(missing["body",1,"name"])");
    CHECK(problems<item>("[]") == R"(model_attributes_type["body"])");
}

TEST_CASE("what is no JSON is one issue, with the position in characters") {
    std::vector<validation_issue> issues;
    CHECK(!read_document<item>("{\"n\xC3\xA4me\": }", issues));
    REQUIRE(issues.size() == 1);
    CHECK(issues[0].type == "json_invalid");
    CHECK(issues[0].loc == json::array({"body", 9}));
    CHECK(issues[0].msg == "JSON decode error");
    CHECK(issues[0].input == json::object());
    CHECK(issues[0].ctx == json{{"error", "Expecting value"}});
}

TEST_CASE("D12: a hundred thousand brackets are one issue and no stack") {
    CHECK(problems<json>(std::string(100000, '[')).starts_with("json_invalid"));
}
