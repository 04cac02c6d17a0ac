#include <coracle/client/connection_body.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <utility>

using namespace coracle;

TEST_CASE("the connection of a body goes back with its last byte") {
    run(virtual_time, []() -> task<> {
        client::connection_pool pool{pool_limits()};
        auto line = pool.try_acquire("http", "example.com");
        auto [here, there] = net::memory_stream::pair();
        line->stream = net::any_stream(std::move(here));
        line->reader.start(false);
        (void)line->reader.feed("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n");
        client::exchange_terms terms(loop::reactor::current(), client_timeouts());
        client::connection_body<> body(std::move(line), terms, "GET http://example.com/");
        auto first = co_await body.read();
        CHECK(first == "ab");
        there.push("2\r\ncd\r\n0\r\nx-sum: 4\r\n\r\n");
        auto second = co_await body.read();
        CHECK(second == "cd");
        CHECK(pool.idle() == 1);
        auto end = co_await body.read();
        CHECK(!end);
        CHECK(body.trailers()["x-sum"] == "4");
    }());
}
