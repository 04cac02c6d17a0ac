// network_stream: what it does besides the contract of every byte_stream (tests/net/byte_stream.cpp): time and resets.
#include <coracle/testing/network_stream.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/memory_network.hpp>
#include <coracle/testing/seeds.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <system_error>
#include <utility>

using namespace coracle;
using testing::network_stream;

namespace {

struct connection {
    network_stream near;
    network_stream far;
};

task<connection> open(memory_network& on) {
    auto listener = on.listen("server:80");
    REQUIRE(listener);
    auto client = co_await on.connect("server:80", "client");
    REQUIRE(client);
    auto server = co_await listener->accept();
    REQUIRE(server);
    co_return connection{std::move(*client), std::move(*server)};
}

/// Runs `test` on a new network in virtual time.
void play(std::function<task<>(virtual_loop&, memory_network&)> test, testing::virtual_clock how = virtual_time) {
    virtual_loop loop(how);
    memory_network network(loop.reactor(), how.seed());
    loop.run(test(loop, network));
}

task<std::string> read_all(network_stream& from) {
    std::string all;
    for (;;) {
        auto bytes = co_await from.read();
        REQUIRE(bytes);
        if (bytes->empty()) break;
        all += *bytes;
    }
    co_return all;
}
task<std::error_code> error_of_read(network_stream& from) {
    for (;;) {
        auto bytes = co_await from.read();
        if (!bytes) co_return bytes.error();
        if (bytes->empty()) co_return std::error_code();
    }
}

}  // namespace

TEST_CASE("a question and its answer take a round trip, to the nanosecond") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        network.everywhere().latency(20ms);
        auto on = co_await open(network);
        auto began = loop.elapsed();
        auto written = co_await on.near.write("question");
        CHECK(written);
        CHECK(loop.elapsed() == began);
        auto question = co_await on.far.read();
        REQUIRE(question);
        CHECK(*question == "question");
        CHECK(loop.elapsed() == began + 20ms);
        written = co_await on.far.write("answer");
        CHECK(written);
        auto answer = co_await on.near.read();
        REQUIRE(answer);
        CHECK(*answer == "answer");
        CHECK(loop.elapsed() == began + 40ms);
    });
}

TEST_CASE("ten megabytes at a megabyte a second take ten seconds, of nobody's time") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        auto on = co_await open(network);
        network.from_to("client", "server").bytes_per_second(1'000'000);
        std::string much(10'000'000, 'x');
        auto send = [&]() -> task<> {
            auto written = co_await on.near.write(much);
            CHECK(written);
            on.near.close();
        };
        auto began = loop.elapsed();
        auto [nothing, received] = co_await gather(send(), read_all(on.far));
        CHECK(received.size() == much.size());
        CHECK(loop.elapsed() - began == 10s);
    });
}

TEST_CASE("a small capacity makes short writes, and a writer waits until the other end reads") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        network.everywhere().capacity(10);
        auto on = co_await open(network);
        auto some = on.near.try_write("0123456789abcdef");
        REQUIRE(some);
        CHECK(*some == 10);
        some = on.near.try_write("x");
        REQUIRE(some);
        CHECK(*some == 0);
        auto send = [&]() -> task<> {
            auto written = co_await on.near.write("abcdef");
            CHECK(written);
            CHECK(loop.elapsed() == 1s);
            on.near.close();
        };
        auto receive = [&]() -> task<std::string> {
            co_await sleep(1s);
            co_return co_await read_all(on.far);
        };
        auto [nothing, received] = co_await gather(send(), receive());
        CHECK(received == "0123456789abcdef");
    });
}

TEST_CASE("no read gives more than the link says") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        network.everywhere().largest_read(3);
        auto on = co_await open(network);
        auto written = co_await on.near.write("12345678");
        CHECK(written);
        for (const char* piece : {"123", "456", "78"}) {
            auto bytes = co_await on.far.read();
            REQUIRE(bytes);
            CHECK(*bytes == piece);
        }
    });
}

