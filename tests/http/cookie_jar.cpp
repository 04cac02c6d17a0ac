#include <coracle/http/cookie_jar.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>

using namespace coracle;
using http::url;

namespace {
constexpr std::int64_t now = 1'700'000'000;

// What a jar that got `field` from `from` shows to `to`, `later` seconds later.
std::string shown(std::string field, const char* from, const char* to, std::int64_t later = 0) {
    http::cookie_jar jar;
    jar.store(field, url::parse(from), now);
    return jar.header(url::parse(to), now + later);
}
url plain_site(std::string host) {
    url made;
    made.scheme = "http";
    made.authority = std::move(host);
    made.path = "/";
    return made;
}
}  // namespace

TEST_CASE("a cookie goes back to its host and path") {
    CHECK(shown("a=b", "http://x/", "http://x/") == "a=b");
    CHECK(shown("a=b", "http://x/", "http://y/").empty());
    CHECK(shown("a=b", "http://x/", "http://X:8000/z").size() == 3);
    CHECK(shown("a=b", "http://x/docs/page", "http://x/docs") == "a=b");
    CHECK(shown("a=b", "http://x/docs/page", "http://x/docs/other") == "a=b");
    CHECK(shown("a=b", "http://x/docs/page", "http://x/docsy").empty());
    CHECK(shown("a=b; Path=/a", "http://x/", "http://x/b").empty());
    CHECK(shown("a=b; path=nonsense", "http://x/", "http://x/b") == "a=b");
    CHECK(shown(" a = b ;HttpOnly", "http://x/", "http://x") == "a=b");
    CHECK(shown("a=b=c", "http://x/", "http://x") == "a=b=c");
}

TEST_CASE("a domain that the host belongs to shares it; another one may not be named") {
    CHECK(shown("a=b; Domain=example.com", "http://www.example.com/", "http://example.com/") == "a=b");
    CHECK(shown("a=b; Domain=.Example.COM", "http://www.example.com/", "http://api.example.com/") == "a=b");
    CHECK(shown("a=b", "http://example.com/", "http://www.example.com/").empty());
    CHECK(shown("a=b; Domain=site.test", "http://badsite.test/", "http://site.test/").empty());
    CHECK(shown("a=b; Domain=test", "http://a.test/", "http://b.test/").empty());
    CHECK(shown("a=b; Domain=example.org", "http://example.com/", "http://example.org/").empty());
    CHECK(shown("a=b; Domain=0.0.1", "http://127.0.0.1/", "http://127.0.0.1/").empty());
    CHECK(shown("a=b; Domain=testserver", "http://testserver/", "http://testserver/") == "a=b");
}

TEST_CASE("nobody sets a cookie for what everybody has names below, and who is that himself sets his own") {
    http::cookie_jar jar;
    for (const char* domain : {"com", "co.uk", "github.io", ".co.uk", "CO.UK"})
        for (const char* host : {"shop.example.com", "shop.co.uk", "ada.github.io"})
            jar.store(std::string("a=1; domain=") + domain, plain_site(host), 0);
    CHECK(jar.empty());
    jar.store("a=1; domain=shop.co.uk", plain_site("www.shop.co.uk"), 0);
    CHECK(jar.header(plain_site("shop.co.uk"), 0) == "a=1");
    jar.clear();
    jar.store("a=1; domain=github.io", plain_site("github.io"), 0);
    jar.store("b=2; domain=localhost", plain_site("localhost:8000"), 0);
    CHECK(jar.header(plain_site("github.io"), 0) == "a=1");
    CHECK(jar.header(plain_site("ada.github.io"), 0).empty());
    CHECK(jar.header(plain_site("localhost:9000"), 0) == "b=2");
    CHECK(jar.header(plain_site("app.localhost"), 0).empty());
}

TEST_CASE("a secure cookie is for https, and a prefix is a promise") {
    CHECK(shown("a=b; Secure", "https://x/", "http://x/").empty());
    CHECK(shown("a=b; Secure", "https://x/", "https://x/") == "a=b");
    CHECK(shown("__Secure-a=b", "https://x/", "https://x/").empty());
    CHECK(shown("__Secure-a=b; Secure", "https://x/", "https://x/") == "__Secure-a=b");
    CHECK(shown("__Host-a=b; Secure; Path=/", "https://x/y/z", "https://x/") == "__Host-a=b");
    CHECK(shown("__Host-a=b; Secure; Path=/y", "https://x/", "https://x/y").empty());
}

