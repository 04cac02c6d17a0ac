#include <doctest/doctest.h>

#include <coracle/app/response.hpp>

#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("a response is status, fields and body") {
    response plain;
    CHECK(plain.status == 200);
    CHECK(response(503).status == 503);
    response made(201, "made\n");
    made.headers.set("location", "/echo/1");
    CHECK(made.body == "made\n");
    CHECK(made.headers["Location"] == "/echo/1");
    response listed(201, "made", {{"location", "/x"}, {"x-a", "1"}});
    CHECK(listed.headers.size() == 2);
    CHECK(response::text("a", 404).status == 404);
    CHECK(response::html("<p>").headers["content-type"] == "text/html; charset=utf-8");
}

TEST_CASE("W1: a field that could break out of the head never gets in") {
    response reply;
    CHECK_THROWS_AS(reply.headers.set("x", "a\r\nset-cookie: b=c"), std::invalid_argument);
    CHECK_THROWS_AS(response(200, "", {{"x y", "1"}}), std::invalid_argument);
}

TEST_CASE("a redirect keeps the method and encodes what a URL cannot hold, once") {
    CHECK(response::redirect("/login").status == 307);
    CHECK(response::redirect("/login").headers["location"] == "/login");
    CHECK(response::redirect("https://a.b/c?d=e&f=g#h", 302).headers["location"] == "https://a.b/c?d=e&f=g#h");
    CHECK(response::redirect("/a b").headers["location"] == "/a%20b");
    CHECK(response::redirect("/a%20b%").headers["location"] == "/a%20b%");
    CHECK(response::redirect("/caf\xC3\xA9").headers["location"] == "/caf%C3%A9");
    CHECK(response::redirect("/x\r\nset-cookie: a=b").headers["location"] == "/x%0D%0Aset-cookie:%20a=b");
}

TEST_CASE("cookies are added, and deleted by expiring them") {
    response reply;
    reply.set_cookie("a", "1");
    reply.set_cookie("b", "2", {.http_only = true});
    reply.delete_cookie("c");
    std::string all;
    for (auto& [name, value] : reply.headers) all += std::string(name) + ": " + std::string(value) + "\n";
    CHECK(all ==
          "set-cookie: a=1; Path=/; SameSite=lax\n"
          "set-cookie: b=2; HttpOnly; Path=/; SameSite=lax\n"
          "set-cookie: c=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; SameSite=lax\n");
    CHECK_THROWS_AS(reply.set_cookie("a", "b; Domain=x"), std::invalid_argument);
}

TEST_CASE("any value can be a response as JSON") {
    response made = response::json(json{{"a", 1}}, 201);
    CHECK(made.status == 201);
    CHECK(made.body == R"({"a":1})");
    CHECK(made.headers["content-type"] == "application/json");
}
