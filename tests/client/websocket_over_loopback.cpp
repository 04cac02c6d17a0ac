// Scenario: our WebSocket client and our server, over sockets.
#include <coracle/async/gather.hpp>
#include <coracle/client/websocket_client.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/server/websocket_route.hpp>

#include <doctest/doctest.h>

#include <server/loopback.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

void add_routes(app& app) {
    app.websocket("/echo", [](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) co_await ws.send(*message);
    });
    app.websocket("/chat", {.subprotocols = {"v2", "v1"}}, [](websocket& ws) -> task<> {
        co_await ws.accept();
        co_await ws.send(ws.subprotocol());
    });
    app.websocket("/fails", [](websocket& ws) -> task<> {
        co_await ws.accept();
        throw std::runtime_error("no");
    });
    app.websocket("/never", [](websocket& ws) -> task<> {
        ws.deny(409);
        co_return;
    });
}

websocket_client client_of(const loopback::running& server, std::vector<std::string> subprotocols = {}) {
    websocket_client_options options;
    options.http.base_url = "ws://127.0.0.1:" + std::to_string(server.port());
    options.subprotocols = std::move(subprotocols);
    return websocket_client(std::move(options));
}

task<int> echo_many(websocket_client by, int messages) {
    auto ws = co_await by.connect("/echo");
    int good = 0;
    for (int i = 0; i < messages; ++i) {
        std::string text = "message " + std::to_string(i) + std::string(static_cast<std::size_t>(i * 37 % 5000), '.');
        co_await ws->send(text);
        auto same = co_await ws->receive();
        good += same && same->is_text() && same->bytes() == text ? 1 : 0;
    }
    co_await ws->close();
    co_return good;
}

}  // namespace

TEST_CASE("a websocket_client and the server agree about messages of every size, whole and in pieces") {
    app app;
    add_routes(app);
    loopback::running server(app);
    run(timeout(60s, [](websocket_client by) -> task<> {
        auto ws = co_await by.connect("/echo");
        for (std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 3'000'000U}) {
            const std::string bytes(size, '\xFE');
            co_await ws->send_bytes(bytes);
            auto same = co_await ws->receive();
            REQUIRE(same);
            CHECK(!same->is_text());
            CHECK(same->size() == size);
            CHECK(same->bytes() == bytes);
            auto out = ws->begin(ws::data_kind::text);
            co_await out.write("begin ");
            const std::string rest(size, 'x');
            co_await out.write(rest);
            co_await out.end();
            same = co_await ws->receive();
            REQUIRE(same);
            CHECK(same->text() == "begin " + rest);
        }
        auto took = co_await ws->ping();
        CHECK(took < 10s);
        co_await ws->close(4000, "done");
        CHECK(ws->close_code() == 4000);
    }(client_of(server))));
}

TEST_CASE("a websocket_client and the server agree about subprotocols, refusals and failures") {
    app app;
    add_routes(app);
    loopback::running server(app);
    run(timeout(60s, [](websocket_client plain, websocket_client offering) -> task<> {
        auto ws = co_await offering.connect("/chat");
        CHECK(ws->subprotocol() == "v1");
        auto chosen = co_await ws->receive();
        REQUIRE(chosen);
        CHECK(chosen->text() == "v1");
        auto none = co_await ws->receive();
        CHECK(!none);
        CHECK(ws->close_code() == 1000);
        ws = co_await plain.connect("/fails");
        none = co_await ws->receive();
        CHECK(!none);
        CHECK(ws->close_code() == 1011);
        for (auto [path, expected] : {std::pair<const char*, int>{"/never", 409}, {"/nowhere", 404}}) {
            int status = 0;
            try {
                auto refused = co_await plain.connect(path);
            } catch (const status_error& why) {
                status = why.status();
            }
            CHECK(status == expected);
        }
    }(client_of(server), client_of(server, {"v9", "v1"}))));
}

TEST_CASE("fifty websocket_clients at once each hear what they said") {
    app app;
    add_routes(app);
    loopback::running server(app);
    int good = run(timeout(120s, [](websocket_client by) -> task<int> {
        std::vector<task<int>> all;
        for (int i = 0; i < 50; ++i) all.push_back(echo_many(by, 40));
        std::vector<int> counts = co_await gather(std::move(all));
        int sum = 0;
        for (int count : counts) sum += count;
        co_return sum;
    }(client_of(server))));
    CHECK(good == 50 * 40);
}
