#include <doctest/doctest.h>

#include <coracle/json/checked.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/patch.hpp>
#include <coracle/json/write.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

struct change {
    patch<std::string> name;
    patch<checked<int, minimum<0>>> price;
    patch<std::vector<int>> tags;
};
struct mixed {
    int id = 0;
    patch<int> n;
    std::string text;
};

change read(std::string_view text) {
    std::vector<validation_issue> issues;
    auto value = read_json_text<change>(text, issues, "body");
    REQUIRE(value);
    return *value;
}

}  // namespace

TEST_CASE("absent, null and a value are told apart") {
    change in = read(R"({"name":null,"price":5})");
    CHECK(in.name.present());
    CHECK(in.name.is_null());
    CHECK(!in.name.has_value());
    CHECK(in.price.has_value());
    CHECK(**in.price == 5);
    CHECK(!in.tags.present());
    CHECK(!in.tags.is_null());
    CHECK(!read("{}").name.present());
}

TEST_CASE("the lax rules hold for the value, and its mistakes are told") {
    CHECK(**read(R"({"price":"7"})").price == 7);
    CHECK(read(R"({"name":null,"price":"7"})").name.is_null());
    std::vector<validation_issue> issues;
    CHECK(!read_json_text<change>(R"({"name":1,"price":-1,"tags":["x"]})", issues, "body"));
    REQUIRE(issues.size() == 3);
    CHECK(issues[0].type == "string_type");
    CHECK(issues[1].type == "greater_than_equal");
    CHECK(issues[2].loc == json::array({"body", "tags", 0}));
}

TEST_CASE("what is absent is left out, wherever it stands") {
    CHECK(to_json_text(change{}) == "{}");
    CHECK(json(change{}).dump() == "{}");
    for (std::string_view text :
         {R"({"name":"x"})", R"({"price":1})", R"({"tags":[1]})", R"({"name":null,"tags":null})"}) {
        CHECK(to_json_text(read(text)) == text);
        CHECK(json(read(text)).dump() == text);
    }
    CHECK(to_json_text(mixed{}) == R"({"id":0,"text":""})");
    CHECK(to_json_text(mixed{1, 2, "t"}) == R"({"id":1,"n":2,"text":"t"})");
    CHECK(to_json_text(patch<int>()) == "null");
}

TEST_CASE("a patch is applied to what it is for") {
    std::string name = "old";
    std::optional<int> price = 3;
    CHECK(!patch<std::string>().apply_to(name));
    CHECK(name == "old");
    CHECK(patch<std::string>("new").apply_to(name));
    CHECK(name == "new");
    CHECK(patch<int>(nullptr).apply_to(price));
    CHECK(!price);
    CHECK(patch<int>(4).apply_to(price));
    CHECK(price == 4);
    CHECK(patch<int>(std::nullopt).value_or(9) == 9);
}
