#include <coracle/client/shown_url.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace coracle;
using client::shown_url;

TEST_CASE("what may be a secret in a URL is not shown: a user, the values of a query, a fragment") {
    CHECK(shown_url("https://api.example.com/users?token=abc&page=2") ==
          "https://api.example.com/users?token=...&page=...");
    CHECK(shown_url("http://ada:secret@example.com/a") == "http://...@example.com/a");
    CHECK(shown_url("//ada:se@cret@example.com") == "//...@example.com");
    CHECK(shown_url("http://example.com/a@b//c@d") == "http://example.com/a@b//c@d");
    CHECK(shown_url("http://example.com/?abcdef") == "http://example.com/?...");
    CHECK(shown_url("http://example.com/?a=&b&=c=d") == "http://example.com/?a=&...&=...");
    CHECK(shown_url("http://example.com?a=http://x?y@z") == "http://example.com?a=...");
    CHECK(shown_url("http://example.com/a#access_token=abc?x=1") == "http://example.com/a#...");
    CHECK(shown_url("http://example.com/a?") == "http://example.com/a?");
    CHECK(shown_url("http://example.com/a?b=c&") == "http://example.com/a?b=...&");
    CHECK(shown_url("/a/b") == "/a/b");
    CHECK(shown_url("").empty());
    CHECK(shown_url(http::url::parse("http://example.com:80/a?b=1#c")) == "http://example.com:80/a?b=...#...");
}

TEST_CASE("nor what may be a password in what is no URL as it should be") {
    CHECK(shown_url("http://user:pa?ss@host/a") == "http://...@host/a");
    CHECK(shown_url("http://user:pa#ss@host/a?b=c") == "http://...@host/a?b=...");
    CHECK(shown_url("http:/\\user:pw@host/") == "http:/\\...@host/");
    CHECK(shown_url("\\\\user:pw@host/").find("pw") == std::string::npos);
    CHECK(shown_url("user:pw@host/a") == "user:...@host/a");
    CHECK(shown_url("http:user:pw@host") == "http:...@host");
    CHECK(shown_url("user@host") == "...@host");
    CHECK(shown_url("http://ada:secret@example.com/a?b=c@d") == "http://...@example.com/a?b=...");
    CHECK(shown_url("/users/@ada") == "/users/@ada");
}