TEST_CASE("a cookie has its time, and max-age has the last word") {
    CHECK(shown("a=b; Max-Age=10", "http://x", "http://x", 9) == "a=b");
    CHECK(shown("a=b; Max-Age=10", "http://x", "http://x", 10).empty());
    CHECK(shown("a=b; Max-Age=0", "http://x", "http://x").empty());
    CHECK(shown("a=b; Max-Age=-1", "http://x", "http://x").empty());
    CHECK(shown("a=b; Max-Age=99999999999999999999", "http://x", "http://x", 1'000'000) == "a=b");
    CHECK(shown("a=b; Max-Age=soon", "http://x", "http://x", 1'000'000) == "a=b");
    CHECK(shown("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://x", "http://x").empty());
    CHECK(shown("a=b; Expires=Wed, 09-Jun-2100 10:18:14 GMT", "http://x", "http://x") == "a=b");
    CHECK(shown("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9", "http://x", "http://x") == "a=b");
    CHECK(shown("a=b; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "http://x", "http://x") == "a=b");
    CHECK(shown("a=b; Expires=tomorrow", "http://x", "http://x") == "a=b");
}

TEST_CASE("a later cookie takes the place of the one with its name, host and path, or takes it away") {
    http::cookie_jar jar;
    url here = url::parse("http://x/");
    jar.store("a=1", here, now);
    jar.store("b=2; Path=/deep", here, now);
    jar.store("a=3", here, now);
    CHECK(jar.size() == 2);
    CHECK(jar["a"] == "3");
    CHECK(jar.header(url::parse("http://x/deep/er"), now) == "b=2; a=3");
    jar.store("a=; Max-Age=0", here, now);
    CHECK(!jar.contains("a"));
    jar.set("mine", "4");
    CHECK(jar.header(url::parse("http://anywhere/"), now) == "mine=4");
    jar.erase("mine");
    CHECK(jar.begin()->name == "b");
    jar.clear();
    CHECK(jar.empty());
}

TEST_CASE("what is no cookie is ignored, and a flood of them keeps its measure") {
    CHECK(shown("nothing", "http://x", "http://x").empty());
    CHECK(shown("=b", "http://x", "http://x").empty());
    CHECK(shown("", "http://x", "http://x").empty());
    CHECK(shown("a=b\r\nx: y", "http://x", "http://x").empty());
    CHECK(shown("a=" + std::string(5000, 'b'), "http://x", "http://x").empty());
    http::cookie_jar jar;
    for (int i = 0; i < 3100; ++i) jar.store("c" + std::to_string(i) + "=1", url::parse("http://x"), now);
    CHECK(jar.size() == 3000);
    CHECK(!jar.contains("c0"));
    CHECK(jar.contains("c3099"));
}

TEST_CASE("what anybody on the way may have written is no secure cookie, and hides none") {
    CHECK(shown("a=b; Secure", "http://x/", "https://x/").empty());
    CHECK(shown("__Host-a=b; Secure; Path=/", "http://x/", "https://x/").empty());
    http::cookie_jar jar;
    auto store = [&](const char* field, const char* from) { jar.store(field, url::parse(from), now); };
    auto asks = [&](const char* to) { return jar.header(url::parse(to), now); };
    store("a=good; Secure; Path=/in", "https://www.site.test/");
    for (const char* evil : {"a=evil; Path=/in", "a=evil; Path=/in/side", "a=evil; Path=/in; Domain=site.test",
                             "a=evil; Path=/in; Max-Age=0"})
        store(evil, "http://www.site.test/");
    CHECK(asks("https://www.site.test/in/side") == "a=good");
    store("a=other", "http://www.site.test/");  // which is for other paths
    CHECK(asks("http://www.site.test/") == "a=other");
    store("a=new; Secure; Path=/in", "https://www.site.test/");
    CHECK(asks("https://www.site.test/in").starts_with("a=new"));
}
