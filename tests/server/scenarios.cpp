// The acceptance scenarios of the server: what a user of FastAPI would try first, each with its id.
#include "loopback.hpp"

#include <coracle/app/bearer.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/generator.hpp>
#include <coracle/loop/sleep.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

std::chrono::milliseconds taken(const std::function<void()>& what) {
    auto begin = std::chrono::steady_clock::now();
    what();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
}

// Sanitizers and a busy machine stretch times; the upper bounds below are meant for a quiet one.
constexpr auto slack = 1500ms;

}  // namespace

TEST_CASE("T01: a handler that waits does not hold up another one, and both run on the same thread") {
    app app;
    std::thread::id slow_thread;
    std::thread::id fast_thread;
    app.get("/slow", [&]() -> task<std::string> {
        co_await sleep(500ms);
        slow_thread = std::this_thread::get_id();
        co_return "slow";
    });
    app.get("/fast", [&]() -> task<std::string> {
        fast_thread = std::this_thread::get_id();
        co_return "fast";
    });
    loopback::running server(app);
    loopback::client first(server.port());
    loopback::client second(server.port());
    auto begin = std::chrono::steady_clock::now();
    first.send("GET /slow HTTP/1.1\r\nhost: test\r\n\r\n");
    CHECK(second.get("/fast").body == "fast");
    auto fast = std::chrono::steady_clock::now() - begin;
    CHECK(first.receive().body == "slow");
    auto slow = std::chrono::steady_clock::now() - begin;
    CHECK(fast < 500ms);
    CHECK(slow >= 500ms);
    CHECK(slow < 500ms + slack);
    CHECK(slow_thread == fast_thread);
}

TEST_CASE("T02: answers come in the order of their waits, not of their requests") {
    app app;
    app.get("/wait/{ms}", [](int ms) -> task<int> {
        co_await sleep(std::chrono::milliseconds(ms));
        co_return ms;
    });
    loopback::running server(app);
    std::mutex mutex;
    std::vector<int> order;
    auto total = taken([&] {
        std::vector<std::thread> clients;
        for (int ms : {900, 300, 600})
            clients.emplace_back([&, ms] {
                CHECK(loopback::get(server.port(), "/wait/" + std::to_string(ms)).body == std::to_string(ms));
                std::lock_guard lock(mutex);
                order.push_back(ms);
            });
        for (auto& each : clients) each.join();
    });
    CHECK(order == std::vector<int>{300, 600, 900});
    CHECK(total < 900ms + slack);
}

TEST_CASE("T03: five hundred routes and two hundred clients: every answer is right") {
    app app;
    std::deque<std::string> patterns;
    for (int i = 0; i < 250; ++i) {
        patterns.push_back("/static" + std::to_string(i));
        app.get(runtime_pattern(patterns.back()), on_loop([i] { return i; }));
        patterns.push_back("/items" + std::to_string(i) + "/{id}");
        app.get(runtime_pattern(patterns.back()), on_loop([](int id) { return id; }));
    }
    loopback::running server(app);
    constexpr int threads = 4, clients_each = 50, requests = 20000;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> crowd;
    for (int t = 0; t < threads; ++t)
        crowd.emplace_back([&, t] {
            std::vector<loopback::client> clients;
            for (int c = 0; c < clients_each; ++c) clients.emplace_back(server.port());
            for (int n = 0; n < requests / threads; n += clients_each) {
                for (int c = 0; c < clients_each; ++c) {
                    int which = (n + c * 7 + t) % 250;
                    clients[static_cast<std::size_t>(c)].send(
                        (c % 3 == 2   ? "GET /nowhere" + std::to_string(which)
                         : c % 3 == 1 ? "GET /items" + std::to_string(which) + "/" + std::to_string(n + c)
                                      : "GET /static" + std::to_string(which)) +
                        " HTTP/1.1\r\nhost: test\r\n\r\n");
                }
                for (int c = 0; c < clients_each; ++c) {
                    int which = (n + c * 7 + t) % 250;
                    auto got = clients[static_cast<std::size_t>(c)].receive();
                    bool right = c % 3 == 2   ? got.status == 404 && got.body == R"({"detail":"Not Found"})"
                                 : c % 3 == 1 ? got.status == 200 && got.body == std::to_string(n + c)
                                              : got.status == 200 && got.body == std::to_string(which);
                    if (!right) ++wrong;
                }
            }
        });
    for (auto& each : crowd) each.join();
    CHECK(wrong == 0);
}

