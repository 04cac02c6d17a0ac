#include <coracle/client/http_client.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

TEST_CASE("a request is described by words, and escapes what needs it") {
    http_client http{{.base_url = "http://example.com"}};
    pending_request asked = http.post("/search?a=1").query("q", "a b&c=d").query("page", 2).header("x-id", "7");
    CHECK(asked.request().url.text() == "http://example.com/search?a=1&q=a%20b%26c%3Dd&page=2");
    CHECK(asked.request().fields["x-id"] == "7");
    pending_request typed = http.put("/items").json(std::string("x"));
    CHECK(typed.request().body.bytes() == "\"x\"");
    CHECK(typed.request().fields["content-type"] == "application/json");
    CHECK(http.del("/").request().method == "DELETE");
}

TEST_CASE("W2 what would end a line is refused where it is said") {
    http_client http{{.base_url = "http://example.com"}};
    CHECK_THROWS_AS((void)http.get("/").header("x-id", "1\r\nhost: evil"), std::invalid_argument);
    CHECK_THROWS_AS((void)http.post("/").body("x", "text/plain\r\nx: y"), std::invalid_argument);
    CHECK_THROWS_AS((void)http.get("/a\r\nb"), invalid_url);
    CHECK(http.get("/").query("a\r\n", "\r\n").request().url.target() == "/?a%0D%0A=%0D%0A");
}
