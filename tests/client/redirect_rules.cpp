#include <coracle/client/redirect_rules.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

using namespace coracle;
using client::redirect_fault;

namespace {

struct asked {
    std::string url = "http://a.test/x/y?q=1";
    std::string method = "GET";
    bool has_body = false;
    bool replayable = true;
    unsigned followed = 0;
};
auto follow(int status, std::string_view location, asked from = {}, client::redirect_rules rules = {}) {
    http::url url = http::url::parse(from.url);
    http::fields answer;
    answer.push_back({"Location", location});
    return client::redirect(rules, {url, from.method, from.has_body, from.replayable, from.followed}, status, answer);
}
std::string to(std::string_view location, const char* from = "http://a.test/x/y?q=1") {
    asked request;
    request.url = from;
    auto next = follow(302, location, request);
    REQUIRE(next.has_value());
    REQUIRE(next->has_value());
    return (*next)->to.text();
}
redirect_fault fault(std::string_view location) {
    auto next = follow(302, location);
    REQUIRE(!next.has_value());
    CHECK(next.error().fault == redirect_fault::bad_location);
    CHECK(next.error().message.starts_with("http://a.test/x/y?q=... redirects to '"));
    return next.error().fault;
}
std::string method_after(int status, const char* method, bool has_body = false) {
    asked request;
    request.method = method;
    request.has_body = has_body;
    auto next = follow(status, "/next", request);
    REQUIRE(next.has_value());
    return (*next)->method + ((*next)->drops_body ? " without body" : "");
}

}  // namespace

TEST_CASE("a Location is relative to what was asked, and keeps the fragment that it does not replace") {
    CHECK(to("/next") == "http://a.test/next");
    CHECK(to("z") == "http://a.test/x/z");
    CHECK(to("../z") == "http://a.test/z");
    CHECK(to("?w=2") == "http://a.test/x/y?w=2");
    CHECK(to("//b.test/z") == "http://b.test/z");
    CHECK(to("https://b.test") == "https://b.test/");
    CHECK(to("HTTP://B.test:81/z#f") == "http://B.test:81/z#f");
    CHECK(to("/next", "http://a.test/#part") == "http://a.test/next#part");
    CHECK(to("/next#other", "http://a.test/#part") == "http://a.test/next#other");
    CHECK(to("/a b\xC3\xA9") == "http://a.test/a%20b%C3%A9");
    CHECK(to("http://[::1]:80/z") == "http://[::1]:80/z");
}

TEST_CASE("a Location that names no place that can be asked is an error that shows it") {
    for (const char* bad : {"", "ftp://b.test/", "javascript:alert(1)", "http://", "http:///z", "http:b.test/z",
                            "http://b.test:99999/", "http://b.test:x/", "http://b%20c.test/", "http://b c.test/",
                            "http://[::1", "http://a.test\\@b.test/", "//a.test\\.b.test/", "file:///etc/passwd"}) {
        CAPTURE(bad);
        CHECK(fault(bad) == redirect_fault::bad_location);
    }
    http::fields two;
    two.push_back({"location", "/a"});
    two.push_back({"location", "/b"});
    http::url url = http::url::parse("http://a.test/");
    CHECK(!client::redirect({}, {url, "GET"}, 302, two).has_value());
}

TEST_CASE("what is no redirect, or says not whither, is an answer like others") {
    http::url url = http::url::parse("http://a.test/");
    CHECK(*client::redirect({}, {url, "GET"}, 302, http::fields()) == std::nullopt);
    for (int status : {200, 201, 300, 304, 305, 306, 404}) {
        auto next = follow(status, "/next");
        CHECK(next.has_value());
        CHECK(!next->has_value());
    }
}

TEST_CASE("methods change as they do in httpx and in browsers") {
    CHECK(method_after(301, "POST", true) == "GET without body");
    CHECK(method_after(301, "PUT", true) == "PUT");
    CHECK(method_after(302, "POST", true) == "GET without body");
    CHECK(method_after(302, "PUT", true) == "GET without body");
    CHECK(method_after(303, "DELETE") == "GET without body");
    for (int status : {301, 302, 303, 307, 308}) {
        CHECK(method_after(status, "HEAD") == "HEAD");
        CHECK(method_after(status, "GET") == "GET");
    }
    for (int status : {307, 308}) CHECK(method_after(status, "POST", true) == "POST");
}

