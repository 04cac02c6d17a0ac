#include <doctest/doctest.h>

#include <coracle/app/cookie_pairs.hpp>

#include <string>
#include <string_view>
#include <vector>

using coracle::cookie_pairs;

namespace {

std::vector<std::string> listed(const coracle::http::fields& fields) {
    std::vector<std::string> out;
    for (auto& [name, value] : cookie_pairs(fields)) out.push_back(std::string(name) + "=" + std::string(value));
    return out;
}

using list = std::vector<std::string>;

list listed(std::initializer_list<coracle::http::field> all) {
    coracle::http::fields fields;
    for (auto& one : all) fields.push_back(one);
    return listed(fields);
}

}  // namespace

TEST_CASE("cookies are split at semicolons and trimmed, from all Cookie fields") {
    CHECK(listed({{"cookie", "a=1; b=2"}}) == list{"a=1", "b=2"});
    CHECK(listed({{"Cookie", " a = 1 ;b=2;"}, {"x", "c=3"}, {"COOKIE", "d=4"}}) == list{"a=1", "b=2", "d=4"});
    CHECK(listed({{"cookie", "a=b=c"}}) == list{"a=b=c"});
    CHECK(listed({{"cookie", "a="}}) == list{"a="});
    CHECK(listed({{"cookie", "q=\"quoted\"; r=\"; s=\""}}) == list{"q=quoted", "r=\"", "s=\""});
    CHECK(listed({}) == list{});
    CHECK(listed({{"cookie", ""}}) == list{});
    CHECK(listed({{"cookie", ";; ;=x; novalue ;"}}) == list{});
}

TEST_CASE("a cookie is found by its exact name") {
    coracle::http::fields fields;
    fields.push_back({"cookie", "id=1; ID=2; empty="});
    cookie_pairs all(fields);
    CHECK(all["id"] == "1");
    CHECK(all["ID"] == "2");
    CHECK(all["none"] == "");
    CHECK(all.contains("empty"));
    CHECK(!all.contains("none"));
    CHECK(all.find("empty") == std::string_view());
}

TEST_CASE("P5: the first of two cookies with one name counts, and no more than 50 are looked at") {
    coracle::http::fields fields;
    fields.push_back({"cookie", "session=mine; session=planted"});
    CHECK(cookie_pairs(fields)["session"] == "mine");

    std::string many;
    for (int i = 0; i < 1000; ++i) many += "c" + std::to_string(i) + "=v; ";
    coracle::http::fields flood;
    flood.push_back({"cookie", many});
    CHECK(listed(flood).size() == 50);
    CHECK(cookie_pairs(flood).contains("c49"));
    CHECK(!cookie_pairs(flood).contains("c50"));
}
