#include <coracle/http/target.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace http = coracle::http;
using http::method;

namespace {
std::string parts(method m, std::string_view text) {
    auto found = http::parse_target(m, text);
    if (!found) return "refused";
    constexpr std::string_view forms[] = {"origin", "absolute", "authority", "asterisk"};
    CHECK(found->text == text);
    return std::string(forms[static_cast<int>(found->form)]) + " " + std::string(found->authority) + " " +
           std::string(found->path) + " ?" + std::string(found->query);
}
}  // namespace

TEST_CASE("the four forms are told apart and split") {
    CHECK(parts(method::get, "/") == "origin  / ?");
    CHECK(parts(method::get, "/a/b?c=d?e") == "origin  /a/b ?c=d?e");
    CHECK(parts(method::get, "/?") == "origin  / ?");
    CHECK(parts(method::get, "//a/b") == "origin  //a/b ?");
    CHECK(parts(method::get, "/http://x/") == "origin  /http://x/ ?");
    CHECK(parts(method::get, "http://a:80/b?c") == "absolute a:80 /b ?c");
    CHECK(parts(method::get, "HTTP://a") == "absolute a / ?");
    CHECK(parts(method::get, "https://[::1]?x/y") == "absolute [::1] / ?x/y");
    CHECK(parts(method::connect, "a:443") == "authority a:443  ?");
    CHECK(parts(method::connect, "[::1]:443") == "authority [::1]:443  ?");
    CHECK(parts(method::options, "*") == "asterisk  * ?");
    CHECK(parts(method::options, "/x") == "origin  /x ?");
}

TEST_CASE("nothing is decoded and nothing normalised") {
    CHECK(parts(method::get, "/%2e%2E/../a//b/./%zz%?%41+%") == "origin  /%2e%2E/../a//b/./%zz% ?%41+%");
}

TEST_CASE("F15: a target that is none of them is refused") {
    for (auto text :
         {"",          "a",           "!",           "?a",        "*x",  "http:", "http:/",      "http://", "http:///a",
          "http://?a", "http://u@a/", "http://a:x/", "ftp://a/",  "//",  "/a#b",  "/a?b#c",      "/a b",    " /a",
          "/a ",       "/\t",         "/a\x7f",      "/\xC3\xA4", "/\r", "/\n",   "javascript:0"}) {
        if (std::string_view(text) == "//") continue;  // two slashes are a path
        CHECK_MESSAGE(parts(method::get, text) == "refused", text);
    }
    CHECK(parts(method::get, std::string_view("/\0", 2)) == "refused");
    CHECK(parts(method::get, "*") == "refused");
    CHECK(parts(method::get, "a:80") == "refused");
    for (auto text : {"/", "a", "a:", "*", "http://a:80", "a:80/", "a:80?b", "u@a:80"})
        CHECK(parts(method::connect, text) == "refused");
}

TEST_CASE("all views look into the text, also the path that is not there") {
    std::string first = "http://a";
    auto found = http::parse_target(method::get, first);
    REQUIRE(found);
    CHECK(found->path == "/");
    CHECK(found->path.data() >= first.data());
    CHECK(found->path.data() < first.data() + first.size());
    std::string second = first;
    http::target parts = *found;
    parts.rebase(first.data(), second.data());
    first.assign(first.size(), '!');
    CHECK(parts.text == "http://a");
    CHECK(parts.path == "/");
    CHECK(parts.authority == "a");
    CHECK(parts.query.empty());
}
