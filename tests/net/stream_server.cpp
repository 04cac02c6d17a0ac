#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/buffered_reader.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/copy.hpp>
#include <coracle/net/stream_server.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <ostream>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

task<> echo(net::tcp_stream client) { [[maybe_unused]] auto done = co_await copy(client, client); }

task<net::socket_stream> dial(const net::address& where) {
    auto stream = co_await net::connect(where);
    REQUIRE(stream);
    co_return std::move(*stream);
}
/// Sends `text`, ends, and gives what comes back.
task<std::string> answer(net::address where, std::string text) {
    net::socket_stream stream = co_await dial(where);
    auto sent = co_await stream.write(text);
    REQUIRE(sent);
    auto ended = stream.shutdown_write();
    REQUIRE(ended);
    net::buffered_reader in(stream);
    auto all = co_await in.read_all(1 << 20);
    co_return all ? std::string(*all) : all.error().message();
}
task<> with_both(task<> one, task<> other) { co_await gather(std::move(one), std::move(other)); }
/// Until `condition()` holds; the loop goes on meanwhile.
template <class Condition>
task<> until(Condition condition) {
    while (!condition()) co_await sleep(1ms);
}

}  // namespace

TEST_CASE("clients are served side by side, over TCP and unix sockets") {
    auto test = []() -> task<> {
        std::string path = "unix:/tmp/coracle-stream-server-" + std::to_string(::getpid());
        for (std::string where : {std::string("127.0.0.1:0"), path}) {
            net::stream_server server(where);
            auto clients = [&]() -> task<> {
                // The first client talks only after the second one was served.
                net::socket_stream first = co_await dial(server.where());
                std::string second = co_await answer(server.where(), "two");
                CHECK(second == "two");
                auto sent = co_await first.write("one");
                REQUIRE(sent);
                auto bytes = co_await first.read();
                REQUIRE(bytes);
                CHECK(*bytes == "one");
                CHECK(server.clients() >= 1);
                first.close();
                server.stop();
            };
            co_await gather(server.serve(echo), clients());
            CHECK(server.clients() == 0);
        }
    };
    run(test());
}

TEST_CASE("the end of the handler closes the connection") {
    auto test = []() -> task<> {
        net::stream_server server("127.0.0.1:0");
        auto greet = [](net::tcp_stream client) -> task<> {
            [[maybe_unused]] auto sent = co_await client.write("bye");
        };
        auto client = [&]() -> task<> {
            std::string got = co_await answer(server.where(), "");
            CHECK(got == "bye");
            server.stop();
        };
        co_await gather(server.serve(greet), client());
    };
    run(test());
}

TEST_CASE("a client whose handler throws is alone in it, and is told about") {
    auto test = []() -> task<> {
        net::stream_server server("127.0.0.1:0");
        std::vector<std::string> told;
        server.on_failure([&](const net::address& who, const std::exception_ptr& why) {
            CHECK(who.is_loopback());
            try {
                std::rethrow_exception(why);
            } catch (const std::exception& known) {
                told.push_back(known.what());
            }
        });
        auto moody = [](net::tcp_stream client) -> task<> {
            net::buffered_reader in(client);
            auto line = co_await in.read_line();
            if (line && *line == "bad") throw std::runtime_error("a bad line");
            [[maybe_unused]] auto sent = co_await client.write("fine");
        };
        auto clients = [&]() -> task<> {
            net::socket_stream patient = co_await dial(server.where());
            std::string bad = co_await answer(server.where(), "bad\n");
            CHECK(bad == "");
            std::string good = co_await answer(server.where(), "good\n");
            CHECK(good == "fine");
            auto sent = co_await patient.write("good\n");
            REQUIRE(sent);
            auto bytes = co_await patient.read();
            REQUIRE(bytes);
            CHECK(*bytes == "fine");
            server.stop();
        };
        co_await gather(server.serve(moody), clients());
        REQUIRE(told.size() == 1);
        CHECK(told[0] == "a bad line");
    };
    run(test());
}

TEST_CASE("failures that nobody asks for are reported") {
    static std::string heard;
    heard.clear();
    reporter before = set_reporter(
        [](std::string_view message, const std::source_location&) noexcept { heard += std::string(message) + "\n"; });
    auto test = []() -> task<> {
        net::stream_server server("127.0.0.1:0");
        int calls = 0;
        auto failing = [&](net::tcp_stream) -> task<> {
            if (++calls == 1) throw std::runtime_error("broken");
            throw 7;
            co_return;
        };
        auto clients = [&]() -> task<> {
            co_await answer(server.where(), "");
            co_await answer(server.where(), "");
            server.stop();
        };
        co_await gather(server.serve(failing), clients());
    };
    run(test());
    set_reporter(before);
    CHECK(heard.find("serving 127.0.0.1:") == 0);
    CHECK(heard.find(" failed: broken\n") != std::string::npos);
    CHECK(heard.find(" failed with something that is no std::exception\n") != std::string::npos);
}

TEST_CASE("stop lets the clients finish, and takes no new ones") {
    auto test = []() -> task<> {
        net::stream_server server("127.0.0.1:0");
        bool returned = false;
        auto serving = [&]() -> task<> {
            co_await server.serve(echo);
            returned = true;
        };
        auto clients = [&]() -> task<> {
            net::socket_stream client = co_await dial(server.where());
            co_await until([&] { return server.clients() == 1; });
            server.stop(1h);
            server.stop(0s);  // the first grace counts
            CHECK(server.stopping());
            auto late = co_await net::connect(server.where());
            CHECK_FALSE(late);
            CHECK_FALSE(returned);
            auto sent = co_await client.write("still here");
            REQUIRE(sent);
            auto bytes = co_await client.read();
            REQUIRE(bytes);
            CHECK(*bytes == "still here");
        };
        co_await gather(serving(), clients());
        CHECK(returned);
    };
    run(test());
}

