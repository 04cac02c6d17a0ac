#include <coracle/server/metrics_page.hpp>

#include <coracle/app/counter.hpp>
#include <coracle/app/mounted_app.hpp>
#include <coracle/loop/sleep.hpp>

#include <server/loopback.hpp>
#include <server/talk.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

bool has(const std::string& page, std::string_view line) {
    return ("\n" + page).find("\n" + std::string(line) + "\n") != std::string::npos;
}
/// The last answer of a conversation.
std::string last_body(const std::string& heard) { return heard.substr(heard.rfind("\r\n\r\n") + 4); }

std::string get(std::string_view target) { return "GET " + std::string(target) + " HTTP/1.1\r\nhost: test\r\n\r\n"; }

}  // namespace

TEST_CASE("requests are shown by their route, never by what clients write") {
    app app;
    app.get("/items/{id}", [](int id) -> task<std::string> {
        co_await sleep(30ms);
        if (id == 13) throw http_error(409);
        co_return "x";
    });
    app.use_metrics();
    std::string asked = get("/items/1") + get("/items/2") + get("/items/13") + get("/items/none") + get("/a") +
                        get("/b") + "BREW / HTTP/1.1\r\nhost: test\r\n\r\n" + get("/metrics");
    std::string page = last_body(talk::hear(app, {asked}));
    CHECK(has(page, "http_requests_total{method=\"GET\",route=\"/items/{id}\",status=\"2xx\"} 2"));
    CHECK(has(page, "http_requests_total{method=\"GET\",route=\"/items/{id}\",status=\"4xx\"} 2"));
    CHECK(has(page, "http_requests_total{method=\"GET\",route=\"(none)\",status=\"4xx\"} 2"));
    CHECK(has(page, "http_requests_total{method=\"other\",route=\"(none)\",status=\"4xx\"} 1"));
    CHECK(has(page, "http_request_duration_seconds_bucket{method=\"GET\",route=\"/items/{id}\",le=\"0.05\"} 4"));
    CHECK(has(page, "http_request_duration_seconds_count{method=\"GET\",route=\"/items/{id}\"} 4"));
    CHECK(has(page, "http_requests_in_progress 1"));  // this one
    CHECK(has(page, "http_open_connections 1"));
    CHECK(has(page, "http_received_bytes_total " + std::to_string(asked.size())));
    CHECK(page.find("/items/none") == page.npos);
    CHECK(page.find("BREW") == page.npos);
    CHECK(page.find("process_cpu_seconds_total") != page.npos);
    CHECK(has(page, "coracle_loops 1"));
}

TEST_CASE("what cannot be understood is counted by its reason") {
    app app;
    app.use_metrics();
    app.freeze();
    virtual_loop world(virtual_time);
    server::settings how;
    how.access_log = false;
    server::workshop shop(app, how, world.reactor());
    std::string page;
    auto visit = [&](std::string text) -> task<> {
        auto ends = net::memory_stream::pair(1 << 20);
        net::memory_stream& client = ends.first;
        client.push(std::move(text));
        (void)client.shutdown_write().has_value();
        co_await server::connection(std::move(ends.second), shop);
        auto bytes = co_await client.read();
        if (bytes) page = last_body(std::string(*bytes));
    };
    auto all = [&]() -> task<> {
        co_await visit("no request\r\n\r\n");
        co_await visit(get("/metrics"));
    };
    world.run(all());
    CHECK(page.find("http_refused_total{reason=\"bad_") != page.npos);
    CHECK(has(page, "http_requests_total{method=\"other\",route=\"(none)\",status=\"4xx\"} 1"));
}

TEST_CASE("the page has its type, is kept by nobody, and is in no documentation") {
    app app;
    app.use_metrics("/internal/metrics", {.tags = {"inside"}});
    loopback::running server(app);
    loopback::reply got = loopback::get(server.port(), "/internal/metrics");
    CHECK(got.status == 200);
    CHECK(got.field("content-type") == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(got.field("cache-control") == "no-store");
    CHECK(app.openapi().dump().find("internal") == std::string::npos);
}

TEST_CASE("who asks for OpenMetrics gets it, to its end") {
    metrics::counter hits{"open_hits_total", "Hits"};
    app app;
    app.use_metrics();
    std::string asked = "GET /metrics HTTP/1.1\r\nhost: test\r\naccept: application/openmetrics-text\r\n\r\n";
    std::string heard = talk::hear(app, {asked});
    CHECK(heard.find("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n") != heard.npos);
    std::string page = last_body(heard);
    CHECK(has(page, "# TYPE open_hits counter"));
    CHECK(has(page, "open_hits_total 0"));
    CHECK(has(page, "# UNIT process_cpu_seconds seconds"));
    CHECK(page.ends_with("\n# EOF\n"));
}

TEST_CASE("an app without metrics has nobody who follows its requests") {
    app app;
    CHECK(app.observers().empty());
}

TEST_CASE("several loops are one page, also when it is read while they count") {
    metrics::counter hits{"test_hits_total", "Hits"};
    app inside;
    inside.use_metrics();
    inside.get("/users/{id}", on_loop([](int) { return std::string("u"); }));
    app app;
    app.get("/hit", on_loop([&] {
                hits.inc();
                return std::string("x");
            }));
    app.get("/blocking", [] { return std::string("x"); });
    app.mount("/admin", std::move(inside));
    {
        loopback::running server(app, {.workers = 3});
        std::vector<std::thread> clients;
        for (int i = 0; i < 6; ++i)
            clients.emplace_back([&] {
                loopback::client one(server.port());
                for (int n = 0; n < 50; ++n) {
                    (void)one.get("/hit");
                    if (n % 10 == 0) (void)one.get("/blocking");
                    if (n % 10 == 5) (void)one.get("/admin/metrics");
                }
                (void)one.get("/admin/users/7");
            });
        for (std::thread& each : clients) each.join();
        std::string page = loopback::get(server.port(), "/admin/metrics").body;
        CHECK(has(page, "http_requests_total{method=\"GET\",route=\"/hit\",status=\"2xx\"} 300"));
        CHECK(has(page, "http_requests_total{method=\"GET\",route=\"/admin/users/{id}\",status=\"2xx\"} 6"));
        CHECK(has(page, "test_hits_total 300"));
        CHECK(has(page, "coracle_loops 3"));
        CHECK(has(page, "http_connections_total 7"));
        CHECK(has(page, "coracle_pool_calls_total{lane=\"user\"} 30"));
    }
    CHECK(app.state<server::metrics_page>().text().find("http_requests_total{") == std::string::npos);
}
