#include <doctest/doctest.h>

#include <coracle/json/checked.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/pattern.hpp>

#include <string>
#include <type_traits>
#include <vector>

using namespace coracle;

namespace {

using slug = checked<std::string, pattern<"^[a-z0-9]+(?:-[a-z0-9]+)*$">, max_length<20>>;

struct page {
    slug name = "home";
};

}  // namespace

TEST_CASE("a text that fits its pattern passes") {
    std::vector<validation_issue> issues;
    auto in = read_json_text<page>(R"({"name":"a-page-2"})", issues, "body");
    REQUIRE(in);
    CHECK(in->name == "a-page-2");
    CHECK(read_json_text<page>("{}", issues)->name == "home");
    CHECK_THROWS(slug("No"));
}

TEST_CASE("one that does not is told the pattern") {
    std::vector<validation_issue> issues;
    CHECK(!read_json_text<page>(R"({"name":"A page"})", issues, "body"));
    REQUIRE(issues.size() == 1);
    CHECK(issues[0].type == "string_pattern_mismatch");
    CHECK(issues[0].msg == "String should match pattern '^[a-z0-9]+(?:-[a-z0-9]+)*$'");
    CHECK(issues[0].ctx == json{{"pattern", "^[a-z0-9]+(?:-[a-z0-9]+)*$"}});
    CHECK(issues[0].loc == json::array({"body", "name"}));
}

TEST_CASE("the length is told before the pattern") {
    text_problem why;
    CHECK(!from_text<slug>(std::string(30, '!'), why));
    CHECK(why.type == "string_too_long");
}

TEST_CASE("the pattern is a word of the schema") {
    json all = json::object();
    slug::for_each_constraint([&](std::string_view keyword, json value) { all[keyword] = std::move(value); });
    CHECK(all == json{{"pattern", "^[a-z0-9]+(?:-[a-z0-9]+)*$"}, {"maxLength", 20}});
}
