#include <coracle/server/admission.hpp>

#include <coracle/loop/timeout.hpp>

#include "talk.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace coracle;
using namespace std::chrono_literals;
using server::admission;

TEST_CASE("the chance to serve a few more does not make the most of all into none") {
    CHECK(server::requests_until_stop({.max_requests = 10, .max_requests_jitter = 5}, 3) == 13);
    CHECK(server::requests_until_stop({.max_requests = 0, .max_requests_jitter = 5}, 3) == 0);
    CHECK(server::requests_until_stop({.max_requests = UINT64_MAX}, 1) == UINT64_MAX);
    CHECK(server::requests_until_stop({.max_requests = UINT64_MAX - 2}, UINT64_MAX) == UINT64_MAX);
}

TEST_CASE("a request has its place until it gives it back, and then the next one has it") {
    admission few({.max_in_flight = 2});
    admission::place first = few.enter();
    {
        admission::place second = few.enter();
        CHECK(first);
        CHECK(second);
        CHECK_FALSE(few.enter());
        CHECK(few.in_flight() == 2);
        CHECK(few.turned_away() == 1);
    }
    admission::place third = few.enter();
    CHECK(third);
    first = std::move(third);
    CHECK(few.in_flight() == 1);
    admission many({});
    for (int i = 0; i < 1000; ++i) CHECK(many.enter());
    CHECK(many.in_flight() == 0);
}

TEST_CASE("several workers have their shares, rounded up") {
    admission one({.max_connections = 5, .max_in_flight = 5, .max_requests = 5}, 2);
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(one.full());
        one.connection_begins();
    }
    CHECK(one.full());
    CHECK_FALSE(one.counts_request());
    CHECK_FALSE(one.counts_request());
    CHECK(one.counts_request());
    CHECK_FALSE(one.counts_request());
    one.connection_ends();
    CHECK_FALSE(one.full());
    CHECK(one.room().is_set());
}

TEST_CASE("more requests than may wait are 503 with Retry-After, and who never waits is answered always") {
    app served;
    served.get("/wait", []() -> task<std::string> {
        co_await sleep(1s);
        co_return "waited";
    });
    served.get("/health", on_loop([] { return "well"; }));
    served.freeze();
    virtual_loop world(virtual_time.patience(20s));
    server::settings how;
    how.access_log = false;
    how.limits.max_in_flight = 2;
    how.limits.retry_after = 1500ms;
    server::workshop shop(served, how, world.reactor());
    std::string heard[4];
    auto client = [&](std::string path, std::string& answer) -> task<> {
        auto ends = net::memory_stream::pair();
        ends.first.push("GET " + path + " HTTP/1.1\r\nhost: x\r\n\r\n");
        auto listen = [&]() -> task<> {
            auto bytes = co_await ends.first.read();
            answer = *bytes;
            // A connection that was turned away is as good as before, and idle ones take nobody's place.
            co_await sleep(2s);
            ends.first.push("GET /wait HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            auto more = co_await ends.first.read();
            answer += *more;
            ends.first.close();
        };
        co_await gather(server::connection(std::move(ends.second), shop), listen());
    };
    auto all = [&]() -> task<> {
        std::vector<task<>> clients;
        clients.push_back(client("/wait", heard[0]));
        clients.push_back(client("/wait", heard[1]));
        clients.push_back(client("/wait", heard[2]));
        clients.push_back(client("/health", heard[3]));
        co_await gather(std::move(clients));
    };
    world.run(all());
    CHECK(heard[0].find("\r\n\r\nwaited") != std::string::npos);
    CHECK(heard[1].find("\r\n\r\nwaited") != std::string::npos);
    CHECK(heard[2].starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    CHECK(heard[2].find("\r\nretry-after: 2\r\n") != std::string::npos);
    CHECK(heard[2].find("{\"detail\":\"The server is busy with as many requests as it takes; try again in 2 s\"}") !=
          std::string::npos);
    CHECK(heard[2].find("connection: close") == heard[2].rfind("connection: close"));
    CHECK(heard[3].find("\r\n\r\nwell") != std::string::npos);
    CHECK(shop.admission.in_flight() == 0);
    CHECK(shop.admission.connections() == 0);
}

TEST_CASE("a connection ends with the last request that it may have") {
    app served;
    served.get("/", on_loop([] { return "root"; }));
    server::settings how;
    how.limits.max_requests_per_connection = 2;
    std::string get = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    std::string heard = talk::hear(served, {get + get + get}, how);
    std::size_t last = heard.find("connection: close");
    REQUIRE(last != std::string::npos);
    CHECK(heard.find("HTTP/1.1 200", last) == std::string::npos);
    CHECK(heard.find("HTTP/1.1 200") != heard.rfind("HTTP/1.1 200"));
}

TEST_CASE("D18: a client that leaves while its request waits gives its place back") {
    app served;
    served.get("/wait", []() -> task<std::string> {
        co_await sleep(1s);
        co_return "waited";
    });
    served.freeze();
    virtual_loop world(virtual_time.patience(20s));
    server::settings how;
    how.access_log = false;
    server::workshop shop(served, how, world.reactor());
    auto ends = net::memory_stream::pair();
    ends.first.push("GET /wait HTTP/1.1\r\nhost: x\r\n\r\n");
    auto cut = [&]() -> task<> {
        [[maybe_unused]] auto served_one = co_await try_for(100ms, server::connection(std::move(ends.second), shop));
        CHECK(shop.admission.in_flight() == 0);
        CHECK(shop.admission.connections() == 0);
    };
    world.run(cut());
}