TEST_CASE("clients that do not finish within the grace are cancelled, and their connections closed") {
    auto test = []() -> task<> {
        net::stream_server server("127.0.0.1:0");
        int gave_up = 0;
        auto waiting = [&](net::tcp_stream client) -> task<> {
            try {
                auto never = co_await client.read();
                CHECK_FALSE(never);
            } catch (const cancelled&) {
                ++gave_up;
                throw;
            }
        };
        auto clients = [&]() -> task<> {
            net::socket_stream one = co_await dial(server.where());
            net::socket_stream two = co_await dial(server.where());
            co_await until([&] { return server.clients() == 2; });
            server.stop(5ms);
            auto bytes = co_await one.read();
            CHECK((!bytes || bytes->empty()));
            bytes = co_await two.read();
            CHECK((!bytes || bytes->empty()));
        };
        co_await gather(server.serve(waiting), clients());
        CHECK(gave_up == 2);
    };
    run(test());
}

TEST_CASE("a stop reaches the clients also after the listening socket has failed") {
    auto test = []() -> task<> {
        auto there = net::address::parse("127.0.0.1:0");
        auto door = net::listener::open(*there);
        REQUIRE(door);
        int fd = door->native_handle();
        net::stream_server server(std::move(*door));
        bool failed = false;
        auto waiting = [](net::tcp_stream client) -> task<> { [[maybe_unused]] auto never = co_await client.read(); };
        auto serving = [&]() -> task<> {
            try {
                co_await server.serve(waiting);
            } catch (const std::system_error&) {
                failed = true;
            }
        };
        auto clients = [&]() -> task<> {
            net::socket_stream one = co_await dial(server.where());
            co_await until([&] { return server.clients() == 1; });
            ::shutdown(fd, SHUT_RDWR);
            co_await sleep(5ms);
            CHECK(server.clients() == 1);
            server.stop(5ms);
            auto bytes = co_await one.read();
            CHECK((!bytes || bytes->empty()));
        };
        co_await timeout(5s, with_both(serving(), clients()));
        CHECK(failed);
    };
    run(test());
}

TEST_CASE("a server that is cancelled cancels its clients and waits for them") {
    auto test = []() -> task<> {
        net::stream_server server("127.0.0.1:0");
        bool client_left = false;
        bool cancelled_out = false;
        auto waiting = [&](net::tcp_stream client) -> task<> {
            try {
                auto never = co_await client.read();
                CHECK_FALSE(never);
            } catch (const cancelled&) {
                client_left = true;
                throw;
            }
        };
        task_group group;
        auto serving = [&]() -> task<> {
            try {
                co_await server.serve(waiting);
            } catch (const cancelled&) {
                CHECK(client_left);
                cancelled_out = true;
                throw;
            }
        };
        group.spawn(serving());
        net::socket_stream client = co_await dial(server.where());
        co_await until([&] { return server.clients() == 1; });
        group.cancel();
        co_await group.join();
        CHECK(cancelled_out);
    };
    run(test());
}

TEST_CASE("a server whose coroutine is destroyed takes its clients with it") {
    auto test = []() -> task<> {
        net::stream_server server("127.0.0.1:0");
        net::socket_stream client = co_await dial(server.where());
        {
            async::job other;
            auto serving = server.serve(echo);
            {
                async::scheduler::run_as as(async::scheduler::current(), other);
                serving.start();
            }
            co_await until([&] { return server.clients() == 1; });
        }
        CHECK(server.clients() == 0);
        auto bytes = co_await client.read();
        CHECK((!bytes || bytes->empty()));
    };
    run(test());
}

TEST_CASE("a server that was stopped before it serves returns at once") {
    auto test = []() -> task<> {
        net::stream_server server("127.0.0.1:0");
        server.stop();
        co_await server.serve(echo);
        CHECK(server.clients() == 0);
    };
    run(test());
}

TEST_CASE("beyond the limit clients wait their turn, and a stop reaches a server that waits for one to go") {
    auto test = []() -> task<> {
        net::stream_server server("127.0.0.1:0");
        server.limit_clients(2);
        std::size_t most = 0;
        auto counting = [&](net::tcp_stream client) -> task<> {
            most = std::max(most, server.clients());
            co_await echo(std::move(client));
        };
        auto clients = [&]() -> task<> {
            std::vector<task<std::string>> asking;
            for (int i = 0; i < 6; ++i) asking.push_back(answer(server.where(), std::to_string(i)));
            auto got = co_await gather(std::move(asking));
            CHECK(got == std::vector<std::string>{"0", "1", "2", "3", "4", "5"});
            CHECK(most == 2);
            net::socket_stream one = co_await dial(server.where());
            net::socket_stream two = co_await dial(server.where());
            co_await until([&] { return server.clients() == 2; });
            server.stop(0s);
        };
        co_await gather(server.serve(counting), clients());
    };
    run(test());
}

TEST_CASE("where a server cannot listen is told with its address") {
    auto test = []() -> task<> {
        CHECK_THROWS_WITH_AS(net::stream_server("example.org"),
                             "coracle: 'example.org' has no port; write example.org:8000", std::logic_error);
        net::stream_server first("127.0.0.1:0");
        std::string taken = first.where().text();
        try {
            net::stream_server second(taken);
            FAIL("two servers on one address");
        } catch (const std::system_error& why) {
            CHECK(why.code() == std::errc::address_in_use);
            CHECK(std::string(why.what()).find("coracle: cannot listen on " + taken) == 0);
        }
        co_return;
    };
    run(test());
}
