#include <coracle/json/issue_list.hpp>

#include <doctest/doctest.h>

#include <coracle/json/write.hpp>

#include <string>
#include <vector>

using namespace coracle;

TEST_CASE("an issue is kept with its place and what came") {
    std::vector<validation_issue> issues;
    detail::issue_list list("body", issues);
    json_place whole;
    CHECK(!list.refuse(json(1), json_place(whole, "a"), "kind", "words", json{{"x", 1}}));
    CHECK(!list.refuse(json("b"), whole, text_problem{"other", "more", {}}));
    REQUIRE(issues.size() == 2);
    CHECK(issues[0].type == "kind");
    CHECK(issues[0].loc.dump() == R"(["body","a"])");
    CHECK(issues[0].input.dump() == "1");
    CHECK(issues[0].ctx.dump() == R"({"x":1})");
    CHECK(issues[1].msg == "more");
    CHECK(issues[1].ctx.is_null());
}

TEST_CASE("issues are counted, and repeat no more than a part of what came") {
    std::vector<validation_issue> issues;
    detail::issue_list list("", issues);
    json large(std::string(40'000, 'x'));
    for (int i = 0; i < 200; ++i) list.refuse(large, json_place(), "t", "m");
    CHECK(issues.size() == max_validation_issues);
    CHECK(issues[0].input == large);
    for (std::size_t i = 1; i < issues.size(); ++i) CHECK(issues[i].input.is_null());
}

TEST_CASE("what was tried can be taken back, or put into another order") {
    std::vector<validation_issue> issues;
    detail::issue_list list("", issues);
    auto add = [&](const char* name) { list.refuse(json(name), json_place(), name, name); };
    add("kept");
    auto before = list.now();
    add("a");
    add("b");
    list.go_back(before);
    CHECK(issues.size() == 1);
    CHECK(list.now().input_left == before.input_left);
    add("c");
    add("d");
    add("e");
    const detail::issue_list::span parts[] = {{3, 4}, {}, {1, 3}};
    list.arrange(before, parts);
    std::string order;
    for (const validation_issue& each : issues) order += each.type + " ";
    CHECK(order == "kept e c d ");
}
