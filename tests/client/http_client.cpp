#include <coracle/app/app.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/app_transport.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <client/scripted_upstream.hpp>
#include <server/loopback.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

struct user {
    int id = 0;
    std::string name;
};

// What api.md promises, as it is written there.
task<user> fetch_user(http_client& http, int id) {
    auto reply = co_await http.get("/users/" + std::to_string(id)).query("full", "1").header("accept-language", "en");
    reply.raise_for_status();
    co_return reply.json<user>();
}

app upstream_app() {
    app made;
    made.get("/users/{id}", [](int id) -> task<user> {
        if (id == 404) throw http_error(404, "User not found");
        co_return {.id = id, .name = "user " + std::to_string(id)};
    });
    made.post("/echo", [](request& req) -> task<response> {
        std::string text = co_await req.body.text();
        response reply(200, std::move(text));
        reply.headers.set("x-type", req.headers["content-type"]);
        co_return reply;
    });
    made.get("/stream", []() -> generator<std::string> {
        for (int i = 0; i < 100; ++i) co_yield std::string(10'000, static_cast<char>('a' + i % 26));
    });
    made.get("/wait/{ms}", [](int ms) -> task<int> {
        co_await sleep(std::chrono::milliseconds(ms));
        co_return ms;
    });
    return made;
}
std::string at(const loopback::running& server) { return "http://127.0.0.1:" + std::to_string(server.port()); }

std::chrono::milliseconds since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}
// Sanitizers and a busy machine stretch times; the upper bounds below are meant for a quiet one.
constexpr auto slack = 1500ms;

}  // namespace

TEST_CASE("a client is a handle that is made and copied anywhere") {
    http_client one{{.base_url = "https://api.example.com", .timeout = 5s}};
    http_client other = one;
    CHECK(sizeof(other) <= 2 * sizeof(void*));
    CHECK(std::is_nothrow_move_constructible_v<http_client>);
}

TEST_CASE("a client and a server of coracle understand one another") {
    app served = upstream_app();
    loopback::running upstream(served);
    http_client http{{.base_url = at(upstream)}};
    run([](http_client& with) -> task<> {
        user ada = co_await fetch_user(with, 7);
        CHECK(ada.name == "user 7");
        bool missing = false;
        try {
            user nobody = co_await fetch_user(with, 404);
            CHECK(nobody.id == 0);
        } catch (const status_error& why) {
            missing = true;
            CHECK(why.status() == 404);
            CHECK(
                std::string(why.what()).ends_with("was answered with 404 Not Found: {\"detail\":\"User not found\"}"));
        }
        CHECK(missing);
        std::string large(3'000'000, 'y');
        auto echoed = co_await with.post("/echo").body(large, "text/plain");
        CHECK(echoed.text() == large);
        CHECK(echoed.headers["x-type"] == "text/plain");
        auto streamed = co_await with.get("/stream").stream();
        std::size_t bytes = 0;
        while (auto piece = co_await streamed.read()) bytes += piece->size();
        CHECK(bytes == 1'000'000);
        auto refused = co_await with.request("BREW", "/users/1");
        CHECK(refused.status == 405);
    }(http));
    // The same handle on another loop, and on another thread.
    user again = run(fetch_user(http, 8));
    CHECK(again.id == 8);
    std::thread elsewhere([&http] { CHECK(run(fetch_user(http, 9)).id == 9); });
    elsewhere.join();
}

