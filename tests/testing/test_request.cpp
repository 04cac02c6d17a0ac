#include <coracle/testing/test_request.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace coracle;

namespace {
testing::outgoing_request prepared(test_request asked, const char* base = "http://testserver") {
    return testing::prepare(std::move(asked), http::url::parse(base), {{"x-usual", "1"}});
}
}  // namespace

TEST_CASE("a request as it is sent") {
    auto get = prepared({"GET", "/a?b=1"});
    CHECK(
        get.head("", false) ==
        "GET /a?b=1 HTTP/1.1\r\nhost: testserver\r\naccept: */*\r\nconnection: keep-alive\r\nuser-agent: testclient\r\n"
        "x-usual: 1\r\n\r\n");
    auto post = prepared({"POST", "/a", {.json = json{{"a", 1}}}});
    CHECK(post.body == "{\"a\":1}");
    CHECK(post.head("c=d", false)
              .ends_with("content-type: application/json\r\ncookie: c=d\r\ncontent-length: 7\r\n\r\n"));
    CHECK(prepared({"PUT", "/", {.pieces = {"x"}}}).head("", true).ends_with("transfer-encoding: chunked\r\n\r\n"));
}

TEST_CASE("a header that is given takes the place of the usual one") {
    std::string head = prepared({"GET", "/", {.headers = {{"X-Usual", "2"}, {"Host", "other"}, {"user-agent", "me"}}}})
                           .head("", false);
    CHECK(head.find("x-usual") == std::string::npos);
    CHECK(head.find("X-Usual: 2\r\n") != std::string::npos);
    CHECK(head.find("host: testserver") == std::string::npos);
    CHECK(head.find("testclient") == std::string::npos);
}

TEST_CASE("URLs are below the base, or stand for themselves") {
    CHECK(prepared({"GET", "users"}).url.text() == "http://testserver/users");
    CHECK(prepared({"GET", "/users"}, "https://x/api/").url.text() == "https://x/api/users");
    CHECK(prepared({"GET", ""}).url.text() == "http://testserver/");
    CHECK(prepared({"GET", "http://other:1/x"}).url.text() == "http://other:1/x");
    CHECK(prepared({"GET", "//other/x"}, "https://x").url.text() == "https://other/x");
    CHECK_THROWS_AS(prepared({"GET", "mailto:me"}), std::invalid_argument);
}

TEST_CASE("a redirect changes the request as httpx does") {
    auto post = prepared({"POST", "/a#part", {.headers = {{"Authorization", "x"}}, .json = 1}});
    CHECK(!testing::redirect(post, 200, "/b"));
    CHECK(!testing::redirect(post, 304, "/b"));
    CHECK(!testing::redirect(post, 302, ""));
    CHECK(testing::redirect(post, 307, "b?c"));
    CHECK(post.method == "POST");
    CHECK(post.url.text() == "http://testserver/b?c#part");
    CHECK(post.has("authorization"));
    CHECK(testing::redirect(post, 303, "https://testserver/b"));
    CHECK(post.method == "GET");
    CHECK(!post.has_body);
    CHECK(!post.has("content-type"));
    CHECK(!post.has("authorization"));

    auto put = prepared({"PUT", "/a", {.body = "x"}});
    CHECK(testing::redirect(put, 301, "/b"));
    CHECK(put.method == "PUT");
    CHECK(testing::redirect(put, 302, "/b"));
    CHECK(put.method == "GET");
    auto head = prepared({"HEAD", "/a"});
    CHECK(testing::redirect(head, 303, "/b"));
    CHECK(head.method == "HEAD");
}
