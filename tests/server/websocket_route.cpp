// websocket_route: handlers of WebSockets behind the whole of an app: binding, dependencies, middleware, refusals.
#include <coracle/server/websocket_route.hpp>

#include <coracle/app/mounted_app.hpp>
#include <coracle/app/header.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/require.hpp>
#include <coracle/app/background_tasks.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/server/metrics_page.hpp>
#include <coracle/testing/test_client.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct chat_user {
    std::string name;
};
std::vector<std::string> order_of_events;

generator<chat_user> chat_user_of(header<"x-name", std::optional<std::string>> name) {
    order_of_events.push_back("in");
    if (!name->has_value()) throw http_error(401, "who are you?");
    chat_user found{**name};
    co_yield found;
    order_of_events.push_back("out");
}
void insiders_only(header<"x-pass", std::optional<std::string>> pass) {
    if (!pass->has_value()) throw http_error(403, "insiders only");
}

void known_only(header<"x-token">) {}

app make_app() {
    app app;
    app.websocket("/say", [](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) co_await ws.send("you said " + message->text());
    });
    app.websocket("/rooms/{room}{?limit=10}", {.name = "room"},
                  [](websocket& ws, std::string room, int limit) -> task<> {
                      co_await ws.send(room + " " + std::to_string(limit));
                  });
    app.websocket("/by-hand/{room}{?q}", [](websocket& ws) -> task<> {
        co_await ws.accept();
        std::string said(ws.path("room"));
        said.append(" ").append(ws.query("q").value_or("-")).append(" ").append(ws.cookie("c").value_or("-"));
        said.append(" ").append(ws.headers()["x-a"]).append(" ").append(ws.client_address());
        co_await ws.send(said);
        while (auto message = co_await ws.receive()) continue;
    });
    app.websocket("/me", [](websocket& ws, depends<chat_user_of> me) -> task<> {
        co_await ws.send("hello " + me->name);
        while (auto message = co_await ws.receive()) co_await ws.send(me->name + ": " + message->text());
        order_of_events.push_back("handler");
    });
    app.websocket("/inside", {.dependencies = {require<insiders_only>}},
                  [](websocket& ws) -> task<> { co_await ws.send("welcome"); });
    app.websocket("/known", {.dependencies = {require<known_only>}},
                  [](websocket& ws) -> task<> { co_await ws.send("known"); });
    app.websocket("/known/me", {.dependencies = {require<known_only>}},
                  [](websocket& ws, depends<chat_user_of> me) -> task<> { co_await ws.send(me->name); });
    app.websocket("/throws", [](websocket& ws) -> task<> {
        auto message = co_await ws.receive();
        if (message->text() == "error") throw websocket_error(4002, "as you wish");
        throw std::runtime_error("broken");
    });
    app.websocket("/throws-before", [](websocket&) -> task<> {
        throw std::runtime_error("broken before");
        co_return;
    });
    app.websocket("/refuses", [](websocket&) -> task<> {
        throw http_error(418, "no tea");
        co_return;
    });
    app.websocket("/denies", [](websocket& ws) -> task<> {
        http::field_list fields;
        fields.set("x-why", "because");
        ws.deny(402, "pay", std::move(fields));
        co_return;
    });
    app.websocket("/closes", [](websocket& ws) -> task<> { co_await ws.close(1008); });
    app.websocket("/silent", [](websocket&) -> task<> { co_return; });
    app.websocket("/choose", {.subprotocols = {"v2", "v1"}}, [](websocket& ws) -> task<> {
        co_await ws.accept();
        co_await ws.send(ws.subprotocol());
    });
    app.websocket("/named", [](websocket& ws) -> task<> {
        http::field_list fields;
        fields.set("x-extra", "1");
        co_await ws.accept(ws.subprotocols().back(), std::move(fields));
    });
    app.websocket("/later", [](websocket& ws, background_tasks& later) -> task<> {
        later.add([]() -> task<> {
            order_of_events.push_back("background");
            co_return;
        }());
        while (auto message = co_await ws.receive()) continue;
        order_of_events.push_back("handler");
    });
    app.websocket("/sleeps", [](websocket& ws) -> task<> {
        co_await ws.accept();
        co_await sleep(100s);
        co_await ws.send("late");
    });
    app.get("/page", [](websocket&) -> task<std::string> { co_return "never"; });
    app.get("/url", [](request& asked) -> task<std::string> { co_return asked.url_for("room", "blue"); });
    return app;
}

}  // namespace