TEST_CASE("on a ragged link bytes come in other pieces with each seed, and always whole and in order") {
    std::size_t reads = 0;
    for (auto time : seeds(50)) {
        play(
            [&](virtual_loop&, memory_network& network) -> task<> {
                network.everywhere().latency(1ms).jitter(3ms).capacity(100).ragged();
                auto on = co_await open(network);
                std::string sent;
                for (int i = 0; i < 300; ++i) sent += static_cast<char>('a' + i % 26);
                auto send = [&]() -> task<> {
                    auto written = co_await on.near.write(sent.substr(0, 100), sent.substr(100));
                    CHECK(written);
                    CHECK(on.near.shutdown_write());
                };
                auto receive = [&]() -> task<std::string> {
                    std::string all;
                    for (;;) {
                        auto bytes = co_await on.far.read();
                        REQUIRE(bytes);
                        if (bytes->empty()) break;
                        all += *bytes;
                        ++reads;
                    }
                    co_return all;
                };
                auto [nothing, received] = co_await gather(send(), receive());
                CHECK(received == sent);
            },
            time);
    }
    CHECK(reads > 50 * 5);
}

TEST_CASE("closing with unread bytes is a reset for the peer; closing when all is read is an end") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        network.everywhere().latency(1ms);
        auto on = co_await open(network);
        auto written = co_await on.near.write("nobody reads this");
        CHECK(written);
        co_await sleep(5ms);
        on.far.close();
        auto why = co_await error_of_read(on.near);
        CHECK(why == std::errc::connection_reset);
        written = co_await on.near.write("x");
        REQUIRE(!written);
        CHECK(written.error() == std::errc::connection_reset);

        auto other = co_await open(network);
        other.far.close();
        why = co_await error_of_read(other.near);
        CHECK(!why);
        CHECK(other.near.hung_up());
        written = co_await other.near.write("too late");  // it is on its way, and will be answered
        CHECK(written);
        why = co_await error_of_read(other.near);
        CHECK(!why);
        co_await sleep(2ms);
        why = co_await error_of_read(other.near);
        CHECK(why == std::errc::connection_reset);
    });
}

TEST_CASE("an abort lets the peer read what came before it, and then fails") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        auto on = co_await open(network);
        auto written = co_await on.near.write("last");
        CHECK(written);
        on.near.abort();
        CHECK(!on.near.is_open());
        auto bytes = co_await on.far.read();
        REQUIRE(bytes);
        CHECK(*bytes == "last");
        bytes = co_await on.far.read();
        REQUIRE(!bytes);
        CHECK(bytes.error() == std::errc::connection_reset);
    });
}

TEST_CASE("a reset wakes a reader and a writer who wait, at its time") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        network.everywhere().capacity(4);
        auto on = co_await open(network);
        auto flood = [&]() -> task<> {
            auto written = co_await on.near.write("more than fits");
            REQUIRE(!written);
            CHECK(written.error() == std::errc::connection_reset);
            CHECK(loop.elapsed() == 1h);
        };
        auto reset = [&]() -> task<> {
            co_await sleep(1h);
            network.between("client", "server").reset();
        };
        auto [nothing, why, none] = co_await gather(flood(), error_of_read(on.near), reset());
        CHECK(why == std::errc::connection_reset);
    });
}

TEST_CASE("moved onto, an open stream is closed first; it knows both addresses") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        auto one = co_await open(network);
        auto two = co_await open(network);
        CHECK(one.near.peer() == network.address_of("server", 80));
        CHECK(one.far.where() == network.address_of("server", 80));
        CHECK(one.far.peer() == one.near.where());
        CHECK(one.near.where().host() == network.address_of("client").host());
        one.near = std::move(two.near);
        auto why = co_await error_of_read(one.far);
        CHECK(!why);
        auto written = co_await one.near.write("x");
        CHECK(written);
        auto bytes = co_await two.far.read();
        REQUIRE(bytes);
        CHECK(*bytes == "x");
    });
}
