#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/listener.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <ostream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;

TEST_CASE("connect and accept meet, over IPv4, IPv6 and unix sockets") {
    auto test = []() -> task<> {
        std::string path = "unix:/tmp/coracle-connect-" + std::to_string(::getpid());
        for (std::string where : {std::string("127.0.0.1:0"), std::string("[::1]:0"), path}) {
            CAPTURE(where);
            auto listener = net::listener::open(*net::address::parse(where));
            if (!listener && listener.error() == std::errc::address_not_available) continue;  // a machine without IPv6
            REQUIRE(listener);
            auto client = co_await net::connect(listener->where());
            REQUIRE(client);
            CHECK(client->peer() == listener->where());
            auto incoming = co_await listener->accept();
            REQUIRE(incoming);
            net::socket_stream server(std::move(incoming->socket), incoming->peer);
            auto written = co_await client->write("hello");
            CHECK(written);
            auto bytes = co_await server.read();
            REQUIRE(bytes);
            CHECK(*bytes == "hello");
        }
    };
    run(test());
}

TEST_CASE("a port where nobody listens refuses") {
    auto test = []() -> task<> {
        auto loopback = os::socket_address::ipv4({127, 0, 0, 1}, 0);
        auto holder = os::open_stream_socket(loopback);  // keeps the port from everybody else
        REQUIRE(holder);
        REQUIRE(os::bind_socket(holder->get(), loopback));
        net::address nobody(*os::local_address(holder->get()));
        auto refused = co_await net::connect(nobody);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == std::errc::connection_refused);

        auto missing = co_await net::connect(net::address::local("/nowhere/at/all"));
        REQUIRE_FALSE(missing);
        CHECK(missing.error() == std::errc::no_such_file_or_directory);
        auto nameless = co_await net::connect(net::address());
        CHECK_FALSE(nameless);
    };
    run(test());
}

TEST_CASE("a client that would talk to itself is refused") {
    // The kernel gives the dialled port itself out as the client's own: made certain here by binding to it.
    auto loopback = os::socket_address::ipv4({127, 0, 0, 1}, 0);
    auto socket = os::open_stream_socket(loopback);
    REQUIRE(socket);
    REQUIRE(os::bind_socket(socket->get(), loopback));
    auto here = os::local_address(socket->get());
    REQUIRE(here);
    CHECK_FALSE(net::detail::talks_to_itself(socket->get()));
    auto started = os::start_connect(socket->get(), *here);
    CHECK((started || os::is_in_progress(started.error())));
    while (!os::finish_connect(socket->get())) ::usleep(100);
    CHECK(net::detail::talks_to_itself(socket->get()));
}

TEST_CASE("connecting can be cancelled") {
    auto test = []() -> task<> {
        // A listener with a full queue leaves the next clients in the middle of their handshake.
        auto listener = net::listener::open(*net::address::parse("127.0.0.1:0"), {.backlog = 0});
        REQUIRE(listener);
        task_group group;
        int cancelled_ones = 0;
        int made = 0;
        auto dial = [&]() -> task<> {
            try {
                auto stream = co_await net::connect(listener->where());
                if (stream) ++made;
                co_await sleep(1h);
            } catch (const cancelled&) {
                ++cancelled_ones;
                throw;
            }
        };
        for (int i = 0; i < 4; ++i) group.spawn(dial());
        co_await sleep(5ms);
        group.cancel();
        co_await group.join();
        CHECK(cancelled_ones == 4);
        CHECK(made < 4);
    };
    run(test());
}

TEST_CASE("a unix socket whose backlog is full says so instead of waiting for ever") {
    auto test = []() -> task<> {
        std::string path = "unix:/tmp/coracle-full-" + std::to_string(::getpid());
        auto listener = net::listener::open(*net::address::parse(path), {.backlog = 0});
        REQUIRE(listener);
        std::vector<net::socket_stream> streams;
        std::error_code why;
        for (int i = 0; i < 8 && !why; ++i) {
            auto stream = co_await net::connect(listener->where());
            if (stream)
                streams.push_back(std::move(*stream));
            else
                why = stream.error();
        }
        CHECK(why == std::errc::resource_unavailable_try_again);
    };
    run(test());
}
