#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/request_id.hpp>
#include <coracle/app/tracing.hpp>

#include <app/stage.hpp>

#include <string>
#include <string_view>

using namespace coracle;

namespace {

constexpr std::string_view came = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";

void add_routes(app& app) {
    app.get("/loop", [](request& req) -> task<std::string> {
        CHECK(trace_context::current().traceparent() == req.trace().traceparent());
        CHECK(trace_context::current().parent_id() == req.trace().parent_id());
        co_return std::string(req.trace().trace_id()) + " " + std::string(req.trace().parent_id()) + " " +
            std::string(req.trace().span_id()) + (req.trace().sampled() ? " sampled" : "");
    });
    app.get("/pool", [] { return trace_context::current().traceparent(); });
}

}  // namespace

TEST_CASE("a request has a span of its own, below the one that it came from") {
    app app;
    app.use(tracing());
    add_routes(app);
    stage on(app);
    std::string said = on.ask("GET /loop", {}, std::string(came)).body;
    CHECK(said.starts_with("4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7 "));
    CHECK(said.find("00f067aa0ba902b7", 50) == std::string::npos);
    CHECK(said.ends_with(" sampled"));
    CHECK(on.ask("GET /pool", {}, std::string(came)).body.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    CHECK(!trace_context::current());
}

TEST_CASE("without one a trace begins, and a new one for each request") {
    app app;
    app.use(tracing({.sampled = false}));
    add_routes(app);
    stage on(app);
    std::string first = on.get("/loop").body;
    std::string second = on.get("/loop").body;
    CHECK(first.size() == 32 + 1 + 16 + 1 + 16);
    CHECK(first.substr(33, 16) == "0000000000000000");
    CHECK(first.substr(0, 32) != second.substr(0, 32));
}

TEST_CASE("who trusts nobody's traces begins them always") {
    app app;
    app.use(tracing({.take = false}));
    add_routes(app);
    stage on(app);
    CHECK(!on.ask("GET /loop", {}, std::string(came)).body.starts_with("4bf92f3577b34da6a3ce929d0e0e4736"));
}

TEST_CASE("without the middleware the request still tells what it came from") {
    app app;
    app.get("/", [](request& req) -> task<std::string> { co_return req.trace().traceparent(); });
    stage on(app);
    CHECK(on.ask("GET /", {}, std::string(came)).body == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    CHECK(on.get("/").body == "00-00000000000000000000000000000000-0000000000000000-00");
}
