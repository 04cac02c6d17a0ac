#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/gather_settled.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <client/scripted_upstream.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;
using client::answer;
using client::next_request;
using client::scripted_upstream;

namespace {

http_client limited(const std::shared_ptr<client::transport>& way, pool_limits limits, client_timeouts time = {}) {
    http_client_options options;
    options.base_url = "http://example.com";
    options.timeout = time;
    options.limits = limits;
    options.transport = way;
    return http_client(std::move(options));
}
client::connection_pool& pool_of(const std::shared_ptr<client::transport>& way, pool_limits limits) {
    http_client_options options;
    options.transport = way;
    options.limits = limits;
    return loop::reactor::current().own<client::loop_pools>().of(options);
}

/// Answers each request after a second.
std::shared_ptr<scripted_upstream> slow() {
    return std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
        for (;;) {
            std::string asked = co_await next_request(line);
            if (asked.empty()) co_return;
            co_await sleep(1s);
            auto sent = co_await line.write(answer("x"));
            if (!sent) co_return;
        }
    });
}

task<> note(pending_request asked, std::vector<int>& order, int number) {
    auto reply = co_await std::move(asked);
    CHECK(reply.ok());
    order.push_back(number);
}

}  // namespace

TEST_CASE("no more connections than allowed, and who waits comes first who came first") {
    run(virtual_time, []() -> task<> {
        auto way = slow();
        pool_limits limits{.connections = 3};
        http_client http = limited(way, limits);
        std::vector<int> order;
        auto at = loop::now();
        std::vector<task<>> all;
        for (int i = 0; i < 12; ++i) all.push_back(note(http.get("/"), order, i));
        co_await gather(std::move(all));
        CHECK(loop::now() - at == 4s);
        CHECK(way->opened == 3);
        CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    }());
}

TEST_CASE("so many are kept, for so long, and the ones used last") {
    run(virtual_time, []() -> task<> {
        auto way = slow();
        pool_limits limits{.connections = 100, .idle = 4, .idle_for = 5s};
        http_client http = limited(way, limits);
        std::vector<int> order;
        std::vector<task<>> all;
        for (int i = 0; i < 10; ++i) all.push_back(note(http.get("/"), order, i));
        co_await gather(std::move(all));
        client::connection_pool& pool = pool_of(way, limits);
        CHECK(way->opened == 10);
        CHECK(pool.idle() == 4);
        CHECK(pool.open() == 4);
        co_await sleep(4s);
        CHECK(way->open_now == 4);
        auto reply = co_await http.get("/");
        CHECK(reply.ok());
        co_await sleep(4s);
        CHECK(pool.idle() == 1);
        co_await sleep(2s);
        CHECK(pool.open() == 0);
        CHECK(way->open_now == 0);
        CHECK(way->opened == 10);
    }());
}

TEST_CASE("clients made for each call share the connections of the loop") {
    run(virtual_time, []() -> task<> {
        auto way = slow();
        for (int i = 0; i < 5; ++i) {
            auto reply = co_await limited(way, {}).get("/");
            CHECK(reply.ok());
        }
        CHECK(way->opened == 1);
        CHECK(loop::reactor::current().own<client::loop_pools>().size() == 1);
    }());
}

TEST_CASE("a host has its share, and those who ask others are not held up by it") {
    run(virtual_time, []() -> task<> {
        auto way = slow();
        pool_limits limits{.connections = 4, .per_host = 1};
        http_client http = limited(way, limits);
        std::vector<int> order;
        auto at = loop::now();
        std::vector<task<>> all;
        for (int i = 0; i < 3; ++i) all.push_back(note(http.get("http://a.example.com/"), order, i));
        for (int i = 3; i < 5; ++i) all.push_back(note(http.get("http://b.example.com/"), order, i));
        co_await gather(std::move(all));
        CHECK(order == std::vector<int>{0, 3, 1, 4, 2});
        CHECK(loop::now() - at == 3s);
        CHECK(way->opened == 2);
    }());
}

TEST_CASE("an idle connection makes room for one to another host, also for who waits longest") {
    run(virtual_time, []() -> task<> {
        auto way = slow();
        pool_limits limits{.connections = 1};
        http_client http = limited(way, limits);
        std::vector<int> order;
        std::vector<task<>> all;
        all.push_back(note(http.get("http://a.example.com/"), order, 0));
        all.push_back(note(http.get("http://b.example.com/"), order, 1));
        all.push_back(note(http.get("http://a.example.com/"), order, 2));
        co_await gather(std::move(all));
        CHECK(order == std::vector<int>{0, 1, 2});
        CHECK(way->opened == 3);
        CHECK(pool_of(way, limits).open() == 1);
    }());
}

