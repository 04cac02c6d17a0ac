#include <doctest/doctest.h>

#include <coracle/json/decode.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/tagged.hpp>
#include <coracle/json/write.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace coracle;

namespace {

struct cat {
    literal<"cat", "lion"> kind;
    int lives = 9;
};
struct dog {
    literal<"dog"> kind;
    std::string name;
};
struct stone {
    int weight = 0;
};
using pet = std::variant<cat, dog>;
struct owner {
    std::vector<pet> pets;
};

std::string wrong(std::string_view text) {
    std::vector<validation_issue> issues;
    auto value = read_json_text<owner>(text, issues, "body");
    CHECK(value.has_value() == issues.empty());
    std::string all;
    for (const auto& issue : issues) {
        if (!all.empty()) all += "\n";
        all += issue.loc.dump() + " " + issue.type + ": " + issue.msg;
        if (!issue.ctx.is_null()) all += " " + issue.ctx.dump();
    }
    return all;
}

}  // namespace

TEST_CASE("alternatives with a literal of one name are told apart by it") {
    static_assert(detail::tagged_variant<pet>);
    static_assert(detail::variant_tag<pet>::name == "kind");
    static_assert(!detail::tagged_variant<std::variant<cat, stone>>);
    static_assert(!detail::tagged_variant<std::variant<cat, int>>);
    std::vector<validation_issue> issues;
    auto in = read_json_text<owner>(
        R"({"pets":[{"kind":"dog","name":"Rex"},{"kind":"lion"},{"lives":1,"kind":"cat"}]})", issues, "body");
    REQUIRE(in);
    CHECK(std::get<dog>(in->pets[0]).name == "Rex");
    CHECK(std::get<cat>(in->pets[1]).kind == "lion");
    CHECK(std::get<cat>(in->pets[2]).lives == 1);
    CHECK(to_json_text(*in) ==
          R"({"pets":[{"kind":"dog","name":"Rex"},{"kind":"lion","lives":9},{"kind":"cat","lives":1}]})");
}

// What pydantic 2.14.4 answers.
TEST_CASE("the tag says whose mistakes are told, and where") {
    CHECK(
        wrong(R"({"pets":[{"kind":"dog"},{"kind":"cat","lives":"x"}]})") ==
        "[\"body\",\"pets\",0,\"dog\",\"name\"] missing: Field required\n"
        "[\"body\",\"pets\",1,\"cat\",\"lives\"] int_parsing: Input should be a valid integer, unable to parse string "
        "as an integer");
    CHECK(
        wrong(R"({"pets":[{"kind":"z"},{},5]})") ==
        R"(["body","pets",0] union_tag_invalid: Input tag 'z' found using 'kind' does not match any of the expected tags: 'cat', 'lion', 'dog' {"discriminator":"'kind'","tag":"z","expected_tags":"'cat', 'lion', 'dog'"})"
        "\n"
        R"(["body","pets",1] union_tag_not_found: Unable to extract tag using discriminator 'kind' {"discriminator":"'kind'"})"
        "\n"
        R"(["body","pets",2] model_attributes_type: Input should be a valid dictionary or object to extract fields from)");
    for (std::string_view tag : {"1", "null", "1.5", "true"}) {
        std::string shown = tag == "null" ? "None" : tag == "true" ? "True" : std::string(tag);
        CHECK(wrong("{\"pets\":[{\"kind\":" + std::string(tag) + "}]}").find("Input tag '" + shown + "' found") !=
              std::string::npos);
    }
}

// As FastAPI writes it.
TEST_CASE("in OpenAPI a tag is a discriminator, which maps each of its texts") {
    schema_components named;
    CHECK(schema_of<pet>(named).dump() ==
          R"({"oneOf":[{"$ref":"#/components/schemas/cat"},{"$ref":"#/components/schemas/dog"}],)"
          R"("discriminator":{"propertyName":"kind","mapping":{"cat":"#/components/schemas/cat",)"
          R"("lion":"#/components/schemas/cat","dog":"#/components/schemas/dog"}}})");
    CHECK(schema_of<std::optional<pet>>(named)["anyOf"][1].dump() == R"({"type":"null"})");
}