TEST_CASE("T05: the hello program answers byte for byte") {
    app app;
    app.get("/", []() -> task<json> { co_return json{{"message", "Hello, world!"}}; });
    loopback::running server(app);
    auto got = loopback::get(server.port(), "/");
    CHECK(got.status == 200);
    CHECK(got.body == R"({"message":"Hello, world!"})");
    CHECK(got.field("content-type") == "application/json");
    CHECK(got.field("content-length") == "27");
}

TEST_CASE("T06: two hundred slow requests take as long as one") {
    app app;
    app.get("/slow", []() -> task<json> {
        co_await sleep(2s);
        co_return json{{"message", "This took 2 seconds"}};
    });
    loopback::running server(app);
    auto one =
        taken([&] { CHECK(loopback::get(server.port(), "/slow").body == R"({"message":"This took 2 seconds"})"); });
    CHECK(one >= 2s);
    CHECK(one < 2s + slack);
    auto all = taken([&] {
        std::vector<loopback::client> clients;
        for (int i = 0; i < 200; ++i) clients.emplace_back(server.port());
        for (auto& each : clients) each.send("GET /slow HTTP/1.1\r\nhost: test\r\n\r\n");
        for (auto& each : clients) CHECK(each.receive().status == 200);
    });
    CHECK(all >= 2s);
    CHECK(all < 2s + slack);
}

TEST_CASE("T24: blocking handlers fill the pool and no more, while the loop goes on") {
    app app;
    constexpr std::size_t pool = 8;
    app.get("/sync", [] {
        std::this_thread::sleep_for(700ms);
        return json{{"message", "Done"}};
    });
    app.get("/async", []() -> task<json> { co_return json{{"message", "Done"}}; });
    loopback::running server(app, {.threads = pool});
    auto wave = [&](std::size_t count) {
        return taken([&] {
            std::vector<loopback::client> clients;
            for (std::size_t i = 0; i < count; ++i) clients.emplace_back(server.port());
            for (auto& each : clients) each.send("GET /sync HTTP/1.1\r\nhost: test\r\n\r\n");
            loopback::client quick(server.port());
            auto longest = 0ms;
            for (int i = 0; i < 50; ++i)
                longest = std::max(longest, taken([&] { CHECK(quick.get("/async").status == 200); }));
            CHECK(longest < 700ms);
            for (auto& each : clients) CHECK(each.receive().body == R"({"message":"Done"})");
        });
    };
    auto full = wave(pool);
    CHECK(full >= 700ms);
    CHECK(full < 1400ms);
    CHECK(wave(pool + 1) >= 1400ms);
}

TEST_CASE("T25: a thousand requests that wait three seconds take three seconds") {
    app app;
    app.get("/delayed", []() -> task<json> {
        co_await sleep(3s);
        co_return json{{"message", "Waited 3 seconds"}};
    });
    app.get("/async", []() -> task<json> { co_return json{{"message", "Done"}}; });
    loopback::running server(app);
    CHECK(loopback::get(server.port(), "/async").body == R"({"message":"Done"})");
    auto all = taken([&] {
        std::vector<loopback::client> clients;
        for (int i = 0; i < 1000; ++i) clients.emplace_back(server.port());
        for (auto& each : clients) each.send("GET /delayed HTTP/1.1\r\nhost: test\r\n\r\n");
        for (auto& each : clients) CHECK(each.receive().body == R"({"message":"Waited 3 seconds"})");
    });
    CHECK(all >= 3s);
    CHECK(all < 3s + 2 * slack);
}

