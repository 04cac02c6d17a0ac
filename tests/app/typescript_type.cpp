#include <doctest/doctest.h>

#include <coracle/app/typescript_type.hpp>
#include <coracle/json/parse.hpp>

#include <string>
#include <string_view>

using namespace coracle;
using namespace coracle::typescript;

namespace {
std::string type(std::string_view schema) { return type_of(json::parse(schema), ""); }
}  // namespace

TEST_CASE("scalars, and everything") {
    CHECK(type("{}") == "unknown");
    CHECK(type(R"({"type":"string","format":"date"})") == "string");
    CHECK(type(R"({"type":"integer"})") == "number");
    CHECK(type(R"({"type":"boolean"})") == "boolean");
    CHECK(type(R"({"type":"null"})") == "null");
    CHECK(type(R"({"type":["string","null"]})") == "string | null");
    CHECK(type(R"({"const":"a"})") == "\"a\"");
}

TEST_CASE("unions, enums and intersections") {
    CHECK(type(R"({"enum":["a","b\"c",1]})") == R"("a" | "b\"c" | 1)");
    CHECK(type(R"({"anyOf":[{"type":"integer"},{"type":"null"}]})") == "number | null");
    CHECK(type(R"({"oneOf":[{"$ref":"#/components/schemas/cat"},{"$ref":"#/components/schemas/dog"}]})") ==
          "cat | dog");
    CHECK(type(R"({"anyOf":[{},{"type":"null"}]})") == "unknown");
    CHECK(type(R"({"allOf":[{"$ref":"#/a"},{"anyOf":[{"$ref":"#/b"},{"$ref":"#/c"}]}]})") == "a & (b | c)");
    CHECK(type(R"({"enum":[]})") == "never");
}

TEST_CASE("lists, tuples and maps") {
    CHECK(type(R"({"type":"array","items":{"type":"string"}})") == "string[]");
    CHECK(type(R"({"type":"array","items":{"anyOf":[{"type":"string"},{"type":"null"}]}})") == "(string | null)[]");
    CHECK(type(R"({"type":"array","items":{"type":"array","items":{"type":"string"}}})") == "(string[])[]");
    CHECK(type(R"({"type":"array"})") == "unknown[]");
    CHECK(type(R"({"type":"array","maxItems":0})") == "[]");
    CHECK(type(R"({"type":"array","prefixItems":[{"type":"string"},{"type":"number"}]})") == "[string, number]");
    CHECK(type(R"({"type":"object","additionalProperties":{"type":"number"}})") == "{ [name: string]: number }");
    CHECK(type(R"({"type":"object","additionalProperties":true})") == "{ [name: string]: unknown }");
    CHECK(type(R"({"type":"object"})") == "{ [name: string]: unknown }");
}

TEST_CASE("an object has its members, quoted where they must be") {
    CHECK(type(R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b-c":{}}})") ==
          "{\n  a: string;\n  \"b-c\"?: unknown;\n}");
    CHECK(type(R"({"type":"object","properties":{}})") == "{ [name: string]: unknown }");
}

TEST_CASE("names that mean something else get out of the way") {
    CHECK(type_identifier("item") == "item");
    CHECK(type_identifier("page_item_") == "page_item_");
    CHECK(type_identifier("Node-Input") == "Node_Input");
    CHECK(type_identifier("string") == "string_");
    CHECK(type_identifier("Promise") == "Promise_");
    CHECK(type_identifier("Client") == "Client_");
    CHECK(type_identifier("3d") == "_3d");
    CHECK(identifier("\xC3\xA9t\xC3\xA9") == "__t__");
}

TEST_CASE("a description is a comment that it cannot end") {
    CHECK(comment(json{{"description", "a */ b\nc"}}, "  ") == "  /** a * / b\n   * c */\n");
    CHECK(comment(json{{"summary", "s"}, {"deprecated", true}}, "") == "/** s\n * @deprecated */\n");
    CHECK(comment(json::object(), "") == "");
}
