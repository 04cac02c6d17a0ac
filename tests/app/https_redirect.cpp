#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/https_redirect.hpp>

#include <app/stage.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;

namespace {
std::string answer_to(const https_redirect& tested, std::string_view host, std::string_view target = "/",
                      std::string_view scheme = "http") {
    request asked;
    asked.host = host;
    asked.scheme = scheme;
    asked.target = *http::parse_target(http::method::get, target);
    std::optional<response> made = tested.redirect(asked);
    if (!made) return "200";
    return std::to_string(made->status) + " " + made->body + std::string(made->headers["location"]);
}
}  // namespace

TEST_CASE("http is sent to https, without the ports that go without saying, as by Starlette") {
    https_redirect tested;
    CHECK(answer_to(tested, "example.com", "/a?b=c") == "307 https://example.com/a?b=c");
    CHECK(answer_to(tested, "example.com:80") == "307 https://example.com/");
    CHECK(answer_to(tested, "example.com:443") == "307 https://example.com/");
    CHECK(answer_to(tested, "example.com:123") == "307 https://example.com:123/");
    CHECK(answer_to(tested, "[::1]:8000") == "307 https://[::1]:8000/");
    CHECK(answer_to(tested, "example.com", "/", "https") == "200");
}

TEST_CASE("W11: with a host of its own it sends nobody elsewhere, whatever the client says") {
    https_redirect tested({.host = "example.com:8443"});
    CHECK(answer_to(tested, "evil.example", "/x") == "307 https://example.com:8443/x");
    CHECK(answer_to(tested, "", "/x") == "307 https://example.com:8443/x");
    CHECK(answer_to(tested, "a", "//evil.example/x") == "307 https://example.com:8443//evil.example/x");
    CHECK(answer_to(https_redirect(), "", "/x") == "400 Invalid host header");
    CHECK(answer_to(https_redirect(), "a@evil.example", "/x") == "400 Invalid host header");
    CHECK_THROWS_AS(https_redirect({.host = "https://example.com"}), std::logic_error);
}

TEST_CASE("it stands before the routes") {
    app app;
    app.use(https_redirect());
    app.post("/", []() -> task<int> { co_return 1; });
    stage on(app);
    CHECK(on.post("/", "{}").status == 307);
    CHECK(on.get("/nowhere?a=b").field("location") == "https://test/nowhere?a=b");
}
