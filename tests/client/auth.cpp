#include <coracle/client/auth.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace coracle;

namespace {
std::string shown_by(client::auth who, const char* to = "http://a.test/x") {
    http::url url = http::url::parse(to);
    return who->authorization({"GET", url});
}
}  // namespace

TEST_CASE("name and password are shown in UTF-8, as RFC 7617 has them") {
    CHECK(shown_by(client::basic("Aladdin", "open sesame")) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK(shown_by(client::basic("test", "123\xC2\xA3")) == "Basic dGVzdDoxMjPCow==");
    CHECK(shown_by(client::basic("", "")) == "Basic Og==");
    CHECK(shown_by(client::basic("me", "a:b")) == "Basic bWU6YTpi");
}

TEST_CASE("W2 what would end a line, or be read differently, is no name and no token") {
    CHECK_THROWS_AS(client::basic("a:b", "c"), std::invalid_argument);
    CHECK_THROWS_AS(client::basic("a\n", "c"), std::invalid_argument);
    CHECK_THROWS_AS(client::basic("a", "c\r\nx: y"), std::invalid_argument);
    for (const char* bad : {"", "a b", "a\r\nx: y", "a\"", "\xC3\xA9", "a,b"})
        CHECK_THROWS_AS(client::bearer(bad), std::invalid_argument);
    CHECK(shown_by(client::bearer("mF_9.B5f-4.1JqM==")) == "Bearer mF_9.B5f-4.1JqM==");
    CHECK_THROWS_AS(shown_by(client::auth_by([](const http::url&) { return std::string("a\r\nx: y"); })),
                    std::invalid_argument);
}

TEST_CASE("a function may say something else for each request") {
    int calls = 0;
    client::auth who = client::auth_by([&calls](const http::url& to) { return to.host() + std::to_string(++calls); });
    CHECK(shown_by(who) == "a.test1");
    CHECK(shown_by(who, "http://b.test/") == "b.test2");
}

TEST_CASE("what is fixed does not ask again when it is refused, and no auth is none") {
    http::url url = http::url::parse("http://a.test/");
    http::fields answer;
    answer.push_back({"www-authenticate", "Basic realm=x"});
    CHECK(!client::basic("a", "b")->challenged({"GET", url, "Basic YTpi"}, answer));
    CHECK(!client::auth());
    CHECK(client::bearer("x"));
}
