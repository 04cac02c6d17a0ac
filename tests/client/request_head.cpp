#include <coracle/client/request_head.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace coracle;

namespace {
std::string head_of(const outgoing_request& request, bool whole = false) {
    byte_buffer out;
    http::field_list usual;
    usual.set("accept", "*/*");
    client::write_request_head(out, request, usual, whole);
    return std::string(out.view());
}
outgoing_request asking(std::string method, const char* url) {
    outgoing_request made;
    made.method = std::move(method);
    made.url = http::url::parse(url);
    return made;
}
}  // namespace

TEST_CASE("a head names its host and says how long its body is") {
    CHECK(head_of(asking("GET", "http://example.com")) == "GET / HTTP/1.1\r\nhost: example.com\r\naccept: */*\r\n\r\n");
    CHECK(head_of(asking("GET", "http://[::1]:8000/a?b=1#c")) ==
          "GET /a?b=1 HTTP/1.1\r\nhost: [::1]:8000\r\naccept: */*\r\n\r\n");
    CHECK(head_of(asking("POST", "http://example.com/")).find("content-length: 0\r\n") != std::string::npos);
    outgoing_request body = asking("GET", "http://example.com/");
    body.body = request_body(std::string("abc"));
    body.fields.set("Accept", "text/plain");
    CHECK(head_of(body) == "GET / HTTP/1.1\r\nhost: example.com\r\naccept: text/plain\r\ncontent-length: 3\r\n\r\n");
}

TEST_CASE("a host of one's own takes the place of the URL's, and a proxy is told the whole of it") {
    outgoing_request named = asking("GET", "http://127.0.0.1/");
    named.fields.set("host", "example.com");
    CHECK(head_of(named) == "GET / HTTP/1.1\r\nhost: example.com\r\naccept: */*\r\n\r\n");
    CHECK(head_of(asking("GET", "http://example.com/a"), true).starts_with("GET http://example.com/a HTTP/1.1\r\n"));
}

TEST_CASE("W2 neither method nor target nor host can end its line") {
    for (const char* method : {"GET /", "G\r\nET", "", "G\tET", "CONNECT"})
        CHECK_THROWS_AS((void)head_of(asking(method, "http://example.com/")), local_protocol_error);
    for (const char* bad : {"/a b", "/a\r\nx: y", "/\x01", "/\x7f"}) {
        outgoing_request request = asking("GET", "http://example.com/");
        request.url.path = bad;
        CHECK_THROWS_AS((void)head_of(request), local_protocol_error);
        request.url.path = "/";
        request.url.query = bad;
        CHECK_THROWS_AS((void)head_of(request), local_protocol_error);
        request.url.query.reset();
        request.url.authority = bad;
        CHECK_THROWS_AS((void)head_of(request), local_protocol_error);
        request.url.authority = "example.com";
        request.options.upgrade = bad;
        CHECK_THROWS_AS((void)head_of(request), local_protocol_error);
    }
}