TEST_CASE("T33: changing only the return type from T to task<T> changes nothing for the client, only the thread") {
    app app;
    std::thread::id plain;
    std::thread::id coroutine;
    app.get("/plain/{n}", [&](int n) -> json {
        plain = std::this_thread::get_id();
        if (n == 0) throw http_error(404, "none");
        return json{{"n", n}};
    });
    app.get("/coroutine/{n}", [&](int n) -> task<json> {
        coroutine = std::this_thread::get_id();
        if (n == 0) throw http_error(404, "none");
        co_return json{{"n", n}};
    });
    std::thread::id loop;
    app.get("/loop", on_loop([&] { loop = std::this_thread::get_id(); }));
    loopback::running server(app);
    loopback::client client(server.port());
    CHECK(client.get("/loop").status == 204);
    for (std::string_view n : {"7", "0", "x"}) {
        auto a = client.get("/plain/" + std::string(n));
        auto b = client.get("/coroutine/" + std::string(n));
        CHECK(a.status == b.status);
        CHECK(a.body == b.body);
        CHECK(a.field("content-type") == b.field("content-type"));
    }
    CHECK(coroutine == loop);
    CHECK(plain != loop);
}

namespace {
struct upload {
    std::string text;
};
int known_user(bearer_token token) {
    if (*token != "ann") throw http_error(401, "Not authenticated", {{"www-authenticate", "Bearer"}});
    return 7;
}
}  // namespace

TEST_CASE("a refused upload is refused before the client is asked for a byte of it") {
    app app;
    app.post("/upload", [](depends<known_user> user, upload in) -> task<json> {
        co_return json{{"user", *user}, {"size", in.text.size()}};
    });
    loopback::running server(app);
    const std::string head =
        "POST /upload HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n";
    {
        loopback::client client(server.port());
        client.send(head + "authorization: Bearer bob\r\ncontent-length: 5000000\r\n\r\n");
        auto refused = client.receive();
        CHECK(refused.status == 401);
        CHECK(refused.body == R"({"detail":"Not authenticated"})");
        CHECK(client.closed());
    }
    loopback::client client(server.port());
    std::string body = R"({"text":"hello"})";
    client.send(head + "authorization: Bearer ann\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n");
    CHECK(client.receive().status == 100);
    client.send(body);
    CHECK(client.receive().body == R"({"user":7,"size":5})");
}

TEST_CASE("T14: a mail that is sent by a function that blocks holds nobody up") {
    app app;
    std::atomic<bool> sent = false;
    app.post("/register{?user_email}", [&](std::string user_email, background_tasks& background) -> task<json> {
        background.add(
            [&sent](const std::string&) {
                std::this_thread::sleep_for(1s);  // what a blocking mail library does
                sent = true;
            },
            user_email);
        co_return json{{"message", "Registered " + user_email}};
    });
    app.get("/health", []() -> task<json> { co_return json{{"status", "healthy"}}; });
    loopback::running server(app);
    loopback::client client(server.port());
    auto answered = taken([&] {
        auto got = client.post("/register?user_email=ann@example.com", "");
        CHECK(got.status == 200);
        CHECK(got.body == R"({"message":"Registered ann@example.com"})");
    });
    CHECK(answered < 800ms);
    auto looked = taken([&] {
        for (int i = 0; i < 20; ++i) CHECK(client.get("/health").status == 200);
    });
    CHECK(looked < 800ms);
    CHECK(!sent);
    server.stop();
    CHECK(sent);
}

TEST_CASE("T23: health is told at once while many requests wait") {
    app app;
    app.get("/user/{id}", [](int id) -> task<json> {
        co_await sleep(1s);
        co_return json{{"id", id}};
    });
    app.get("/health", on_loop([] { return json{{"status", "healthy"}}; }));
    loopback::running server(app);
    std::vector<loopback::client> clients;
    for (int i = 0; i < 100; ++i) clients.emplace_back(server.port());
    for (auto& each : clients) each.send("GET /user/7 HTTP/1.1\r\nhost: test\r\n\r\n");
    loopback::client doctor(server.port());
    auto looked = taken([&] {
        for (int i = 0; i < 20; ++i) CHECK(doctor.get("/health").body == R"({"status":"healthy"})");
    });
    CHECK(looked < 800ms);
    for (auto& each : clients) CHECK(each.receive().body == R"({"id":7})");
}

