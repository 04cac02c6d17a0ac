#include <doctest/doctest.h>

#include <coracle/app/bind.hpp>
#include <coracle/app/description.hpp>
#include <coracle/app/request.hpp>
#include <coracle/json/write.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace coracle;

namespace {

struct item {
    int a;
};
/// A kind of parameter that tells of itself, and one that the pattern names.
struct token {};
struct silent {
    explicit silent(int);
};

}  // namespace

template <>
struct coracle::parameter_reader<token> {
    static void describe(operation& told) {
        told.parameter(parameter_place::header, "x-token", &schema_of<std::string>, true);
        told.answer(401, "Not authenticated");
    }
};

namespace {

template <class H>
std::string parameters(std::string_view text) {
    schema_components named;
    route::pattern pattern(text);
    operation told(pattern, named);
    describe_parameters(told, parameters_of<H>{});
    std::string out;
    for (const json& each : told.parameters())
        out += each["in"].as_string() + ":" + each["name"].as_string() + (each["required"].as_bool() ? "! " : " ");
    if (!told.body().empty()) out += told.body().dump();
    return out;
}
template <class R>
std::string given() {
    schema_components named;
    route::pattern pattern("/");
    operation told(pattern, named);
    describe_result<R>(told);
    return std::to_string(told.status()) + " " + std::string(told.result_media()) + " " + told.result().dump();
}

}  // namespace

TEST_CASE("the words of a route go to the parameters that take them, in order") {
    CHECK(parameters<void(int, request&, int, std::optional<int>, std::vector<std::string>, bool)>(
              "/{a}{?b,c,d,e=true}") == "path:a! query:b! query:c query:d query:e ");
}

TEST_CASE("who takes the request alone looks them up by hand") {
    CHECK(parameters<void(request&)>("/{a}{?b}") == "query:b ");
    CHECK(parameters<void(request&)>("/") == "");
}

TEST_CASE("a kind of parameter tells of itself, or nothing is told") {
    CHECK(parameters<void(token, silent, int)>("/{a}") == "header:x-token! path:a! ");
}

TEST_CASE("a body is JSON, and required unless it is optional") {
    CHECK(parameters<void(item)>("/") ==
          R"({"content":{"application/json":{"schema":{"$ref":"#/components/schemas/item"}}},"required":true})");
    CHECK(parameters<void(json_body<std::vector<bool>>)>("/") ==
          R"({"content":{"application/json":{"schema":{"items":{"type":"boolean"},"type":"array"}}},)"
          R"("required":true})");
    CHECK(parameters<void(std::optional<item>)>("/") ==
          R"({"content":{"application/json":{"schema":{"anyOf":[{"$ref":"#/components/schemas/item"},)"
          R"({"type":"null"}]}}}})");
    CHECK(parameters<void(json)>("/") == R"({"content":{"application/json":{"schema":{}}},"required":true})");
}

TEST_CASE("a result is JSON, text, nothing, or not known") {
    CHECK(given<item>() == R"(200 application/json {"$ref":"#/components/schemas/item"})");
    CHECK(given<std::map<std::string, bool>>() ==
          R"(200 application/json {"additionalProperties":{"type":"boolean"},"type":"object"})");
    CHECK(given<json>() == "200 application/json {}");
    CHECK(given<std::string>() == R"(200 text/plain {"type":"string"})");
    CHECK(given<void>() == "204  null");
    CHECK(given<response>() == "200  null");
}