TEST_CASE("a client talks to a handler, and each sees how the other ends") {
    test_client client{make_app(), virtual_time};
    auto ws = client.websocket_connect("/say");
    REQUIRE(ws.accepted());
    ws.send("hello");
    CHECK(ws.receive_text() == "you said hello");
    CHECK(ws.ping() == 0ns);
    ws.close(1000, "bye");
    CHECK(ws.close_code() == 1000);
}

TEST_CASE("parameters are bound as in any route; what is wrong with them is 403, as before an accept in FastAPI") {
    test_client client{make_app(), virtual_time};
    auto ws = client.websocket_connect("/rooms/blue?limit=3");
    CHECK(ws.receive_text() == "blue 3");
    CHECK(!ws.receive());
    CHECK(ws.close_code() == 1000);  // the handler has returned
    auto wrong = client.websocket_connect("/rooms/blue?limit=many");
    CHECK(!wrong.accepted());
    CHECK(wrong.answer().status == 403);
    CHECK(wrong.answer().body.empty());
    CHECK_THROWS_AS(wrong.send("x"), std::logic_error);
    CHECK(client.get("/url").text() == "http://testserver/rooms/blue");
}

TEST_CASE("what was asked can be read as long as the WebSocket lives, long after the request has gone") {
    test_client client{make_app(), virtual_time};
    auto ws = client.websocket_connect("/by-hand/blue?q=7", {.headers = {{"x-a", "b"}}, .cookies = {{"c", "d"}}});
    CHECK(ws.receive_text() == "blue 7 d b testclient");
}

TEST_CASE("a dependency lives as long as the WebSocket, and may refuse it with a status of its own") {
    test_client client{make_app(), virtual_time};
    order_of_events.clear();
    auto refused = client.websocket_connect("/me");
    CHECK(refused.answer().status == 401);
    CHECK(refused.answer().body == R"({"detail":"who are you?"})");
    order_of_events.clear();
    auto ws = client.websocket_connect("/me", {.headers = {{"x-name", "ann"}}});
    CHECK(ws.receive_text() == "hello ann");
    ws.send("x");
    CHECK(ws.receive_text() == "ann: x");
    CHECK(order_of_events == std::vector<std::string>{"in"});
    ws.close();
    CHECK(order_of_events == std::vector<std::string>{"in", "handler", "out"});
}

TEST_CASE("what a route requires is required of WebSockets too") {
    test_client client{make_app(), virtual_time};
    CHECK(client.websocket_connect("/inside").answer().status == 403);
    auto ws = client.websocket_connect("/inside", {.headers = {{"x-pass", "1"}}});
    CHECK(ws.receive_text() == "welcome");
}

TEST_CASE("who leaves out what a dependency of the route reads is refused, whatever the handler itself needs") {
    test_client client{make_app(), virtual_time};
    for (const char* path : {"/known", "/known/me"}) {
        CAPTURE(std::string(path));
        CHECK(client.websocket_connect(path, {.headers = {{"x-name", "ann"}}}).answer().status == 403);
        auto ws = client.websocket_connect(path, {.headers = {{"x-name", "ann"}, {"x-token", "1"}}});
        CHECK(!ws.receive_text().empty());
    }
}

TEST_CASE("T16 an exception that nobody catches closes with 1011, a websocket_error with its code") {
    test_client client{make_app(), virtual_time};
    auto own = client.websocket_connect("/throws");
    own.send("error");
    CHECK(!own.receive());
    CHECK(own.close_code() == 4002);
    CHECK(own.close_reason() == "as you wish");
    auto other = client.websocket_connect("/throws");
    other.send("exception");
    CHECK_THROWS_WITH_AS(other.receive(), "broken", std::runtime_error);
    CHECK(other.close_code() == 1011);
    CHECK(other.close_reason().empty());  // W6: strangers are told nothing
}

