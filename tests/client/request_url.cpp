#include <coracle/client/request_url.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace coracle;

namespace {
std::string refused(std::string_view text) {
    try {
        (void)client::whole_url(text);
    } catch (const std::exception& why) {
        return why.what();
    }
    return "";
}
}  // namespace

TEST_CASE("a path is appended to the base as it stands") {
    http::url base = client::whole_url("https://api.example.com/v1/");
    CHECK(client::appended_url(base, "/users/1").text() == "https://api.example.com/v1/users/1");
    CHECK(client::appended_url(base, "users?a=1").text() == "https://api.example.com/v1/users?a=1");
    CHECK(client::appended_url(base, "").text() == "https://api.example.com/v1/");
    CHECK(client::appended_url(base, "?a=1#part").text() == "https://api.example.com/v1/?a=1");
    http::url bare = client::whole_url("http://example.com");
    CHECK(client::appended_url(bare, "/x").text() == "http://example.com/x");
    CHECK(client::appended_url(bare, "").target() == "/");
}

TEST_CASE("no path leads to another host than the base") {
    http::url base = client::whole_url("http://example.com");
    for (const char* path : {"//example.org/x", "@example.org/", ":8080/x", ".example.org/"}) {
        http::url made = client::appended_url(base, path);
        CHECK(made.authority == "example.com");
        CHECK(http::url::parse(made.text()).authority == "example.com");
    }
    CHECK(!client::is_whole_url("//example.org"));
    CHECK(!client::is_whole_url("/redirect?to=http://example.org"));
    CHECK(client::is_whole_url("http://example.com"));
}

TEST_CASE("a plain URL is read as any other is, only faster") {
    int plain = 0;
    for (std::string_view begin : {"http://", "https://", "HTTP://", "ws://", "http:/", "//", ""})
        for (std::string_view host :
             {"a", "example.com", "127.0.0.1", "[::1]", "a_b", "a@b", "x:y@b", "", "%41", "EXAMPLE"})
            for (std::string_view port : {"", ":", ":1", ":65535", ":65536", ":000080", ":8a"})
                for (std::string_view rest : {"", "/", "/a/b", "/a?b=1", "?q", "/a?b?c", "/a#f", "/%41", "/a b", "/{x}",
                                              "/\\", "/a?b=|", "/a@b", "//x", "?", "/a?b#", "/\xc3\xa4"}) {
                    std::string text = std::string(begin) + std::string(host) + std::string(port) + std::string(rest);
                    CAPTURE(text);
                    http::url fast;
                    if (!client::read_plain_url(text, fast)) {
                        CHECK(fast.text().empty());
                        continue;
                    }
                    ++plain;
                    http::url slow = http::url::parse(text);
                    CHECK_NOTHROW(client::check_url_text(text));
                    CHECK_NOTHROW(client::check_whole_url(slow, text));
                    CHECK(fast.scheme == slow.scheme);
                    CHECK(fast.authority == slow.authority);
                    CHECK(fast.path == slow.path);
                    CHECK(fast.query == slow.query);
                    CHECK(slow.fragment.empty());
                }
    CHECK(plain > 100);
}

TEST_CASE("W2 a URL with a space, a line end or another control character is refused") {
    for (const char* text : {"http://a/b c", "http://a/\r\nx: y", "http://a\r\n/", "http://a/\tb", "http://a/?q=\x7f"})
        CHECK_THROWS_AS((void)client::whole_url(text), invalid_url);
    CHECK_THROWS_AS((void)client::appended_url(client::whole_url("http://a"), "/x HTTP/1.1"), invalid_url);
    CHECK(
        refused("http://a/b c") ==
        "coracle: 'http://a/b?c' has a space or a control character; write %20, or give values by .query(name, value)");
}

TEST_CASE("what cannot be asked is refused, and the sentence says what would be right, without credentials") {
    CHECK(refused("/users").find("give the client a base_url") != std::string::npos);
    CHECK_THROWS_AS((void)client::whole_url("ftp://example.com/"), unsupported_protocol);
    CHECK_THROWS_AS((void)client::whole_url("javascript:alert(1)"), invalid_url);
    CHECK(refused("localhost:8000/x").find("write http://host/path") != std::string::npos);
    CHECK_THROWS_AS((void)client::whole_url("http:///path"), invalid_url);
    CHECK_THROWS_AS((void)client::whole_url("http://a:b/"), invalid_url);
    CHECK_THROWS_AS((void)client::whole_url("http://a:99999/"), invalid_url);
    CHECK_THROWS_AS((void)client::whole_url("http://[1::2/"), invalid_url);
    std::string why = refused("http://ada:secret@exa mple.com/");
    CHECK(why.find("secret") == std::string::npos);
}

TEST_CASE("C1 no part of a password stands in what is said about a URL that cannot be asked") {
    for (const char* text : {"http://ada:p@secret@host/", "ada:secret@host/x", "http:/ada:secret@host",
                             "http:ada:secret@host", "http:\\\\ada:secret@host/", "http://ada:se/secret@host/",
                             "http://ada:se?secret@host/", "http://secret@h o/"}) {
        CAPTURE(text);
        CHECK(refused(text).find("secret") == std::string::npos);
    }
    CHECK(refused("http://ada:" + std::string(300, 's') + "@host/").find("ssss") == std::string::npos);
    CHECK(refused("http://ada:secret@host/").find("'http://...@host/'") != std::string::npos);
}
