#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/documentation.hpp>
#include <coracle/app/mounted_app.hpp>
#include <coracle/json/parse.hpp>

#include <app/stage.hpp>

#include <utility>

using namespace coracle;

namespace {
auto nothing = []() -> task<> { co_return; };
}  // namespace

TEST_CASE("an app serves its document and a page that shows it") {
    app served({.title = "A <b>"});
    served.get("/a", nothing);
    stage on(served);
    heard document = on.get("/openapi.json");
    CHECK(document.status == 200);
    CHECK(document.field("content-type") == "application/json");
    CHECK(json::parse(document.body)["paths"].contains("/a"));
    CHECK(on.get("/openapi.json").body == document.body);
    heard page = on.get("/docs");
    CHECK(page.field("content-type") == "text/html; charset=utf-8");
    CHECK(page.field("content-security-policy") == docs_page_policy);
    CHECK(page.body.find("A &lt;b&gt;") != page.body.npos);
    CHECK(page.body.find("href=\"/openapi.json\"") != page.body.npos);
    CHECK(on.ask("HEAD /docs").status == 200);
    CHECK(on.ask("POST /docs").status == 405);
}

TEST_CASE("both can be moved, and switched off") {
    app moved({.openapi_url = "/api/document", .docs_url = "/help"});
    stage on(moved);
    CHECK(on.get("/openapi.json").status == 404);
    CHECK(on.get("/docs").status == 404);
    CHECK(on.get("/api/document").status == 200);
    CHECK(on.get("/help").body.find("href=\"/api/document\"") != std::string::npos);

    app without_page({.docs_url = ""});
    stage half(without_page);
    CHECK(half.get("/openapi.json").status == 200);
    CHECK(half.get("/docs").status == 404);

    app silent({.openapi_url = ""});
    stage off(silent);
    CHECK(off.get("/openapi.json").status == 404);
    CHECK(off.get("/docs").status == 404);
}

TEST_CASE("the app's own route with that path goes before, one that takes everything does not") {
    app served;
    served.get("/docs", []() -> task<std::string> { co_return "mine"; });
    served.get("/{rest:path}", [](std::string) -> task<std::string> { co_return "rest"; });
    stage on(served);
    CHECK(on.get("/docs").body == "mine");
    CHECK(on.get("/openapi.json").field("content-type") == "application/json");
    CHECK(on.get("/other").body == "rest");
}

TEST_CASE("middleware of the app stands around the documentation too") {
    app served;
    served.use([](request& asked, next on) -> task<response> {
        response made = co_await on(asked);
        made.headers.set("x-seen", "yes");
        co_return made;
    });
    stage on(served);
    CHECK(on.get("/openapi.json").field("x-seen") == "yes");
}

TEST_CASE("a mounted app has its own, and says where it is") {
    app below({.title = "Below", .servers = json::array({json{{"url", "https://example.com"}}})});
    below.get("/a", nothing);
    app served;
    served.mount("/admin", std::move(below));
    stage on(served);
    json document = json::parse(on.get("/admin/openapi.json").body);
    CHECK(document["info"]["title"].as_string() == "Below");
    CHECK(document["servers"].dump() == R"([{"url":"/admin"},{"url":"https://example.com"}])");
    CHECK(on.get("/admin/docs").body.find("href=\"/admin/openapi.json\"") != std::string::npos);
    CHECK(!json::parse(on.get("/openapi.json").body).contains("servers"));
}