TEST_CASE("T07: a hundred clients are answered from an upstream that takes a second, in hardly more than a second") {
    app behind = upstream_app();
    loopback::running upstream(behind);
    http_client http{{.base_url = at(upstream), .timeout = 10s}};
    app front;
    front.get("/user/{id}", [&](int id) -> task<int> {
        auto reply = co_await http.get("/wait/1000");
        co_return id + reply.raise_for_status().json<int>();
    });
    front.get("/health", []() -> task<json> { co_return json{{"status", "healthy"}}; });
    loopback::running server(front);
    http_client outside{{.base_url = at(server), .timeout = 20s, .limits = {.connections = 200}}};
    auto begin = std::chrono::steady_clock::now();
    auto slowest = run([](http_client& from) -> task<std::chrono::milliseconds> {
        std::vector<task<http_reply>> all;
        for (int i = 0; i < 100; ++i) all.push_back(from.get("/user/" + std::to_string(i)).send());
        auto users = spawn(gather(std::move(all)));
        // T23: meanwhile the page that says how it is comes at once.
        std::chrono::milliseconds worst{0};
        for (int i = 0; i < 20; ++i) {
            co_await sleep(25ms);
            auto asked = std::chrono::steady_clock::now();
            auto health = co_await from.get("/health");
            CHECK(health.text() == "{\"status\":\"healthy\"}");
            worst = std::max(worst, since(asked));
        }
        auto replies = co_await users;
        for (int i = 0; i < 100; ++i) CHECK(replies[static_cast<std::size_t>(i)].json<int>() == 1000 + i);
        co_return worst;
    }(outside));
    CHECK(since(begin) >= 1000ms);
    CHECK(since(begin) < 1200ms + slack);
    MESSAGE("T23: /health under the load of T07 took at most " << slowest.count() << " ms");
    CHECK(slowest < 20ms + slack);
}

TEST_CASE("T07 T23: on a clock that only waits move, a hundred take a second to the nanosecond, and /health no time") {
    auto work = []() -> task<> {
        auto upstream = std::make_shared<app_transport>(upstream_app());
        http_client http{{.base_url = "http://upstream.test", .timeout = 10s, .transport = upstream}};
        app front;
        front.get("/user/{id}", [&](int id) -> task<int> {
            auto reply = co_await http.get("/wait/1000");
            co_return id + reply.raise_for_status().json<int>();
        });
        front.get("/health", []() -> task<json> { co_return json{{"status", "healthy"}}; });
        auto server = std::make_shared<app_transport>(std::move(front));
        http_client outside{{.base_url = "http://front.test", .limits = {.connections = 200}, .transport = server}};
        auto begin = loop::now();
        std::vector<task<http_reply>> all;
        for (int i = 0; i < 100; ++i) all.push_back(outside.get("/user/" + std::to_string(i)).send());
        auto users = spawn(gather(std::move(all)));
        for (int i = 0; i < 20; ++i) {
            co_await sleep(25ms);
            auto asked = loop::now();
            auto health = co_await outside.get("/health");
            CHECK(health.text() == "{\"status\":\"healthy\"}");
            CHECK(loop::now() == asked);
        }
        auto replies = co_await users;
        CHECK(loop::now() - begin == 1s);
        for (int i = 0; i < 100; ++i) CHECK(replies[static_cast<std::size_t>(i)].json<int>() == 1000 + i);
        co_await server->close();
        co_await upstream->close();
    };
    run(virtual_time, work());
}

TEST_CASE(
    "T08 T09: on that clock a second wave opens no connection, three take as long as the longest, and a failure ends "
    "them") {
    auto work = []() -> task<> {
        auto upstream = std::make_shared<client::scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            while (true) {
                std::string asked = co_await client::next_request(line);
                if (asked.empty()) co_return;
                auto wait = ascii::parse_decimal<unsigned>(asked.substr(5, asked.find(' ', 5) - 5)).value();
                co_await sleep(std::chrono::milliseconds(wait));
                line.push(client::answer("done", wait == 100 ? 500 : 200));
            }
        });
        auto asks = [&](int ms) -> task<int> {  // a client of its own for each call
            http_client http{{.base_url = "http://upstream.test", .timeout = 2min, .transport = upstream}};
            auto reply = co_await http.get("/" + std::to_string(ms));
            reply.raise_for_status();
            co_return ms;
        };
        for (int wave = 1; wave <= 2; ++wave) {
            auto begin = loop::now();
            std::vector<task<int>> all;
            for (int i = 0; i < 20; ++i) all.push_back(asks(1000));
            auto done = co_await gather(std::move(all));
            CHECK(done.size() == 20);
            CHECK(loop::now() - begin == 1s);
            CHECK(upstream->opened == 20);
        }
        auto begin = loop::now();
        auto [a, b, c] = co_await gather(asks(500), asks(501), asks(502));
        CHECK(a + b + c == 1503);
        CHECK(loop::now() - begin == 502ms);
        begin = loop::now();
        bool failed = false;
        try {
            auto [d, e, f] = co_await gather(asks(60'000), asks(100), asks(60'000));
            CHECK(d + e + f == 0);
        } catch (const status_error& why) {
            failed = why.status() == 500;
        }
        CHECK(failed);
        CHECK(loop::now() - begin == 100ms);
        CHECK(upstream->opened == 20);
    };
    run(virtual_time, work());
}

