#include <coracle/json/place.hpp>

#include <doctest/doctest.h>

#include <coracle/json/write.hpp>

#include <string>

using namespace coracle;

TEST_CASE("a place is told from the outside in, behind its root") {
    json_place whole;
    json_place items(whole, "items");
    json_place first(items, 3);
    json_place one(first, +[] { return std::string("list[int]"); });
    json_place name(one, "na\"me");
    CHECK(name.loc("body").dump() == R"(["body","items",3,"list[int]","na\"me"])");
    CHECK(name.loc("").dump() == R"(["items",3,"list[int]","na\"me"])");
    CHECK(whole.loc("query").dump() == R"(["query"])");
    CHECK(whole.loc("").dump() == "[]");
}