TEST_CASE("before it is accepted, an exception is the answer: 500, the status of an http_error, or 403") {
    test_client client{make_app(), virtual_time, {.raise_server_exceptions = false}};
    CHECK(client.websocket_connect("/throws-before").answer().status == 500);
    CHECK(client.websocket_connect("/refuses").answer().body == R"({"detail":"no tea"})");
    CHECK(client.websocket_connect("/closes").answer().status == 403);
    CHECK(client.websocket_connect("/silent").answer().status == 403);
    auto denied = client.websocket_connect("/denies");
    CHECK(denied.answer().status == 402);
    CHECK(denied.answer().body == "pay");
    CHECK(denied.answer().headers["x-why"] == "because");
}

TEST_CASE("a subprotocol is one that both know, chosen by the route or by the handler") {
    test_client client{make_app(), virtual_time};
    auto both = client.websocket_connect("/choose", {}, {"v1", "v2"});
    CHECK(both.receive_text() == "v2");
    CHECK(both.subprotocol() == "v2");
    auto none = client.websocket_connect("/choose", {}, {"v3"});
    CHECK(none.receive_text() == "");
    CHECK(none.answer().headers["sec-websocket-protocol"].empty());
    auto named = client.websocket_connect("/named", {}, {"a", "b"});
    CHECK(named.subprotocol() == "b");
    CHECK(named.answer().headers["x-extra"] == "1");
}

TEST_CASE("background tasks run when the WebSocket has ended") {
    test_client client{make_app(), virtual_time};
    order_of_events.clear();
    auto ws = client.websocket_connect("/later");
    CHECK(order_of_events.empty());
    ws.close();
    CHECK(order_of_events == std::vector<std::string>{"handler", "background"});
}

TEST_CASE("a client that leaves while the handler sleeps is no failure") {
    test_client client{make_app(), virtual_time};
    {
        auto ws = client.websocket_connect("/sleeps");
        CHECK(ws.accepted());
        ws.cut();
    }
    client.wait(200s);
    CHECK(client.get("/url").status == 200);
}

TEST_CASE("middleware sees the handshake, and may refuse it, or add to its answer") {
    app app = make_app();
    app.use([](request& asked, next next) -> task<response> {
        auto reply = co_await next(asked);
        reply.headers.set("x-seen", std::to_string(reply.status));
        if (asked.query("forbidden")) reply = response(451);
        co_return reply;
    });
    test_client client{app, virtual_time};
    auto ws = client.websocket_connect("/say");
    CHECK(ws.answer().headers["x-seen"] == "101");
    ws.send("hello");
    CHECK(ws.receive_text() == "you said hello");
    auto refused = client.websocket_connect("/by-hand/blue?forbidden=1&q=1");
    CHECK(refused.answer().status == 451);
    auto gone = client.websocket_connect("/me?forbidden=1", {.headers = {{"x-name", "ann"}}});
    CHECK(gone.answer().status == 451);
    CHECK(client.get("/url").headers["x-seen"] == "200");
}

TEST_CASE("routers and mounted apps have WebSockets too") {
    router group("/v1");
    group.websocket("/say/{name}", [](websocket& ws, std::string name) -> task<> { co_await ws.send(name); });
    app app;
    app.include(group);
    app.mount("/below", make_app());
    test_client client{app, virtual_time};
    CHECK(client.websocket_connect("/v1/say/ann").receive_text() == "ann");
    auto ws = client.websocket_connect("/below/by-hand/red?q=1");
    CHECK(ws.receive_text() == "red 1 -  testclient");
    auto throws = client.websocket_connect("/below/throws");
    throws.send("exception");
    CHECK_THROWS_AS(throws.receive(), std::runtime_error);
}

