#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/trusted_host.hpp>

#include <app/stage.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;

namespace {
/// `200`, or the status with what was answered.
std::string answer_to(const trusted_host& tested, std::string_view host, std::string_view target = "/") {
    request asked;
    asked.host = host;
    asked.target = *http::parse_target(http::method::get, target);
    std::optional<response> refused = tested.refusal(asked);
    if (!refused) return "200";
    return std::to_string(refused->status) + " " + refused->body + std::string(refused->headers["location"]);
}
}  // namespace

TEST_CASE("W11: who does not know the name of the app is refused, as by Starlette") {
    trusted_host tested({.allowed_hosts = {"Example.com", "*.example.org", "[::1]"}});
    for (std::string_view good : {"example.com", "EXAMPLE.com", "example.com:8000", "a.example.org",
                                  "a.b.example.org:1", "[::1]", "[::1]:8000"}) {
        CAPTURE(good);
        CHECK(answer_to(tested, good) == "200");
    }
    for (std::string_view wrong : {"example.org", "evil.com", "example.com.evil.com", "evilexample.com", "xexample.org",
                                   "", "example.com.", "example.com:x", "example.com@evil.com", "example.com/",
                                   "exam\xc3\xa9ple.com", "*", ".example.org.", "[::2]", "::1"}) {
        CAPTURE(wrong);
        CHECK(answer_to(tested, wrong) == "400 Invalid host header");
    }
    CHECK(answer_to(trusted_host({}), "whatever") == "200");
    CHECK(answer_to(trusted_host({}), "") == "200");
}

TEST_CASE("who forgets www is sent there, with path and query, if that is the only name") {
    trusted_host tested({.allowed_hosts = {"www.example.com"}});
    CHECK(answer_to(tested, "example.com", "/a%20b?x=1&y=%2F") == "307 http://www.example.com/a%20b?x=1&y=%2F");
    CHECK(answer_to(tested, "example.com:8000", "/") == "307 http://www.example.com:8000/");
    CHECK(answer_to(tested, "EXAMPLE.com", "//evil.com/") == "307 http://www.EXAMPLE.com//evil.com/");
    CHECK(answer_to(tested, "evil.com") == "400 Invalid host header");
    CHECK(answer_to(trusted_host({.allowed_hosts = {"www.example.com"}, .www_redirect = false}), "example.com") ==
          "400 Invalid host header");
    CHECK(answer_to(trusted_host({.allowed_hosts = {"www.example.com", "example.com"}}), "example.com") == "200");
}

TEST_CASE("a pattern that could fit no host is refused when the app is made") {
    for (const char* wrong : {"", "*.", "*example.com", "a.*.example.com", "example.com:8000", "https://example.com",
                              "example.com/", "*.*"}) {
        CAPTURE(wrong);
        CHECK_THROWS_AS(trusted_host({.allowed_hosts = {wrong}}), std::logic_error);
    }
}

TEST_CASE("the routes behind it are not asked") {
    app app;
    app.use(trusted_host({.allowed_hosts = {"test"}}));
    int asked = 0;
    app.get("/", [&]() -> task<int> { co_return ++asked; });
    stage on(app);
    CHECK(on.get("/").body == "1");
    CHECK(on.ask("GET http://evil.example/").status == 400);
    CHECK(on.ask("GET http://evil.example/").field("content-type") == "text/plain; charset=utf-8");
    CHECK(on.get("/").body == "2");
}