TEST_CASE("C1 a redirect to another scheme, host or port takes nothing along that proves who asks") {
    struct {
        const char* from;
        const char* location;
        bool leaves;
    } cases[] = {
        {"http://a.test/", "/next", false},
        {"http://a.test/", "http://A.TEST:80/next", false},
        {"http://a.test/", "http://b.test/", true},
        {"http://a.test/", "http://a.test.b.test/", true},
        {"http://a.test/", "http://sub.a.test/", true},
        {"http://a.test/", "http://a.test:8080/", true},
        {"http://a.test/", "https://a.test/", true},
        {"https://a.test/", "//b.test/", true},
        {"http://a.test/", "http://a.test@b.test/", true},
        {"http://a.test/", "http://user:secret@a.test/next", false},
    };
    for (const auto& each : cases) {
        CAPTURE(each.from);
        CAPTURE(each.location);
        asked from;
        from.url = each.from;
        auto next = follow(302, each.location, from);
        REQUIRE(next.has_value());
        CHECK((*next)->leaves_origin == each.leaves);
        CHECK((*next)->to.text().find("secret") == std::string::npos);
        http::field_list fields;
        for (const char* name : {"authorization", "Cookie", "Proxy-Authorization", "proxy-anything", "X-Api-Key",
                                 "X-Mine", "Host", "Referer", "Origin", "Cookie2"})
            fields.set(name, "secret");
        fields.set("accept", "text/plain");
        client::redirect_rules rules;
        rules.private_fields.emplace_back("x-mine");
        client::take_away_private(fields, rules, **next);
        CHECK(fields.size() == (each.leaves ? 1 : 11));
        CHECK(fields["accept"] == "text/plain");
    }
}

TEST_CASE("C1 from https to plain http only where it is allowed") {
    asked from;
    from.url = "https://a.test/";
    auto next = follow(302, "http://a.test/", from);
    REQUIRE(!next.has_value());
    CHECK(next.error().fault == redirect_fault::to_plain_http);
    CHECK(next.error().message.find("redirect_rules::to_plain_http") != std::string::npos);
    client::redirect_rules rules;
    rules.to_plain_http = true;
    CHECK((*follow(302, "http://a.test/", from, rules))->leaves_origin);
}

TEST_CASE("C1 a body is handed on by 307 and 308 only when it can be sent again, and not to another origin") {
    for (int status : {307, 308}) {
        asked from;
        from.method = "POST";
        from.has_body = true;
        CHECK(follow(status, "/next", from).has_value());
        auto elsewhere = follow(status, "http://b.test/", from);
        REQUIRE(!elsewhere.has_value());
        CHECK(elsewhere.error().fault == redirect_fault::body);
        client::redirect_rules rules;
        rules.body_to_other_origin = true;
        CHECK(follow(status, "http://b.test/", from, rules).has_value());
        from.replayable = false;
        auto again = follow(status, "/next", from);
        REQUIRE(!again.has_value());
        CHECK(again.error().message.find("cannot be sent again") != std::string::npos);
        CHECK(follow(303, "http://b.test/", from).has_value());  // without the body
        from.has_body = false;
        CHECK(follow(status, "http://b.test/", from).has_value());
    }
}

TEST_CASE("what described a body that is dropped goes with it") {
    asked from;
    from.method = "POST";
    from.has_body = true;
    auto next = follow(303, "/next", from);
    http::field_list fields;
    fields.set("content-type", "text/plain");
    fields.set("content-encoding", "gzip");
    fields.set("authorization", "mine");
    client::take_away_private(fields, {}, **next);
    CHECK(fields.size() == 1);
    CHECK(fields["authorization"] == "mine");
}

TEST_CASE("C1 redirects have an end: twenty, or as many as the rules say") {
    asked from;
    from.followed = 19;
    CHECK(follow(302, "/next", from).has_value());
    from.followed = 20;
    auto next = follow(302, "/next", from);
    REQUIRE(!next.has_value());
    CHECK(next.error().fault == redirect_fault::too_many);
    CHECK(next.error().message ==
          "more than 20 redirects, the last one from http://a.test/x/y?q=... to http://a.test/next");
    client::redirect_rules none;
    none.most = 0;
    CHECK(!follow(302, "/next", {}, none).has_value());
}