TEST_CASE("a plain request of a WebSocket's route is told to upgrade: 426") {
    test_client client{make_app(), virtual_time};
    auto plain = client.get("/say");
    CHECK(plain.status == 426);
    CHECK(plain.headers["upgrade"] == "websocket");
    CHECK(plain.headers["sec-websocket-version"] == "13");
    CHECK(client.get("/say").status == 426);  // on the same connection
    CHECK(client.post("/say").status == 405);
    CHECK_THROWS_AS(client.get("/page"), std::logic_error);
}

TEST_CASE("D17 wrong handshakes are refused, each in a sentence") {
    test_client client{make_app(), virtual_time};
    auto status = [&](std::vector<test_pair> headers) {
        auto ws = client.websocket_connect("/say", {.headers = std::move(headers)});
        return ws.answer().status;
    };
    test_pair upgrade{"upgrade", "WebSocket"}, connection{"connection", "keep-alive, UPGRADE"};
    test_pair version{"sec-websocket-version", "13"}, key{"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="};
    CHECK(status({upgrade, connection, version, key}) == 101);
    CHECK(status({{"upgrade", "h2c"}, connection, version, key}) == 426);
    CHECK(status({upgrade, {"connection", "close"}, version, key}) == 400);
    CHECK(status({upgrade, connection, {"sec-websocket-version", "8"}, key}) == 426);
    CHECK(status({upgrade, connection, version}) == 400);
    CHECK(status({upgrade, connection, version, {"sec-websocket-key", "short"}}) == 400);
    CHECK(status({upgrade, connection, version, key, key}) == 400);
    CHECK(status({upgrade, connection, version, key, {"sec-websocket-protocol", "a b"}}) == 400);
    CHECK(status({upgrade, connection, version, key, {"content-length", "3"}}) == 400);
}

TEST_CASE("D17 a page of another origin may not use a user's cookies") {
    app app;
    auto hello = [](websocket& ws) -> task<> { co_await ws.send("hello"); };
    app.websocket("/usual", hello);
    app.websocket("/listed", {.allow_origins = {"https://friend.example"}}, hello);
    app.websocket("/all", {.allow_origins = {"*"}}, hello);
    test_client client{app, virtual_time};
    auto status = [&](std::string_view url, std::string_view origin, bool cookie) {
        test_options with{.headers = {{"origin", origin}}};
        if (cookie) with.cookies.emplace_back("session", "1");
        auto ws = client.websocket_connect(url, with);
        return ws.answer().status;
    };
    CHECK(status("/usual", "http://testserver", true) == 101);
    CHECK(status("/usual", "https://evil.example", true) == 403);
    CHECK(status("/usual", "null", true) == 403);
    CHECK(status("/usual", "https://evil.example", false) == 101);
    CHECK(status("/listed", "https://friend.example", true) == 101);
    CHECK(status("/listed", "https://evil.example", false) == 403);
    CHECK(status("/listed", "http://testserver:80", false) == 101);
    CHECK(status("/all", "https://evil.example", true) == 101);
    CHECK(client.websocket_connect("/listed").accepted());  // no page, no Origin
}

TEST_CASE("metrics tell how many WebSockets are open, what went over them, and how they ended") {
    app app = make_app();
    app.use_metrics();
    test_client client{app, virtual_time};
    CHECK(client.get("/metrics").text().find("websocket_") == std::string::npos);
    auto open = client.websocket_connect("/say");
    open.send("hello");
    CHECK(open.receive_text() == "you said hello");
    {
        auto closed = client.websocket_connect("/say");
        closed.close(4000);
    }
    {
        auto cut = client.websocket_connect("/say");
    }
    std::string page = client.get("/metrics").text();
    for (const char* line : {"websocket_open 1\n", "websocket_messages_total{direction=\"in\"} 1\n",
                             "websocket_messages_total{direction=\"out\"} 1\n",
                             "websocket_closed_total{code=\"1006\"} 1\n", "websocket_closed_total{code=\"other\"} 1\n"})
        CHECK_MESSAGE(page.find(line) != std::string::npos, line);
}

TEST_CASE("the documentation does not list WebSockets, which are no operations") {
    app app = make_app();
    CHECK(!app.openapi()["paths"].contains("/say"));
    CHECK(app.openapi()["paths"].contains("/url"));
}
