#include <coracle/http/request_head.hpp>

#include <coracle/http/request_parser.hpp>

#include <doctest/doctest.h>

#include <string>

namespace http = coracle::http;

TEST_CASE("a cleared head is as new") {
    http::request_head head;
    http::request_parser parser;
    std::string bytes =
        "POST /a?b HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close, "
        "upgrade\r\nUpgrade: x\r\n\r\n";
    REQUIRE(parser.parse(bytes, head) == http::parse_state::complete);
    head.clear();
    CHECK(head.method == http::method::get);
    CHECK(head.version == http::version::http_1_1);
    CHECK_FALSE(head.chunked);
    CHECK_FALSE(head.expect_continue);
    CHECK_FALSE(head.upgrade);
    CHECK(head.keep_alive);
    CHECK_FALSE(head.content_length.has_value());
    CHECK(head.method_text.empty());
    CHECK(head.target.text.empty());
    CHECK(head.host.empty());
    CHECK(head.fields.empty());
}

TEST_CASE("every view of a head follows the bytes") {
    std::string first = "GET http://h/p?q HTTP/1.1\r\nHost: a\r\nX: v\r\n\r\n";
    http::request_head head;
    http::request_parser parser;
    REQUIRE(parser.parse(first, head) == http::parse_state::complete);
    std::string second = first;
    head.rebase(first.data(), second.data());
    first.assign(first.size(), '!');
    CHECK(head.method_text == "GET");
    CHECK(head.target.text == "http://h/p?q");
    CHECK(head.target.path == "/p");
    CHECK(head.target.query == "q");
    CHECK(head.target.authority == "h");
    CHECK(head.host == "h");
    CHECK(head.fields["x"] == "v");
}

TEST_CASE("W7: the fields are those of the wire and no others") {
    std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nREMOTE_ADDR: 1.2.3.4\r\n\r\n";
    http::request_head head;
    http::request_parser parser;
    REQUIRE(parser.parse(bytes, head) == http::parse_state::complete);
    std::string names;
    for (auto& [name, value] : head.fields) (names += name) += ' ';
    CHECK(names == "Host REMOTE_ADDR ");
}

TEST_CASE("versions have the text of the request line") {
    CHECK(http::version_text(http::version::http_1_1) == "HTTP/1.1");
    CHECK(http::version_text(http::version::http_1_0) == "HTTP/1.0");
}
