#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/timing.hpp>

#include <app/stage.hpp>

#include <chrono>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {
std::string wire(std::chrono::nanoseconds took) {
    http::field_list fields;
    timing({.process_time = true}).mark(took, fields);
    return std::string(fields.wire());
}
}  // namespace

TEST_CASE("milliseconds for the browser, seconds for who knows them from FastAPI's tutorial") {
    CHECK(wire(0ns) == "server-timing: app;dur=0.000\r\nx-process-time: 0.000000\r\n");
    CHECK(wire(2'500us) == "server-timing: app;dur=2.500\r\nx-process-time: 0.002500\r\n");
    CHECK(wire(1'000'007'999ns) == "server-timing: app;dur=1000.007\r\nx-process-time: 1.000007\r\n");
    CHECK(wire(-5s) == "server-timing: app;dur=0.000\r\nx-process-time: 0.000000\r\n");
}

TEST_CASE("what counts is the time of the loop, and what the handler says of its own stays") {
    app app;
    app.use(timing());
    hand_loop* loop = nullptr;
    app.get("/", [&]() -> task<response> {
        loop->steady += 12'345'678;
        response reply(200, "x");
        reply.headers.add("server-timing", "db;dur=5");
        co_return reply;
    });
    stage on(app);
    loop = &on.loop;
    heard answer = on.get("/");
    CHECK(answer.head.find("server-timing: db;dur=5\r\n") != std::string::npos);
    CHECK(answer.head.find("server-timing: app;dur=12.345\r\n") != std::string::npos);
    CHECK(on.get("/nowhere").field("server-timing") == "app;dur=0.000");
}
