#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/rate_limit.hpp>

#include <app/stage.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("so many in so much time, and then as fast as the bucket fills") {
    hand_loop loop;
    rate_limit tested({.limit = 3, .per = 30s});
    for (int left = 2; left >= 0; --left) {
        rate_verdict verdict = tested.take("a");
        CHECK(verdict.allowed);
        CHECK(verdict.left == left);
        CHECK(verdict.retry == 0s);
        CHECK(verdict.full == std::chrono::seconds((3 - left) * 10));
    }
    rate_verdict verdict = tested.take("a");
    CHECK(!verdict.allowed);
    CHECK(verdict.left == 0);
    CHECK(verdict.retry == 10s);
    CHECK(tested.take("b").left == 2);
    loop.steady += 9'999'999'999;
    CHECK(!tested.take("a").allowed);
    CHECK(tested.take("a").retry == 1s);
    loop.steady += 1;
    CHECK(tested.take("a").allowed);  // what was refused has cost nothing
    CHECK(!tested.take("a").allowed);
    loop.steady += 1'000'000'000'000;
    CHECK(tested.take("a").left == 2);
}

TEST_CASE("a burst is what may come at once") {
    hand_loop loop;
    rate_limit tested({.limit = 60, .per = 1min, .burst = 5});
    for (int i = 0; i < 5; ++i) CHECK(tested.take("a").allowed);
    CHECK(!tested.take("a").allowed);
    CHECK(tested.take("a").retry == 1s);
    for (int i = 0; i < 100; ++i) {
        loop.steady += 1'000'000'000;
        CHECK(tested.take("a").allowed);
        CHECK(!tested.take("a").allowed);
    }
}

TEST_CASE("around an app: every answer tells what is left, and 429 when to come again") {
    app app;
    app.use(rate_limit({.limit = 2, .per = 1min}));
    app.get("/", []() -> task<json> { co_return json(1); });
    stage on(app);
    heard answer = on.get("/");
    CHECK(answer.status == 200);
    CHECK(answer.field("ratelimit-policy") == "\"default\";q=2;w=60");
    CHECK(answer.field("ratelimit") == "\"default\";r=1;t=30");
    CHECK(on.get("/nowhere").field("ratelimit") == "\"default\";r=0;t=60");
    answer = on.get("/");
    CHECK(answer.status == 429);
    CHECK(answer.body == R"({"detail":"Too Many Requests"})");
    CHECK(answer.field("content-type") == "application/json");
    CHECK(answer.field("retry-after") == "30");
    CHECK(answer.field("ratelimit") == "\"default\";r=0;t=60");
    on.loop.steady += 30'000'000'000;
    CHECK(on.get("/").status == 200);
}

TEST_CASE("in front of one route, with a key of one's own") {
    app app;
    rate_limit logins({.limit = 1, .per = 10s, .name = "logins", .key = [](request& asked) {
                           return std::string(asked.headers["x-user"]);
                       }});
    app.post("/login", [&](request& asked) -> task<json> {
        logins.require(asked);
        co_return json("in");
    });
    stage on(app);
    CHECK(on.ask("POST /login", {}, "x-user: ann\r\n").status == 200);
    CHECK(on.ask("POST /login", {}, "x-user: bob\r\n").status == 200);
    heard answer = on.ask("POST /login", {}, "x-user: ann\r\n");
    CHECK(answer.status == 429);
    CHECK(answer.body == R"({"detail":"Too Many Requests"})");
    CHECK(answer.field("retry-after") == "10");
    CHECK(answer.field("ratelimit-policy") == "\"logins\";q=1;w=10");
}

TEST_CASE("an IPv6 client is its first 64 bits, an IPv4 client its address, however they are written") {
    auto network = &rate_limit::client_network;
    CHECK(network("192.0.2.7") == "192.0.2.7");
    CHECK(network("::ffff:192.0.2.7") == "192.0.2.7");
    CHECK(network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
    CHECK(network("2001:DB8:1:2::") == "2001:db8:1:2::/64");
    CHECK(network("2001:db8:1:2::9") == "2001:db8:1:2::/64");
    CHECK(network("2001:db8::1") == "2001:db8:0:0::/64");
    CHECK(network("::1") == "0:0:0:0::/64");
    CHECK(network("::") == "0:0:0:0::/64");
    CHECK(network("1::2:3:4:5:6:7") == "1:0:2:3::/64");
    CHECK(network("fe80::1%eth0") == "fe80:0:0:0::/64");
    CHECK(network("unix:/run/app.sock") == "unix:/run/app.sock");
    CHECK(network("") == "");
    for (std::string_view odd :
         {":", ":::", "::::::::::", "1:2:3:4:5:6:7:8:9:10", "::1:2:3:4:5:6:7:8:9:10", "a.b:c", "%"})
        (void)network(odd);
}

TEST_CASE("a flood of clients neither grows the table nor frees who used up his share") {
    hand_loop loop;
    rate_limit tested({.limit = 5, .per = 1h, .clients = 64});
    for (int i = 0; i < 5; ++i) CHECK(tested.take("heavy").allowed);
    for (int i = 0; i < 20'000; ++i) (void)tested.take(std::to_string(i));
    CHECK(!tested.take("heavy").allowed);
}

TEST_CASE("copies share one table, also between threads") {
    rate_limit tested({.limit = 1000, .per = 24h});
    std::vector<std::thread> threads;
    std::vector<int> taken(4);
    for (int& count : taken)
        threads.emplace_back([&count, copy = tested] {
            for (int i = 0; i < 1000; ++i) count += copy.take("a").allowed;
        });
    for (std::thread& each : threads) each.join();
    int sum = 0;
    for (int count : taken) sum += count;
    CHECK(sum == 1000);
}

TEST_CASE("a limit that lets nobody through, or means nothing, is refused when the app is made") {
    CHECK_THROWS_AS(rate_limit({.limit = 0}), std::logic_error);
    CHECK_THROWS_AS(rate_limit({.limit = -1}), std::logic_error);
    CHECK_THROWS_AS(rate_limit({.limit = 1, .per = 0s}), std::logic_error);
    CHECK_THROWS_AS(rate_limit({.limit = 1, .per = std::chrono::hours(24 * 400)}), std::logic_error);
    CHECK_THROWS_AS(rate_limit({.limit = 1, .burst = -1}), std::logic_error);
    CHECK_THROWS_AS(rate_limit({.limit = 1, .burst = 2'000'000'000}), std::logic_error);
    CHECK_THROWS_AS(rate_limit({.limit = 1, .name = "a\"b"}), std::logic_error);
}
