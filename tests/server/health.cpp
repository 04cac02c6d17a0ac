#include <coracle/server/health.hpp>

#include <coracle/loop/sleep.hpp>

#include <server/loopback.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("alive is who answers, ready is whose checks hold") {
    app app;
    std::atomic<bool> good{true};
    app.health().ready("/ready").ready_when("cache", [&]() -> task<bool> { co_return good.load(); });
    loopback::running server(app);
    loopback::client one(server.port());
    loopback::reply alive = one.get("/healthz");
    CHECK(alive.status == 200);
    CHECK(alive.body == R"({"status":"ok"})");
    CHECK(alive.field("cache-control") == "no-store");
    loopback::reply ready = one.get("/ready");
    CHECK(ready.status == 200);
    CHECK(ready.body == R"({"status":"ok","checks":{"cache":"ok"}})");
    CHECK(one.ask("HEAD /ready HTTP/1.1\r\nhost: test\r\n\r\n").status == 200);
    CHECK(app.openapi().dump().find("ready") == std::string::npos);
}

TEST_CASE("who is not ready says so with 503, and is alive all the same") {
    app app;
    log::sink before = log::set_sink([](const log_message&) noexcept {});
    app.health().ready().ready_when("database", [] { return false; });
    {
        loopback::running server(app);
        loopback::client one(server.port());
        loopback::reply ready = one.get("/readyz");
        CHECK(ready.status == 503);
        CHECK(ready.body == R"({"status":"unavailable","checks":{"database":"failed"}})");
        CHECK(one.get("/healthz").status == 200);
    }
    log::set_sink(before);
}