TEST_CASE("who waits too long for a connection is told how many there are") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream&, int) -> task<> { co_await sleep(1h); });
        pool_limits limits{.connections = 1};
        http_client http = limited(way, limits, client_timeouts(1h).pool(2s));
        auto hung = spawn(http.get("/").send());
        co_await sleep(1s);
        std::string why;
        try {
            auto reply = co_await http.get("/b");
            CHECK(!reply.ok());
        } catch (const pool_timed_out& late) {
            why = late.what();
            CHECK(late.after() == 2s);
        }
        CHECK(why ==
              "GET http://example.com/b: no connection has become free in 2s; all 1 are in use (raise "
              "limits.connections, or give timeout.pool() more time)");
        CHECK(pool_of(way, limits).waiting() == 0);
        hung.cancel();
    }());
}

TEST_CASE("a connection that was handed to one who is cancelled before he runs goes to the next") {
    run(virtual_time, []() -> task<> {
        auto way = slow();
        pool_limits limits{.connections = 1};
        http_client http = limited(way, limits);
        client::connection_pool& pool = pool_of(way, limits);
        auto first = pool.try_acquire("http", "example.com");
        REQUIRE(first);
        bool third_ran = false;
        auto second = spawn([](client::connection_pool& from) -> task<> {
            auto line = co_await from.acquire("http", "example.com");
            CHECK(line);
            co_await sleep(1h);
        }(pool));
        auto third = spawn([](client::connection_pool& from, bool& ran) -> task<> {
            auto line = co_await from.acquire("http", "example.com");
            ran = static_cast<bool>(line);
        }(pool, third_ran));
        CHECK(pool.waiting() == 2);
        first.give_back(false);
        CHECK(pool.waiting() == 1);
        second.cancel();
        co_await third;
        CHECK(third_ran);
        CHECK(pool.open() == 0);
        CHECK(pool.waiting() == 0);
    }());
}

TEST_CASE("ten thousand random cancellations leave no slot taken and nobody waiting") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        run(virtual_time.seed(seed), [](std::uint64_t with) -> task<> {
            random_sequence dice(with);
            auto way = std::make_shared<scripted_upstream>([&dice](net::memory_stream& line, int) -> task<> {
                for (;;) {
                    std::string asked = co_await next_request(line);
                    if (asked.empty()) co_return;
                    co_await sleep(std::chrono::milliseconds(dice.below(20)));
                    auto half = co_await line.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab");
                    if (!half || dice.percent(5)) co_return;
                    co_await sleep(std::chrono::milliseconds(dice.below(5)));
                    auto rest = co_await line.write("cd");
                    if (!rest) co_return;
                }
            });
            way->takes = 3ms;
            pool_limits limits{.connections = 7, .per_host = 5, .idle = 3};
            http_client http = limited(way, limits, client_timeouts(50ms).total(200ms));
            int answered = 0;
            int cancelled_ones = 0;
            int failed = 0;
            co_await with_group([&](task_group& group) -> task<> {
                for (int i = 0; i < 2500; ++i) {
                    std::string url = "http://" + std::to_string(dice.below(3)) + ".example.com/";
                    auto patience = std::chrono::milliseconds(dice.below(40));
                    bool streams = dice.percent(30);
                    group.spawn([](http_client& with_client, std::string to, std::chrono::milliseconds most,
                                   bool as_stream, int& good, int& bad, int& given_up) -> task<> {
                        auto request = [](http_client& by, std::string where, bool read_as_stream) -> task<> {
                            if (read_as_stream) {
                                auto reply = co_await by.get(where).stream();
                                while (auto piece = co_await reply.read()) CHECK(!piece->empty());
                            } else {
                                auto reply = co_await by.get(where);
                                CHECK(reply.text() == "abcd");
                            }
                        };
                        try {
                            bool in_time = co_await try_for(most, request(with_client, std::move(to), as_stream));
                            ++(in_time ? good : given_up);
                        } catch (const client_error&) {
                            ++bad;
                        }
                    }(http, std::move(url), patience, streams, answered, failed, cancelled_ones));
                    if (dice.percent(60)) co_await sleep(std::chrono::milliseconds(dice.below(4)));
                }
            });
            CHECK(answered + cancelled_ones + failed == 2500);
            CHECK(answered > 100);
            CHECK(cancelled_ones > 100);
            client::connection_pool& pool = pool_of(way, limits);
            CHECK(pool.open() == pool.idle());
            CHECK(pool.waiting() == 0);
            CHECK(pool.open() <= 3);
            auto still = co_await http.get("/").timeout(1s);
            CHECK(still.ok());
            co_await sleep(6s);
            CHECK(pool.open() == 0);
            CHECK(way->open_now == 0);
        }(seed));
    }
}
