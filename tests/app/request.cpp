#include <doctest/doctest.h>

#include <coracle/app/request.hpp>

#include <coracle/http/request_parser.hpp>
#include <coracle/route/router.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

void read(request& into, std::string_view bytes) {
    http::request_parser parser;
    REQUIRE(parser.parse(bytes, into) == http::parse_state::complete);
}

}  // namespace

TEST_CASE("a request is plain data: method, target, fields in order") {
    request req;
    read(req,
         "PUT /a/b?q=1 HTTP/1.1\r\nHost: x\r\nX-Id: 7\r\nCookie: a=1; b=2\r\nContent-Type: Application/JSON ; "
         "x=y\r\n\r\n");
    CHECK(req.method == http::method::put);
    CHECK(req.target.path == "/a/b");
    CHECK(req.headers["x-id"] == "7");
    CHECK(req.headers["none"] == "");
    std::string names;
    for (auto& [name, value] : req.headers) names += std::string(name) + ",";
    CHECK(names == "Host,X-Id,Cookie,Content-Type,");
    CHECK(req.cookies()["b"] == "2");
    CHECK(req.media_type() == "Application/JSON");
    CHECK(req.query("q") == "1");
    CHECK(!req.query("none"));
}

TEST_CASE("W7: what coracle knows of the connection is no header field") {
    request req;
    read(req, "GET / HTTP/1.1\r\nHost: x\r\nREMOTE_ADDR: 6.6.6.6\r\n\r\n");
    req.client = {"127.0.0.1", 4711};
    CHECK(req.headers.size() == 2);
    CHECK(req.client.address == "127.0.0.1");
    CHECK(req.client.port == 4711);
}

TEST_CASE("a query with more parameters than allowed is 400 when somebody looks at it") {
    request req;
    std::string bytes = "GET /?";
    for (int i = 0; i < 1001; ++i) bytes += "a&";
    bytes += " HTTP/1.1\r\nHost: x\r\n\r\n";
    read(req, bytes);
    try {
        (void)req.query("a");
        FAIL("not refused");
    } catch (const http_error& error) {
        CHECK(error.status() == 400);
    }
}

TEST_CASE("placeholders are found by name, and a name the route does not have is a mistake") {
    route::pattern pattern("/users/{id}/files/{name:path}");
    route::router routes;
    routes.add({"GET"}, pattern);
    routes.freeze();
    request req;
    std::string bytes = "GET /users/42/files/a/b HTTP/1.1\r\nHost: x\r\n\r\n";
    read(req, bytes);
    routes.lookup(req.method, req.method_text, req.target.path, req.matched);
    req.pattern = &pattern;
    CHECK(req.path("id") == "42");
    CHECK(req.path("name") == "a/b");
    CHECK_THROWS_WITH_AS((void)req.path("user"), doctest::Contains("has no placeholder {user}"), std::out_of_range);

    std::string moved = bytes;
    req.rebase(bytes.data(), moved.data());
    bytes.assign(bytes.size(), '#');
    CHECK(req.path("name") == "a/b");
    CHECK(req.headers["host"] == "x");
    CHECK(req.target.path == "/users/42/files/a/b");
}

TEST_CASE("a request object serves one request after the other") {
    request req;
    read(req, "GET /?a=1 HTTP/1.1\r\nHost: x\r\nX: 1\r\n\r\n");
    req.client = {"127.0.0.1", 1};
    CHECK(req.query("a") == "1");
    req.reset();
    CHECK(req.headers.size() == 0);
    CHECK(req.client.port == 0);
    CHECK(!req.query("a"));
    CHECK_THROWS_AS((void)req.path("x"), std::out_of_range);
    req.reset();
    read(req, "GET /?b=2 HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(req.query("b") == "2");
    CHECK(!req.query("a"));
}
