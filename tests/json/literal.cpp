#include <doctest/doctest.h>

#include <coracle/json/decode.hpp>
#include <coracle/json/literal.hpp>
#include <coracle/json/write.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace coracle;

namespace {

using order = literal<"asc", "desc", "none">;
struct sorting {
    literal<"name"> by;
    order how = "desc";
};

}  // namespace

TEST_CASE("a literal is one of its texts") {
    order how = "desc";
    CHECK(how == "desc");
    CHECK(how.index() == 1);
    CHECK(order() == "asc");
    CHECK(std::string(how.text()) == "desc");
    static_assert(order::values.size() == 3);
}

TEST_CASE("read from a word and from JSON, or refused with all of the texts") {
    text_problem why;
    CHECK(from_text<order>("none", why)->index() == 2);
    CHECK(!from_text<order>("x", why));
    CHECK(why.type == "literal_error");
    CHECK(why.msg == "Input should be 'asc', 'desc' or 'none'");
    CHECK(why.ctx == json{{"expected", "'asc', 'desc' or 'none'"}});
    std::vector<validation_issue> issues;
    auto in = read_json_text<sorting>(R"({"by":"name"})", issues, "body");
    REQUIRE(in);
    CHECK(to_json_text(*in) == R"({"by":"name","how":"desc"})");
    CHECK(json(*in).dump() == R"({"by":"name","how":"desc"})");
    CHECK(!read_json_text<sorting>(R"({"how":1})", issues, "body"));
    REQUIRE(issues.size() == 2);
    CHECK(issues[0].type == "missing");
    CHECK(issues[1].msg == "Input should be 'asc', 'desc' or 'none'");
    CHECK(!read_json_text<sorting>(R"({"by":"size"})", issues, "body"));
    CHECK(issues.back().msg == "Input should be 'name'");
}