TEST_CASE("T08: clients made for each call, as beginners do, use the connections of those before") {
    app behind = upstream_app();
    loopback::running upstream(behind);
    std::atomic<int> connections{0};
    std::string base = at(upstream);
    run([](std::string to, std::atomic<int>& seen) -> task<> {
        auto wave = [&]() -> task<> {
            std::vector<task<http_reply>> all;
            for (int i = 0; i < 10; ++i) all.push_back(http_client().get(to + "/wait/50").send());
            auto replies = co_await gather(std::move(all));
            for (const http_reply& each : replies) CHECK(each.ok());
            seen = static_cast<int>(loop::reactor::current().own<client::loop_pools>().of({}).open());
        };
        co_await wave();
        CHECK(seen == 10);
        co_await wave();
        CHECK(seen == 10);
        CHECK(loop::reactor::current().own<client::loop_pools>().of({}).idle() == 10);
    }(base, connections));
}

TEST_CASE("T09: three requests at once take as long as one, and the first failure cancels the others") {
    app behind = upstream_app();
    behind.get("/broken", []() -> task<int> {
        co_await sleep(100ms);
        throw http_error(500, "broken");
    });
    loopback::running upstream(behind);
    http_client http{{.base_url = at(upstream)}};
    run([](http_client& from) -> task<> {
        auto get = [](http_client& by, std::string path) -> task<int> {
            auto reply = co_await by.get(path);
            co_return reply.raise_for_status().json<int>();
        };
        auto begin = std::chrono::steady_clock::now();
        auto [a, b, c] = co_await gather(get(from, "/wait/500"), get(from, "/wait/501"), get(from, "/wait/502"));
        CHECK(a + b + c == 1503);
        CHECK(since(begin) >= 502ms);
        CHECK(since(begin) < 550ms + slack);
        begin = std::chrono::steady_clock::now();
        bool failed = false;
        try {
            auto [d, e, f] = co_await gather(get(from, "/wait/60000"), get(from, "/broken"), get(from, "/wait/60000"));
            CHECK(d + e + f == 0);
        } catch (const status_error& why) {
            failed = why.status() == 500;
        }
        CHECK(failed);
        CHECK(since(begin) < 150ms + slack);
        client::connection_pool& pool = loop::reactor::current().own<client::loop_pools>().of({});
        CHECK(pool.open() == pool.idle());
    }(http));
}

TEST_CASE("T26: a joke comes through, a dead upstream is 502 at once, and a mute one after the read timeout") {
    app behind;
    behind.get("/joke", []() -> task<json> { co_return json{{"joke", "I would tell you a UDP joke"}}; });
    behind.get("/mute", []() -> task<> { co_await sleep(1min); });
    loopback::running upstream(behind);
    http_client http{{.timeout = 5s}};
    std::string alive = at(upstream);
    app front;
    front.on_error<request_error>([](const request_error&, request&) { return response(502); });
    front.get("/joke", [&]() -> task<json> {
        auto reply = co_await http.get(alive + "/joke");
        co_return reply.json();
    });
    front.get("/dead", [&]() -> task<json> {
        auto reply = co_await http.get("http://127.0.0.1:1/joke");
        co_return reply.json();
    });
    front.get("/mute", [&]() -> task<json> {
        auto reply = co_await http.get(alive + "/mute").timeout(200ms);
        co_return reply.json();
    });
    loopback::running server(front);
    CHECK(loopback::get(server.port(), "/joke").body == R"({"joke":"I would tell you a UDP joke"})");
    auto begin = std::chrono::steady_clock::now();
    CHECK(loopback::get(server.port(), "/dead").status == 502);
    CHECK(since(begin) < slack);
    begin = std::chrono::steady_clock::now();
    CHECK(loopback::get(server.port(), "/mute").status == 502);
    CHECK(since(begin) >= 200ms);
    CHECK(since(begin) < 200ms + slack);
}
