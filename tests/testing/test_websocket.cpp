#include <coracle/testing/test_websocket.hpp>

#include <coracle/loop/sleep.hpp>
#include <coracle/server/websocket_route.hpp>
#include <coracle/testing/test_client.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {
struct reading {
    std::string sensor;
    double value = 0;
};
app make_app(std::string& end) {
    app app;
    app.websocket("/json", [](websocket& ws) -> task<> {
        while (auto got = co_await ws.receive_json<reading>()) {
            got->value *= 2;
            co_await ws.send_json(*got);
        }
    });
    app.websocket("/ticks", [](websocket& ws) -> task<> {
        for (int i = 0; i < 3; ++i) {
            co_await sleep(60s);
            co_await ws.send_bytes(std::to_string(i));
        }
    });
    app.websocket("/end", [&end](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) continue;
        end = std::to_string(ws.close_code()) + " " + ws.close_reason();
    });
    app.websocket("/silent", [](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) continue;
    });
    return app;
}
}  // namespace

TEST_CASE("a test talks to a WebSocket call by call") {
    std::string end;
    test_client client{make_app(end)};
    auto ws = client.websocket_connect("/json");
    ws.send_json(reading{"north", 1.5});
    CHECK(ws.receive_json<reading>().value == 3);
    ws.send("no json");
    CHECK(!ws.receive());
    CHECK(ws.close_code() == 1007);
    CHECK_THROWS_AS(ws.receive_text(), websocket_closed);
    CHECK_THROWS_AS(ws.send("x"), websocket_closed);
}

TEST_CASE("hours pass in no time, and pings are answered in them") {
    std::string end;
    test_client client{make_app(end), virtual_time};
    auto ws = client.websocket_connect("/ticks");
    CHECK(ws.receive_bytes() == "0");
    CHECK(client.elapsed() == 60s);
    CHECK(ws.receive_bytes() == "1");
    CHECK(ws.receive_bytes() == "2");
    CHECK(!ws.receive());
    CHECK(client.elapsed() == 180s);
}

TEST_CASE("the handler sees how a test leaves") {
    std::string end;
    test_client client{make_app(end), virtual_time};
    {
        auto ws = client.websocket_connect("/end");
    }
    CHECK(end == "1006 ");
    auto ws = client.websocket_connect("/end");
    ws.close(4000, "enough");
    CHECK(end == "4000 enough");
    CHECK(!ws.is_open());
}

TEST_CASE("a message that never comes is told, and no endless wait") {
    std::string end;
    test_client client{make_app(end), virtual_time};
    auto ws = client.websocket_connect("/silent");
    CHECK_THROWS_AS(ws.receive(), std::runtime_error);
    CHECK(ws.is_open());
}

TEST_CASE("the client may go while a WebSocket is open") {
    std::string end;
    test_client client{make_app(end), virtual_time};
    auto ws = client.websocket_connect("/end");
    client.close();
    CHECK(!end.empty());
}