TEST_CASE("T27: nobody is served before the database is there, and it goes after the last answer") {
    app app;
    std::string seen;
    bool connected = false;
    app.lifespan([&]() -> generator<> {
        co_await sleep(100ms);
        connected = true;
        seen += "connected ";
        co_yield {};
        co_await sleep(1ms);
        connected = false;
        seen += "closed";
    });
    std::atomic<bool> begun = false;
    app.get("/", [&]() -> task<std::string> {
        begun = true;
        co_await sleep(200ms);
        seen += "answered ";
        co_return connected ? "yes" : "no";
    });
    {
        loopback::running server(app);
        loopback::client client(server.port());
        client.send("GET / HTTP/1.1\r\nhost: test\r\n\r\n");
        while (!begun) std::this_thread::yield();
        std::thread stopping([&] { server.stop(); });
        CHECK(client.receive().body == "yes");
        stopping.join();
    }
    CHECK(seen == "connected answered closed");
}

TEST_CASE("T27: a program whose start fails listens to nobody and ends with 3") {
    app app;
    std::string seen;
    app.lifespan([&]() -> generator<> {
        co_await sleep(1ms);
        seen += "a(";
        co_yield {};
        seen += ")a";
    });
    app.on_startup([&]() -> task<> {
        co_await sleep(1ms);
        throw std::runtime_error("no database");
    });
    CHECK(app.run({.host = "127.0.0.1", .port = 0, .banner = false, .signals = false}) == 3);
    CHECK(seen == "a()a");
}

TEST_CASE("T35: with two workers, a route that computes leaves health to be told, in the pool and on a loop") {
    app app;
    std::atomic<int> computing = 0;
    std::atomic<bool> enough = false;
    auto compute = [&] {
        ++computing;
        while (!enough) std::this_thread::yield();
        --computing;
        return std::string("computed");
    };
    app.get("/pool", [&] { return compute(); });
    app.get("/loop", [&]() -> task<std::string> { co_return compute(); });
    app.get("/health", on_loop([] { return json{{"status", "healthy"}}; }));
    app.get("/who", on_loop([] { return std::hash<std::thread::id>()(std::this_thread::get_id()) % 1'000'000; }));
    loopback::running server(app, {.workers = 2, .threads = 2, .watchdog = std::chrono::milliseconds(0)});
    // One client of each worker; who gets whom, the system decides.
    std::vector<loopback::client> clients;
    std::vector<std::string> workers;
    for (int i = 0; i < 1000 && clients.size() < 2; ++i) {
        loopback::client next(server.port());
        std::string who = next.get("/who").body;
        if (!workers.empty() && workers.front() == who) continue;
        workers.push_back(who);
        clients.push_back(std::move(next));
    }
    REQUIRE(clients.size() == 2);
    auto healthy = [](loopback::client& who) {
        for (int i = 0; i < 20; ++i) CHECK(who.get("/health").body == R"({"status":"healthy"})");
    };
    // The pool is full, and more wait for it: both loops go on.
    std::vector<loopback::client> crowd;
    for (int i = 0; i < 8; ++i) {
        crowd.emplace_back(server.port());
        crowd.back().send("GET /pool HTTP/1.1\r\nhost: test\r\n\r\n");
    }
    while (computing < 2) std::this_thread::yield();
    for (auto& each : clients) healthy(each);
    CHECK(computing == 2);
    enough = true;
    for (auto& each : crowd) CHECK(each.receive().body == "computed");
    // A coroutine that computes holds its own loop, and that alone.
    enough = false;
    clients[0].send("GET /loop HTTP/1.1\r\nhost: test\r\n\r\n");
    while (computing < 1) std::this_thread::yield();
    healthy(clients[1]);
    CHECK(computing == 1);
    enough = true;
    CHECK(clients[0].receive().body == "computed");
}
