#include <coracle/server/health.hpp>

#include <coracle/loop/sleep.hpp>
#include <coracle/server/metrics_page.hpp>

#include <server/loopback.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <thread>

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

TEST_CASE("who stops is not ready, whatever the checks say") {
    app app;
    std::atomic<server::server*> serving{nullptr};
    app.ready().ready_when("database", [&]() -> task<bool> {
        serving.load()->stop();
        co_await server_stopping().wait();
        co_return true;
    });
    server::server here(app, {.host = "127.0.0.1", .port = 0, .access_log = false, .signals = false});
    here.start();
    serving = &here;
    std::thread thread([&] { here.serve(); });
    loopback::reply ready = loopback::get(here.port(), "/readyz");
    thread.join();
    CHECK(ready.status == 503);
    CHECK(ready.body == R"({"status":"stopping","checks":{"database":"ok"}})");
}

TEST_CASE("T11: while a handler blocks its loop, another worker says that it is well, and the page shows the block") {
    app app;
    static std::atomic<bool> go_on;
    go_on = false;
    app.use_metrics().health();
    app.get("/where",
            on_loop([] { return std::to_string(reinterpret_cast<std::uintptr_t>(&loop::reactor::current())); }));
    app.get("/block", []() -> task<std::string> {
        co_await sleep(0ns);
        while (!go_on) std::this_thread::sleep_for(1ms);  // as a beginner would
        co_return "done";
    });
    reporter before = set_reporter([](std::string_view, const std::source_location&) noexcept {});
    std::uint64_t found = loop::watchdog::findings();
    {
        loopback::running server(app, {.workers = 2, .watchdog = 20ms});
        loopback::client blocked(server.port());
        std::string there = blocked.get("/where").body;
        std::optional<loopback::client> other;
        do other.emplace(server.port());
        while (other->get("/where").body == there);
        blocked.send("GET /block HTTP/1.1\r\nhost: test\r\n\r\n");
        while (loop::watchdog::findings() == found) CHECK(other->get("/healthz").status == 200);
        CHECK(other->get("/metrics").body.find("coracle_loop_blocked_total 0\n") == std::string::npos);
        go_on = true;
        CHECK(blocked.receive().body == "done");
    }
    set_reporter(before);
}
