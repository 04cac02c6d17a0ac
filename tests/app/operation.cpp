#include <doctest/doctest.h>

#include <coracle/app/operation.hpp>
#include <coracle/json/write.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

enum class kind : int { tool, toy };
struct filter {
    int limit = 10;
    std::optional<std::string> if_match;
    std::vector<bool> tags;
};
void describe(schema_notes<filter>& notes) { notes.field(&filter::limit).description("How many."); }

struct told {
    schema_components named;
    route::pattern pattern;
    operation of;
    explicit told(std::string_view text) : pattern(text), of(pattern, named) {}
    std::string parameter(std::size_t n) { return of.parameters()[n].dump(); }
};

json scheme() { return {{"type", "http"}, {"scheme", "bearer"}}; }

}  // namespace

TEST_CASE("the words of a route are told with its names and defaults") {
    told t("/items/{name}{?sort=toy,full=true,at=-3,ratio=0.5,word=a,tags}");
    t.of.word(0, &schema_of<std::string>, false);
    t.of.word(1, &schema_of<kind>, false);
    t.of.word(2, &schema_of<bool>, false);
    t.of.word(3, detail::typed("integer"), false);
    t.of.word(4, &schema_of<double>, false);
    t.of.word(5, &schema_of<std::string>, true);
    t.of.word(6, &schema_of<std::vector<bool>>, true);
    CHECK(t.parameter(0) == R"({"name":"name","in":"path","required":true,"schema":{"type":"string",)"
                            R"("title":"Name"}})");
    CHECK(t.parameter(1) ==
          R"({"name":"sort","in":"query","required":false,"schema":{"$ref":"#/components/schemas/kind",)"
          R"("default":"toy"}})");
    CHECK(t.of.parameters()[2]["schema"].dump() == R"({"type":"boolean","title":"Full","default":true})");
    CHECK(t.of.parameters()[3]["schema"].dump() == R"({"type":"integer","title":"At","default":-3})");
    CHECK(t.of.parameters()[4]["schema"].dump() == R"({"type":"number","title":"Ratio","default":0.5})");
    CHECK(t.of.parameters()[5]["schema"].dump() == R"({"type":"string","title":"Word","default":"a"})");
    CHECK(t.parameter(6) ==
          R"({"name":"tags","in":"query","required":false,"schema":{"items":{"type":"boolean"},"type":"array",)"
          R"("title":"Tags"}})");
    CHECK(t.of.validates());
}

TEST_CASE("what nobody tells of is told by the route") {
    told t("/{a}/{b:int}/{c:float}/{d:uuid}/{e:path}{?f,g=1}");
    t.of.words_by_hand();
    t.of.words_left();
    REQUIRE(t.of.parameters().size() == 7);
    CHECK(t.of.parameters()[1]["schema"].dump() == R"({"type":"string","title":"G","default":"1"})");
    CHECK(t.of.parameters()[3]["schema"].dump() == R"({"type":"integer","minimum":0,"title":"B"})");
    CHECK(t.of.parameters()[5]["schema"].dump() == R"({"type":"string","format":"uuid","title":"D"})");
    CHECK(t.of.parameters()[6]["in"].as_string() == "path");
    CHECK(!t.of.validates());
}

TEST_CASE("the placeholders of a prefix are not the handler's") {
    schema_components named;
    route::pattern pattern("/users/{user}/items/{item}{?full}");
    operation told(pattern, named, 1);
    told.word(0, &schema_of<bool>, false);
    told.word(1, &schema_of<bool>, false);
    told.word(2, &schema_of<bool>, false);
    told.words_left();
    REQUIRE(told.parameters().size() == 3);
    CHECK(told.parameters()[0]["name"].as_string() == "item");
    CHECK(told.parameters()[1]["name"].as_string() == "full");
    CHECK(told.parameters()[2]["name"].as_string() == "user");
}

TEST_CASE("a parameter cannot be null, only missing") {
    told t("/");
    t.of.parameter(parameter_place::header, "x-depth", &schema_of<std::optional<bool>>, false);
    t.of.parameter(parameter_place::cookie, "sort", &schema_of<std::optional<kind>>, false, json("tool"));
    CHECK(t.parameter(0) ==
          R"({"name":"x-depth","in":"header","required":false,"schema":{"type":"boolean","title":"X-Depth"}})");
    CHECK(t.parameter(1) ==
          R"({"name":"sort","in":"cookie","required":false,"schema":{"$ref":"#/components/schemas/kind",)"
          R"("default":"tool"}})");
}

TEST_CASE("the members of a struct are parameters of their own") {
    told t("/");
    t.of.parameters(parameter_place::query, &definition_of<filter>);
    t.of.parameters(parameter_place::header, &definition_of<filter>, true);
    REQUIRE(t.of.parameters().size() == 6);
    CHECK(t.parameter(0).starts_with(
        R"({"name":"limit","in":"query","required":false,"description":"How many.","schema":{"type":"integer",)"));
    CHECK(t.of.parameters()[0]["schema"]["default"] == json(10));
    CHECK(t.parameter(1) ==
          R"({"name":"if_match","in":"query","required":false,"schema":{"type":"string","title":"If Match"}})");
    CHECK(t.of.parameters()[2]["required"].as_bool());
    CHECK(t.of.parameters()[4]["name"].as_string() == "if-match");
}

TEST_CASE("a parameter is told once, also when a dependency takes it too") {
    told t("/");
    t.of.parameter(parameter_place::header, "x-id", &schema_of<bool>, true);
    t.of.parameter(parameter_place::header, "x-id", &schema_of<std::string>, false);
    t.of.parameter(parameter_place::query, "x-id", &schema_of<std::string>, false);
    REQUIRE(t.of.parameters().size() == 2);
    CHECK(t.of.parameters()[0]["required"].as_bool());
}

TEST_CASE("a body has a schema for each media type") {
    told t("/");
    t.of.body("application/json", &schema_of<bool>, true);
    t.of.body("application/xml", detail::typed("string"), false);
    CHECK(t.of.body().dump() == R"({"content":{"application/json":{"schema":{"type":"boolean"}},)"
                                R"("application/xml":{"schema":{"type":"string"}}},"required":true})");
    CHECK(t.of.validates());
}

TEST_CASE("results and further answers") {
    told t("/");
    CHECK(!t.of.validates());
    t.of.result("application/json", &schema_of<kind>);
    t.of.status(201);
    t.of.answer(404, "Not here");
    t.of.answer(409, "Taken", detail::typed("string"));
    CHECK(t.of.result().dump() == R"({"$ref":"#/components/schemas/kind"})");
    CHECK(t.of.status() == 201);
    CHECK(t.of.answers().dump() == R"({"404":{"description":"Not here"},"409":{"description":"Taken",)"
                                   R"("content":{"application/json":{"schema":{"type":"string"}}}}})");
}

TEST_CASE("a security scheme is told once with all of its scopes") {
    told t("/");
    t.of.security("bearer", scheme(), json::array({"read"}), false);
    t.of.security("bearer", scheme(), json::array({"read", "write"}));
    CHECK(t.of.security().dump() ==
          R"({"bearer":{"scheme":{"type":"http","scheme":"bearer"},"scopes":["read","write"],"required":true}})");
    const std::array<std::string_view, 1> more{"admin"};
    t.of.begin_scopes(more);
    t.of.security("key", scheme());
    t.of.end_scopes(1);
    t.of.security("basic", scheme());
    CHECK(t.of.security()["key"]["scopes"].dump() == R"(["admin"])");
    CHECK(t.of.security()["basic"]["scopes"].dump() == "[]");
}
