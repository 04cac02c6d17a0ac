#include <coracle/http/url.hpp>

#include <doctest/doctest.h>

#include <string>

using coracle::http::url;

TEST_CASE("a URL has its parts") {
    url all = url::parse("HTTP://user:secret@Example.com:8000/a/b?c=d&e#f");
    CHECK(all.scheme == "http");
    CHECK(all.authority == "Example.com:8000");
    CHECK(all.host() == "example.com");
    CHECK(all.path == "/a/b");
    CHECK(all.query == "c=d&e");
    CHECK(all.fragment == "f");
    CHECK(all.target() == "/a/b?c=d&e");
    CHECK(all.text() == "http://Example.com:8000/a/b?c=d&e#f");
    CHECK(!all.is_secure());
    CHECK(url::parse("https://x").target() == "/");
    CHECK(url::parse("http://[::1]:80/").host() == "::1");
    CHECK(url::parse("/a:b").scheme.empty());
    CHECK(url::parse("//host/x").authority == "host");
    CHECK(url::parse("").text().empty());
    CHECK(url::parse("/x?").query == "");
}

TEST_CASE("what a request line cannot hold is encoded, once") {
    CHECK(url::parse("/a b").path == "/a%20b");
    CHECK(url::parse("/a%20b").path == "/a%20b");
    CHECK(url::parse("/\xC3\xA4?q=\r\n").target() == "/%C3%A4?q=%0D%0A");
    CHECK(url::parse("http://a\r\nb/").authority == "a%0D%0Ab");
}

// RFC 3986 5.4, with the base of that section.
TEST_CASE("relative references are resolved as RFC 3986 5.4 says") {
    url base = url::parse("http://a/b/c/d;p?q");
    const char* cases[][2] = {
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {"..g", "http://a/b/c/..g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"https://other/x", "https://other/x"},
    };
    for (auto& [reference, wanted] : cases) {
        CAPTURE(reference);
        CHECK(base.resolve(url::parse(reference)).text() == wanted);
    }
    CHECK(url::parse("http://a").resolve(url::parse("g")).text() == "http://a/g");
}

TEST_CASE("an origin is scheme, host and port") {
    auto same = [](const char* a, const char* b) { return url::parse(a).same_origin(url::parse(b)); };
    CHECK(same("http://a/x", "http://A:80/y"));
    CHECK(same("https://a", "https://a:443"));
    CHECK(!same("http://a", "https://a"));
    CHECK(!same("http://a", "http://a:8000"));
    CHECK(!same("http://a", "http://b.a"));
    CHECK(same("http://[::1]", "http://[::1]:80"));
}
