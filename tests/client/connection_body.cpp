#include <coracle/client/connection_body.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <cstddef>
#include <string>
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

TEST_CASE("C3 what came behind a body that ended with a full read is nobody's answer, and no edge tells of it") {
    run([]() -> task<> {
        int pair[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
        client::connection_pool pool{pool_limits()};
        auto line = pool.try_acquire("http", "example.com");
        line->stream = net::any_stream(net::socket_stream(os::file_descriptor(pair[0]), net::address()));
        os::file_descriptor there(pair[1]);
        std::size_t full = loop::reactor::current().scratch().size();
        line->reader.start(false);
        (void)line->reader.feed("HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(full) + "\r\n\r\n");
        std::string burst = std::string(full, 'x') + "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";
        REQUIRE(::send(there.get(), burst.data(), burst.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(burst.size()));
        client::exchange_terms terms(loop::reactor::current(), client_timeouts());
        client::connection_body<> body(std::move(line), terms, "GET http://example.com/");
        std::size_t heard = 0;
        while (auto piece = co_await body.read()) heard += piece->size();
        CHECK(heard == full);
        CHECK(pool.open() == 0);
    }());
}
