#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/copy.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/net/socket_stream.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {
std::string noise(std::size_t count) {
    std::string out;
    unsigned state = 1;
    for (std::size_t i = 0; i < count; ++i) out += static_cast<char>((state = state * 1103515245u + 12345u) >> 16);
    return out;
}
}  // namespace

TEST_CASE("all that comes goes on, in order, and the end too") {
    auto test = []() -> task<> {
        auto [client, front] = net::memory_stream::pair();
        auto [back, server] = net::memory_stream::pair();
        client.push("one");
        client.push("two");
        client.close();
        auto count = co_await copy(front, back);
        REQUIRE(count);
        CHECK(*count == 6);
        CHECK(server.take_all() == "onetwo");
        CHECK(server.at_end());
    };
    run(test());
}

TEST_CASE("a stream can be copied into itself: an echo, and what has ended one way still goes the other") {
    auto test = []() -> task<> {
        auto [client, server] = net::memory_stream::pair();
        client.push("hello");
        auto ended = client.shutdown_write();
        REQUIRE(ended);
        auto count = co_await copy(server, server);
        REQUIRE(count);
        CHECK(*count == 5);
        CHECK(client.take_all() == "hello");
        CHECK(client.at_end());
    };
    run(test());
}

TEST_CASE("a target that takes nothing makes the source wait, and no byte is lost or held beyond one read") {
    auto test = []() -> task<> {
        auto [client, front] = net::memory_stream::pair(64 * 1024);
        auto [back, server] = net::memory_stream::pair(1000);
        std::string all = noise(300'000);
        std::string got;
        std::size_t accepted = 0;
        auto sending = [&, &from = client]() -> task<> {
            for (std::size_t at = 0; at < all.size(); at += 5000) {
                auto written = co_await from.write(std::string_view(all).substr(at, 5000));
                REQUIRE(written);
                accepted = at + 5000;
            }
            from.close();
        };
        auto copying = [&from = front, &to = back]() -> task<> {
            auto count = co_await copy(from, to);
            REQUIRE(count);
            CHECK(*count == 300'000);
        };
        auto receiving = [&, &to = server]() -> task<> {
            for (int i = 0; i < 50; ++i) co_await sleep(0s);
            CHECK(accepted < 150'000);  // two lines and one read, not all of it
            for (;;) {
                auto bytes = co_await to.read();
                REQUIRE(bytes);
                if (bytes->empty()) break;
                got += *bytes;
            }
        };
        co_await gather(sending(), copying(), receiving());
        CHECK(got == all);
    };
    run(test());
}

TEST_CASE("what waits to be sent stays whole while other streams read into the same scratch room") {
    auto test = []() -> task<> {
        auto one = os::open_socket_pair();
        auto two = os::open_socket_pair();
        REQUIRE(one);
        REQUIRE(two);
        net::socket_stream client(std::move(one->first), net::address());
        net::socket_stream front(std::move(one->second), net::address());
        net::socket_stream back(std::move(two->first), net::address());
        net::socket_stream server(std::move(two->second), net::address());
        std::string all = noise(3'000'000);
        std::string got;
        auto sending = [&]() -> task<> {
            auto written = co_await client.write(all);
            REQUIRE(written);
            auto ended = client.shutdown_write();
            REQUIRE(ended);
        };
        auto copying = [&]() -> task<> {
            auto count = co_await copy(front, back);
            CHECK(count);
        };
        auto receiving = [&]() -> task<> {
            for (;;) {
                auto bytes = co_await server.read();
                REQUIRE(bytes);
                if (bytes->empty()) break;
                got += *bytes;
                co_await sleep(0s);
            }
        };
        co_await gather(sending(), copying(), receiving());
        CHECK((got == all));
    };
    run(test());
}

TEST_CASE("an error of either stream ends it, and the other is not told that all is well") {
    auto test = []() -> task<> {
        auto reset = std::make_error_code(std::errc::connection_reset);
        {
            auto [client, front] = net::memory_stream::pair();
            auto [back, server] = net::memory_stream::pair();
            client.push("before");
            front.fail_reads(reset);
            auto count = co_await copy(front, back);
            REQUIRE_FALSE(count);
            CHECK(count.error() == reset);
            CHECK_FALSE(server.hung_up());
            CHECK(server.take_all() == "before");
        }
        {
            auto [client, front] = net::memory_stream::pair();
            auto [back, server] = net::memory_stream::pair();
            client.push("lost");
            back.fail_writes(reset);
            auto count = co_await copy(front, back);
            REQUIRE_FALSE(count);
            CHECK(count.error() == reset);
        }
        {
            auto [client, front] = net::memory_stream::pair();
            auto [back, server] = net::memory_stream::pair();
            client.close();
            back.close();
            auto count = co_await copy(front, back);
            REQUIRE_FALSE(count);
            CHECK(count.error() == std::errc::bad_file_descriptor);
        }
    };
    run(test());
}

TEST_CASE("copying is cancelled while it reads and while it writes") {
    auto test = []() -> task<> {
        for (bool writing : {false, true}) {
            CAPTURE(writing);
            auto [client, front] = net::memory_stream::pair();
            auto [back, server] = net::memory_stream::pair(4);
            if (writing) client.push("more than fits");
            task_group group;
            bool gave_up = false;
            auto copying = [&, &from = front, &to = back]() -> task<> {
                try {
                    auto never = co_await copy(from, to);
                    CHECK_FALSE(never);
                } catch (const cancelled&) {
                    gave_up = true;
                    throw;
                }
            };
            group.spawn(copying());
            co_await sleep(0s);
            group.cancel();
            co_await group.join();
            CHECK(gave_up);
            CHECK_FALSE(server.at_end());
            CHECK(server.take_all() == (writing ? "more" : ""));
        }
    };
    run(test());
}
