#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/basic_auth.hpp>
#include <coracle/app/bearer.hpp>
#include <coracle/app/cookie.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/dependent_handler.hpp>
#include <coracle/app/header.hpp>
#include <coracle/app/mounted_app.hpp>
#include <coracle/app/openapi.hpp>
#include <coracle/app/require.hpp>
#include <coracle/app/response_model.hpp>
#include <coracle/app/security_scopes.hpp>
#include <coracle/json/write.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace coracle;

namespace {

enum class kind : int { tool, toy };
struct problem {
    std::string why;
};
struct item {
    std::string name;
    double price = 0;
};

int page_of(header<"x-page", bool>) { return 1; }
std::string who(bearer_token token, depends<page_of>) { return *token; }

std::string keys(const json& object) {
    std::string out;
    for (const auto& [key, value] : object.items()) out += (out.empty() ? "" : " ") + key;
    return out;
}

}  // namespace

TEST_CASE("an app without routes has a document with its title and version") {
    app bare;
    CHECK(bare.openapi().dump() == R"({"openapi":"3.1.0","info":{"title":"coracle","version":"0.1.0"},"paths":{}})");
}

TEST_CASE("what an app says of itself stands in the document, in FastAPI's order") {
    app told({.title = "Shop",
              .version = "1.2.0",
              .summary = "Buys",
              .description = "and *sells*",
              .terms_of_service = "https://example.com/terms",
              .contact = {{"name", "Ann"}},
              .license = {{"name", "MIT"}},
              .servers = json::array({json{{"url", "https://example.com"}}}),
              .tags = json::array({json{{"name", "users"}}}),
              .external_docs = {{"url", "https://example.com/docs"}}});
    json document = told.openapi();
    CHECK(keys(document) == "openapi info servers paths tags externalDocs");
    CHECK(keys(document["info"]) == "title summary description termsOfService contact license version");
    CHECK(document["servers"].dump() == R"([{"url":"https://example.com"}])");
}

TEST_CASE("paths stand in the order of registration, without convertors and query names") {
    app told;
    auto text = [](request&) -> task<std::string> { co_return ""; };
    told.get("/z", text).get("/files/{name:path}", text).post("/z", text).get("/a{?q}", text);
    json document = told.openapi();
    CHECK(keys(document["paths"]) == "/z /files/{name} /a");
    CHECK(keys(document["paths"]["/z"]) == "get post");
    CHECK(document["paths"]["/files/{name}"]["get"]["parameters"].dump() ==
          R"([{"name":"name","in":"path","required":true,"schema":{"type":"string","title":"Name"}}])");
}

TEST_CASE("an operation tells everything that is known of it") {
    app told;
    told.put("/items/{id}{?full=false}",
             {.summary = "Change one",
              .description = "All of it.",
              .tags = {"items"},
              .deprecated = true,
              .operation_id = "change_item",
              .response_description = "Changed",
              .extra = {{"x-cost", 3}, {"tags", json::array({"more"})}}},
             [](bool, bool, header<"if-match"> tag, cookie<"theme", kind, kind::toy> theme, item in) -> task<item> {
                 static_cast<void>(tag);
                 static_cast<void>(theme);
                 co_return in;
             });
    json one = told.openapi()["paths"]["/items/{id}"]["put"];
    CHECK(keys(one) == "tags summary description operationId parameters requestBody responses deprecated x-cost");
    CHECK(one["tags"].dump() == R"(["items","more"])");
    CHECK(one["summary"].as_string() == "Change one");
    CHECK(one["operationId"].as_string() == "change_item");
    CHECK(one["deprecated"].as_bool());
    CHECK(one["parameters"].dump() ==
          R"([{"name":"id","in":"path","required":true,"schema":{"type":"boolean","title":"Id"}},)"
          R"({"name":"full","in":"query","required":false,"schema":{"type":"boolean","title":"Full",)"
          R"("default":false}},)"
          R"({"name":"if-match","in":"header","required":true,"schema":{"type":"string","title":"If-Match"}},)"
          R"({"name":"theme","in":"cookie","required":false,)"
          R"("schema":{"$ref":"#/components/schemas/kind","default":"toy"}}])");
    CHECK(one["requestBody"].dump() ==
          R"({"content":{"application/json":{"schema":{"$ref":"#/components/schemas/item"}}},"required":true})");
    CHECK(one["responses"]["200"].dump() ==
          R"({"description":"Changed",)"
          R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/item"}}}})");
    CHECK(one["responses"]["422"].dump() ==
          R"({"description":"Validation Error",)"
          R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/HTTPValidationError"}}}})");
}

TEST_CASE("the summary comes from the name, or from method and path") {
    app told;
    auto nothing = []() -> task<> { co_return; };
    told.get("/a", {.name = "read_all"}, nothing).del("/a/b", nothing);
    json paths = told.openapi()["paths"];
    CHECK(paths["/a"]["get"]["summary"].as_string() == "Read All");
    CHECK(paths["/a"]["get"]["operationId"].as_string() == "read_all");
    CHECK(paths["/a/b"]["delete"]["summary"].as_string() == "Delete A B");
    CHECK(paths["/a/b"]["delete"]["responses"].dump() == R"({"204":{"description":"Successful Response"}})");
}

TEST_CASE("a status that has no body has no content") {
    app told;
    auto made = []() -> task<item> { co_return item{}; };
    told.post("/a", {.status = 201}, made).post("/b", {.status = 304}, made);
    json paths = told.openapi()["paths"];
    CHECK(keys(paths["/a"]["post"]["responses"]) == "201");
    CHECK(paths["/b"]["post"]["responses"].dump() == R"({"304":{"description":"Successful Response"}})");
}

TEST_CASE("other answers are merged, with words and schemas of their own") {
    app told;
    told.get("/{id}",
             {.responses = {{"404", response_model<problem>("Not here")},
                            {"409", response_model<problem>()},
                            {"5XX", json::object()},
                            {"299", json::object()},
                            {"200", {{"headers", {{"x-a", json::object()}}}}}}},
             [](bool) -> task<item> { co_return item{}; });
    json document = told.openapi();
    json answers = document["paths"]["/{id}"]["get"]["responses"];
    CHECK(keys(answers) == "200 404 409 5XX 299 422");
    CHECK(keys(answers["200"]) == "description content headers");
    CHECK(answers["404"].dump() ==
          R"({"description":"Not here",)"
          R"("content":{"application/json":{"schema":{"$ref":"#/components/schemas/problem"}}}})");
    CHECK(answers["409"]["description"].as_string() == "Conflict");
    CHECK(answers["5XX"]["description"].as_string() == "Server Error");
    CHECK(answers["299"]["description"].as_string() == "Additional Response");
    CHECK(keys(document["components"]["schemas"]) == "HTTPValidationError ValidationError item problem");
}

TEST_CASE("who tells of 422 or of the rest is not corrected") {
    for (std::string own : {"422", "4XX", "default"}) {
        CAPTURE(own);
        app told;
        told.get("/{id}", {.responses = {{own, {{"description", "Mine"}}}}}, [](bool) -> task<> { co_return; });
        json answers = told.openapi()["paths"]["/{id}"]["get"]["responses"];
        CHECK(keys(answers) == "204 " + own);
        CHECK(answers[own]["description"].as_string() == "Mine");
    }
}

TEST_CASE("the components of 422 are FastAPI's") {
    app told;
    told.get("/{id}", [](bool) -> task<> { co_return; });
    CHECK(told.openapi()["components"].dump() ==
          R"({"schemas":{"HTTPValidationError":{"properties":{"detail":{"items":)"
          R"({"$ref":"#/components/schemas/ValidationError"},"type":"array","title":"Detail"}},)"
          R"("type":"object","title":"HTTPValidationError"},)"
          R"("ValidationError":{"properties":{"loc":{"items":{"anyOf":[{"type":"string"},{"type":"integer"}]},)"
          R"("type":"array","title":"Location"},)"
          R"("msg":{"type":"string","title":"Message"},"type":{"type":"string","title":"Error Type"},)"
          R"("input":{"title":"Input"},)"
          R"("ctx":{"type":"object","title":"Context"}},"type":"object","required":["loc","msg","type"],)"
          R"("title":"ValidationError"}}})");
}

TEST_CASE("what is not for the document is not in it") {
    app told;
    auto nothing = []() -> task<> { co_return; };
    told.get("/a", {.include_in_schema = false}, nothing);
    router hidden("/b", {.include_in_schema = false});
    hidden.get("/c", nothing);
    told.include(hidden);
    app below;
    below.get("/d", nothing);
    told.mount("/e", std::move(below));
    told.route({"PROPFIND"}, "/f", nothing);
    CHECK(told.openapi()["paths"].empty());
}

TEST_CASE("routers give their prefix, tags and answers") {
    app told;
    router users("/users/{user}", {.tags = {"users"}, .deprecated = true, .responses = {{"404", json::object()}}});
    users.get("/items/{item}", {.tags = {"items"}}, [](int) -> task<> { co_return; });
    told.include(users, "/v1");
    json one = told.openapi()["paths"]["/v1/users/{user}/items/{item}"]["get"];
    CHECK(one["tags"].dump() == R"(["users","items"])");
    CHECK(one["deprecated"].as_bool());
    CHECK(keys(one["responses"]) == "204 404 422");
    CHECK(one["parameters"][0].dump() ==
          R"({"name":"user","in":"path","required":true,"schema":{"type":"string","title":"User"}})");
    CHECK(one["parameters"][1]["schema"]["type"].as_string() == "integer");
    CHECK(one["operationId"].as_string() == "get_v1_users_user_items_item");
}

TEST_CASE("security: what is required stands together, what is optional is a choice") {
    app told;
    told.get("/both", [](bearer_token, basic_credentials) -> task<> { co_return; });
    told.get("/maybe", [](std::optional<bearer_token>) -> task<> { co_return; });
    json document = told.openapi();
    CHECK(document["paths"]["/both"]["get"]["security"].dump() == R"([{"HTTPBearer":[],"HTTPBasic":[]}])");
    CHECK(document["paths"]["/maybe"]["get"]["security"].dump() == R"([{"HTTPBearer":[]},{}])");
    CHECK(document["components"]["securitySchemes"].dump() ==
          R"({"HTTPBearer":{"type":"http","scheme":"bearer"},"HTTPBasic":{"type":"http","scheme":"basic"}})");
    CHECK(!document["paths"]["/both"]["get"]["responses"].contains("422"));
}

TEST_CASE("what dependencies take is told too, with the scopes that are demanded of them") {
    app told;
    told.get("/a", [](depends<page_of>, security<who, "items:read">) -> task<> { co_return; });
    json document = told.openapi();
    json one = document["paths"]["/a"]["get"];
    CHECK(one["parameters"].dump() ==
          R"([{"name":"x-page","in":"header","required":true,"schema":{"type":"boolean","title":"X-Page"}}])");
    CHECK(one["security"].dump() == R"([{"HTTPBearer":["items:read"]}])");
    CHECK(one["responses"].contains("422"));
}

TEST_CASE("what a router requires is told of its routes, behind what they take themselves") {
    app told;
    router group("/a", {.dependencies = {require<who>}});
    group.get("/{id}", [](bool, header<"x-id", bool>) -> task<std::string> { co_return ""; });
    told.include(group);
    json one = told.openapi()["paths"]["/a/{id}"]["get"];
    std::string names;
    for (const json& each : one["parameters"]) names += each["name"].as_string() + " ";
    CHECK(names == "id x-id x-page ");
    CHECK(one["security"].dump() == R"([{"HTTPBearer":[]}])");
    CHECK(one["responses"]["200"]["content"].contains("text/plain"));
}

TEST_CASE("of two routes for one path and method the first is told, as it is the first that answers") {
    app told;
    router first;
    router second;
    first.get("/a/{b}", {.name = "one"}, [](bool) -> task<> { co_return; });
    second.get("/a/{b:int}", {.name = "two"}, [](int) -> task<> { co_return; });
    told.include(second);
    told.include(first);
    json item = told.openapi()["paths"]["/a/{b}"];
    CHECK(item["get"]["operationId"].as_string() == "two");
}
