#include <doctest/doctest.h>

#include <coracle/json/decode.hpp>
#include <coracle/json/member_name.hpp>
#include <coracle/json/write.hpp>

#include <string>
#include <vector>

using namespace coracle;

namespace {

struct plain {
    int unit_price = 0;
};
struct lesson {
    std::string class_;
    int level = 1;
    using json_names = renamed<"class_", "class">;
};
struct offer {
    int unit_price = 0;
    int a_b_c = 0;
    int _hidden = 0;
    using json_names = camel_case;
};

}  // namespace

TEST_CASE("members are called what they are, unless the struct says otherwise") {
    CHECK(member_name<plain, 0> == "unit_price");
    CHECK(member_name<lesson, 0> == "class");
    CHECK(member_name<lesson, 1> == "level");
    CHECK(member_names<offer>[0] == "unitPrice");
    CHECK(member_names<offer>[1] == "aBC");
}

TEST_CASE("the name is used to read, to write, and to say where something is wrong") {
    std::vector<validation_issue> issues;
    auto in = read_json_text<lesson>(R"({"class":"C","level":2})", issues, "body");
    REQUIRE(in);
    CHECK(in->class_ == "C");
    CHECK(to_json_text(*in) == R"({"class":"C","level":2})");
    CHECK(json(*in).dump() == R"({"class":"C","level":2})");
    CHECK(to_json_text(offer{1, 2, 3}).starts_with(R"({"unitPrice":1,"aBC":2,)"));
    CHECK(!read_json_text<lesson>(R"({"class_":"C"})", issues, "body"));
    REQUIRE(issues.size() == 1);
    CHECK(issues[0].loc == json::array({"body", "class"}));
    CHECK(issues[0].type == "missing");
}

TEST_CASE("a struct inside of a function can say it, too") {
    struct local {
        int from_ = 0;
        using json_names [[maybe_unused]] = renamed<"from_", "from">;
    };
    CHECK(to_json_text(local{3}) == R"({"from":3})");
}
