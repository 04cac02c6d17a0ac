#include <coracle/client/proxy_rules.hpp>

#include <doctest/doctest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;
using client::proxy_way;

namespace {

proxy_way way(const client::proxy_rules& rules, const char* to) { return rules.way_of(http::url::parse(to)); }
bool excepted(const char* list, const char* to) {
    client::proxy_exceptions all;
    all.add_list(list);
    return all.contains(http::url::parse(to));
}
client::proxy_rules environment(std::map<std::string, std::string, std::less<>> said) {
    return client::proxy_rules::from_environment([&said](std::string_view name) {
        auto at = said.find(name);
        return at == said.end() ? nullptr : at->second.c_str();
    });
}

}  // namespace

TEST_CASE("http goes through the proxy that is named, and https by a tunnel") {
    client::proxy_rules rules("http://proxy.test:3128", "localhost");
    CHECK(way(rules, "http://a.test/") == proxy_way::forward);
    CHECK(way(rules, "https://a.test/") == proxy_way::tunnel);
    CHECK(way(rules, "http://localhost:8000/") == proxy_way::direct);
    CHECK(way(client::proxy_rules(), "http://a.test/") == proxy_way::direct);
    CHECK(rules.server().at.authority == "proxy.test:3128");
    CHECK(rules.server().authorization.empty());
    CHECK(client::absolute_target(http::url::parse("http://a.test:81/x?y=1#z")) == "http://a.test:81/x?y=1");
    CHECK(client::absolute_target(http::url::parse("http://a.test")) == "http://a.test/");
}

TEST_CASE("name and password of a proxy stand in its URL, percent-encoded, and nowhere else") {
    client::proxy_rules rules("http://me%40work:p%3Ass@proxy.test:3128/");
    CHECK(rules.server().authorization == client::basic_credentials_for("me@work", "p:ss"));
    CHECK(rules.server().at.text().find("p%3Ass") == std::string::npos);
    CHECK(client::proxy_rules("proxy.test").server().at.text() == "http://proxy.test/");
    CHECK(client::proxy_rules("http://me@proxy.test").server().authorization ==
          client::basic_credentials_for("me", ""));
}

TEST_CASE("C5 only the lower-case http_proxy is read, since a client of a CGI program can set HTTP_PROXY") {
    CHECK(way(environment({{"HTTP_PROXY", "http://evil.test"}, {"Http_Proxy", "http://evil.test"}}),
              "http://a.test/") == proxy_way::direct);
    CHECK(way(environment({{"http_proxy", ""}}), "http://a.test/") == proxy_way::direct);
    client::proxy_rules rules = environment({{"http_proxy", "proxy.test:3128"}, {"NO_PROXY", "*"}});
    CHECK(way(rules, "http://a.test/") == proxy_way::forward);
    CHECK(way(rules, "https://a.test/") == proxy_way::direct);
    for (const char* here : {"http://localhost/", "http://127.0.0.1:8000/", "http://127.9.9.9/", "http://[::1]/"})
        CHECK(way(rules, here) == proxy_way::direct);
    CHECK(way(environment({{"http_proxy", "http://p.test"}, {"no_proxy", "a.test"}}), "http://b.a.test/") ==
          proxy_way::direct);
}

TEST_CASE("C5 a name that goes without a proxy ends at a label's boundary") {
    for (const char* list : {"site.test", ".site.test", "*.site.test", " a.test , SITE.test.", "x,,site.test"}) {
        CAPTURE(list);
        CHECK(excepted(list, "http://site.test/"));
        CHECK(excepted(list, "http://site.test./"));
        CHECK(excepted(list, "http://WWW.Site.TEST/"));
        CHECK(excepted(list, "http://a.b.site.test:8080/"));
        CHECK(!excepted(list, "http://badsite.test/"));
        CHECK(!excepted(list, "http://site.test.evil.test/"));
        CHECK(!excepted(list, "http://test/"));
    }
    CHECK(excepted("*", "http://anything.test/"));
    CHECK(!excepted("", "http://anything.test/"));
}

TEST_CASE("C5 ports, addresses and networks that go without a proxy") {
    CHECK(excepted("a.test:8080", "http://a.test:8080/"));
    CHECK(!excepted("a.test:8080", "http://a.test/"));
    CHECK(excepted("a.test:80", "http://a.test/"));
    CHECK(excepted("a.test:443", "https://a.test/"));
    CHECK(excepted("10.0.0.0/8", "http://10.1.2.3/"));
    CHECK(!excepted("10.0.0.0/8", "http://11.1.2.3/"));
    CHECK(!excepted("10.0.0.0/8", "http://a10.1.2.3.test/"));
    CHECK(excepted("192.0.2.1", "http://192.0.2.1:8080/"));
    CHECK(excepted("192.0.2.1:80", "http://192.0.2.1/"));
    CHECK(!excepted("192.0.2.1:80", "http://192.0.2.1:81/"));
    CHECK(!excepted("2.1", "http://192.0.2.1/"));
    CHECK(excepted("::1", "http://[::1]/"));
    CHECK(excepted("[::1]", "http://[0:0::1]/"));
    CHECK(excepted("[::1]:81", "http://[::1]:81/"));
    CHECK(!excepted("[::1]:81", "http://[::1]:82/"));
    CHECK(excepted("fd00::/8", "http://[fd12::1]/"));
    CHECK(excepted("10.0.0.0/8", "http://[::ffff:10.1.2.3]/"));
}

TEST_CASE("C5 what cannot be a proxy is refused, with no word of the password in the message") {
    for (const char* bad :
         {"http://p.test\r\nx: y", "http://p.test\n", "http://p .test", "https://p.test", "socks5://p.test", "http://",
          "http://p.test:99999", "http://p.test/path", "http://p.test?q", "http://p.test#f",
          "http://me:se%zzcret@p.test", "ftp://me:secret@p.test", "http://me:secret@/"}) {
        CAPTURE(bad);
        std::string message;
        try {
            client::proxy_rules made(bad);
        } catch (const std::exception& why) {
            message = why.what();
        }
        CHECK(message.starts_with("coracle: "));
        CHECK(message.find("cret") == std::string::npos);
    }
    CHECK_THROWS_AS(environment({{"http_proxy", "http://p.test\r\nx: y"}}), std::logic_error);
    for (const char* bad : {"a.test\r\nb.test", "10.0.0.0/99", "a b!c@d", "[::1", "a.test:99999", "http://a.test/"})
        CHECK_THROWS_AS(excepted(bad, "http://a.test/"), std::logic_error);
}

TEST_CASE("the head that asks for a tunnel names the port, and tells the proxy alone who asks") {
    client::proxy_rules rules("http://me:x@proxy.test");
    CHECK(client::connect_head(http::url::parse("https://a.test/secret"), rules.server()) ==
          "CONNECT a.test:443 HTTP/1.1\r\nhost: a.test:443\r\nproxy-authorization: Basic bWU6eA==\r\n\r\n");
    CHECK(client::connect_head(http::url::parse("https://[::1]:8443/"), client::proxy()) ==
          "CONNECT [::1]:8443 HTTP/1.1\r\nhost: [::1]:8443\r\n\r\n");
}
