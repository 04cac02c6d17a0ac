#include <coracle/server/websocket_origin.hpp>

#include <coracle/http/request_parser.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {
bool may(std::string_view fields, const std::vector<std::string>& allowed = {}) {
    std::string head = "GET /ws HTTP/1.1\r\nhost: example.com:8000\r\n" + std::string(fields) + "\r\n";
    http::request_parser parser;
    http::request_head asked;
    REQUIRE(parser.parse(head, asked) == http::parse_state::complete);
    return server::may_open_websocket(asked, allowed);
}
}  // namespace

TEST_CASE("D17 an origin is the host that was asked, whatever the case, with the port that its scheme means") {
    CHECK(server::is_same_origin("http://Example.com:8000", "example.COM:8000"));
    CHECK(server::is_same_origin("http://example.com", "example.com:80"));
    CHECK(server::is_same_origin("https://example.com:443", "example.com"));
    CHECK(server::is_same_origin("http://[::1]:8000", "[::1]:8000"));
    CHECK(!server::is_same_origin("http://example.com.evil.test", "example.com"));
    CHECK(!server::is_same_origin("http://example.com:8001", "example.com:8000"));
    for (std::string_view none : {"null", "", "example.com", "http://"}) CHECK(!server::is_same_origin(none, ""));
}

TEST_CASE("D17 cookies and credentials of a user are for the server's own pages, unless it names others") {
    CHECK(may(""));
    CHECK(may("cookie: a=b\r\n"));
    CHECK(may("origin: https://evil.test\r\n"));
    CHECK(!may("origin: https://evil.test\r\ncookie: a=b\r\n"));
    CHECK(!may("origin: https://evil.test\r\nauthorization: Basic eDp5\r\n"));
    CHECK(!may("origin: http://example.com:8000\r\norigin: https://evil.test\r\ncookie: a=b\r\n"));
    CHECK(may("origin: http://example.com:8000\r\ncookie: a=b\r\n"));
    CHECK(may("origin: https://Friend.test\r\ncookie: a=b\r\n", {"https://friend.test"}));
    CHECK(!may("origin: https://evil.test\r\n", {"https://friend.test"}));
    CHECK(may("origin: https://evil.test\r\ncookie: a=b\r\n", {"*"}));
}
