#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/request_id.hpp>

#include <app/stage.hpp>

#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;

TEST_CASE("the id that a request brings is answered, and seen by all that it runs") {
    app app;
    app.use(request_id());
    app.get("/loop", []() -> task<std::string> { co_return request_id::current(); });
    app.get("/pool", [] { return request_id::current(); });
    app.get("/throws", []() -> task<std::string> {
        throw http_error(404);
        co_return "";
    });
    stage on(app);
    for (std::string_view path : {"GET /loop", "GET /pool"}) {
        heard answer = on.ask(path, {}, "x-request-id: abc-1\r\n");
        CHECK(answer.body == "abc-1");
        CHECK(answer.field("x-request-id") == "abc-1");
    }
    CHECK(on.ask("GET /throws", {}, "x-request-id: abc-2\r\n").field("x-request-id") == "abc-2");
    CHECK(on.ask("GET /nowhere", {}, "x-request-id: abc-3\r\n").field("x-request-id") == "abc-3");
    CHECK(request_id::current() == "-");
}

TEST_CASE("W14: without one there is a new one, of 128 bits, for each request") {
    app app;
    app.use(request_id());
    app.get("/", []() -> task<std::string> { co_return request_id::current(); });
    stage on(app);
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        heard answer = on.get("/");
        CHECK(answer.body == answer.field("x-request-id"));
        CHECK(answer.body.size() == 32);
        CHECK(answer.body.find_first_not_of("0123456789abcdef") == std::string::npos);
        CHECK(seen.insert(answer.body).second);
    }
}

TEST_CASE("W10: what is not fit for a log is not taken") {
    CHECK(request_id::is_fit("Root=1-5759e988-bd862e3fe1be46a994272793"));
    CHECK(request_id::is_fit(std::string(128, 'x')));
    for (std::string_view wrong : {"", "a b", "a\"b", "a\nb", "\x1b[31m", "a;b", "a,b", "<b>", "a\\b", "\xc3\xa9",
                                   "a%0a", "a\tb", "{{7*7}}", "$(id)"}) {
        CAPTURE(wrong);
        CHECK(!request_id::is_fit(wrong));
    }
    CHECK(!request_id::is_fit(std::string(129, 'x')));

    app app;
    app.use(request_id());
    stage on(app);
    for (std::string_view field :
         {"x-request-id: a b\r\n", "x-request-id:\r\n", "x-request-id: a\r\nx-request-id: b\r\n"})
        CHECK(on.ask("GET /", {}, field).field("x-request-id").size() == 32);
}

TEST_CASE("the field may have another name, and the client no say") {
    app app;
    app.use(request_id({.header = "X-Correlation-ID", .take = false}));
    stage on(app);
    heard answer = on.ask("GET /", {}, "x-correlation-id: mine\r\n");
    CHECK(answer.field("x-correlation-id").size() == 32);
    CHECK_THROWS_AS(request_id({.header = "not a name"}), std::logic_error);
    CHECK_THROWS_AS(request_id({.header = "content-length"}), std::logic_error);
}
