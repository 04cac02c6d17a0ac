// memory_network: who can be reached, by which name, after how long, and what becomes of it when the network fails.
#include <coracle/testing/memory_network.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {

void play(std::function<task<>(virtual_loop&, memory_network&)> test) {
    virtual_loop loop;
    memory_network network(loop.reactor());
    loop.run(test(loop, network));
}

/// Sends back what it reads, to one client after another.
task<> echo(memory_network::listener& on) {
    for (;;) {
        auto client = co_await on.accept();
        if (!client) break;
        for (;;) {
            auto bytes = co_await client->read();
            if (!bytes || bytes->empty()) break;
            std::string reply(*bytes);
            auto written = co_await client->write(reply);
            if (!written) break;
        }
    }
}

task<std::error_code> why_not(memory_network& on, std::string to, std::string from = "client") {
    auto stream = co_await on.connect(to, from);
    co_return stream ? std::error_code() : stream.error();
}

}  // namespace

TEST_CASE("names are addresses, the same each time, and what is an address stands for itself") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        CHECK(network.address_of("web", 80).text() == "10.0.0.1:80");
        CHECK(network.address_of("db").host() == "10.0.0.2");
        CHECK(network.address_of("web").host() == "10.0.0.1");
        CHECK(network.address_of("192.168.1.1").host() == "192.168.1.1");
        CHECK(network.address_of("localhost").host() == "127.0.0.1");
        CHECK(network.address_of("::1", 80).text() == "[::1]:80");
        co_return;
    });
}

TEST_CASE("an echo over a network: connecting takes one round trip, and so does each exchange") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        network.between("client", "server").latency(10ms);
        auto listener = network.listen("server:7");
        REQUIRE(listener);
        CHECK(listener->is_open());
        auto talk = [&]() -> task<> {
            auto stream = co_await network.connect("server:7", "client");
            REQUIRE(stream);
            CHECK(loop.elapsed() == 20ms);
            for (int i = 1; i <= 3; ++i) {
                auto written = co_await stream->write("hello");
                CHECK(written);
                auto reply = co_await stream->read();
                REQUIRE(reply);
                CHECK(*reply == "hello");
                CHECK(loop.elapsed() == 20ms + i * 20ms);
            }
            stream->close();
            listener->close();
        };
        co_await gather(echo(*listener), talk());
        co_await sleep(1s);
        CHECK(network.connections() == 0);
    });
}

TEST_CASE("a port where nobody listens refuses, after a round trip; what is no address at all is told at once") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        network.everywhere().latency(10ms);
        auto why = co_await why_not(network, "server:80");
        CHECK(why == std::errc::connection_refused);
        CHECK(loop.elapsed() == 20ms);
        for (const char* nonsense : {"server", "server:http", ":80", "server:70000", ""}) {
            why = co_await why_not(network, nonsense);
            CHECK(why == std::errc::invalid_argument);
        }
        CHECK(loop.elapsed() == 20ms);
    });
}

TEST_CASE("a port has one listener at a time; port 0 is a free one") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        auto first = network.listen("server:80");
        REQUIRE(first);
        auto second = network.listen("server:80");
        REQUIRE(!second);
        CHECK(second.error() == std::errc::address_in_use);
        CHECK(network.listen("other:80"));
        first->close();
        auto why = co_await why_not(network, "server:80");
        CHECK(why == std::errc::connection_refused);
        CHECK(network.listen("server:80"));
        auto free = network.listen("server:0");
        auto another = network.listen("server:0");
        REQUIRE(free);
        REQUIRE(another);
        CHECK(free->where().port() != 0);
        CHECK(free->where() != another->where());
        why = co_await why_not(network, free->where().text());
        CHECK(!why);
    });
}

TEST_CASE("a black hole: connecting is tried again and again, and fails after 127 s, as on Linux") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        network.everywhere().cut();
        auto listener = network.listen("server:80");
        REQUIRE(listener);
        auto why = co_await why_not(network, "server:80");
        CHECK(why == std::errc::timed_out);
        CHECK(loop.elapsed() == 127s);
    });
}

TEST_CASE("a cut that heals lets the next try through, and what was sent into it arrives in the end") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        auto listener = network.listen("server:7");
        REQUIRE(listener);
        auto way = network.between("client", "server").latency(10ms).cut();
        auto talk = [&]() -> task<> {
            auto stream = co_await network.connect("server:7", "client");
            REQUIRE(stream);
            CHECK(loop.elapsed() == 7s + 20ms);  // tried after 1, 2 and 4 seconds
            way.cut();
            auto written = co_await stream->write("are you there?");
            CHECK(written);
            co_await sleep(1h);
            auto began = loop.elapsed();
            way.heal();
            auto reply = co_await stream->read();
            REQUIRE(reply);
            CHECK(*reply == "are you there?");
            CHECK(loop.elapsed() == began + 20ms);
            listener->close();
        };
        auto mend = [&]() -> task<> {
            co_await sleep(5s);
            way.heal();
        };
        co_await gather(echo(*listener), talk(), mend());
    });
}

TEST_CASE("a cut of one direction: the question arrives, its answer does not") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        auto listener = network.listen("server:7");
        REQUIRE(listener);
        auto connecting = network.connect("server:7", "client");
        auto stream = co_await std::move(connecting);
        REQUIRE(stream);
        auto server = co_await listener->accept();
        REQUIRE(server);
        network.from_to("server", "client").cut();
        auto written = co_await stream->write("question");
        CHECK(written);
        auto question = co_await server->read();
        REQUIRE(question);
        CHECK(*question == "question");
        written = co_await server->write("answer");
        CHECK(written);
        std::optional<std::chrono::nanoseconds> answered;
        auto listen = [&]() -> task<> {
            auto answer = co_await stream->read();
            REQUIRE(answer);
            answered = loop.elapsed();
        };
        auto mend = [&]() -> task<> {
            co_await sleep(10min);
            CHECK(!answered);
            network.from_to("server", "client").heal();
        };
        co_await gather(listen(), mend());
        CHECK(answered == 10min);
    });
}

TEST_CASE("ways that come up later have the rules for everywhere, and so do cuts") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        network.everywhere().latency(1s);
        network.between("client", "near").latency(1ms);
        auto why = co_await why_not(network, "far:1");
        CHECK(loop.elapsed() == 2s);
        why = co_await why_not(network, "near:1");
        CHECK(loop.elapsed() == 2s + 2ms);
        network.everywhere().cut();
        why = co_await why_not(network, "elsewhere:1");
        CHECK(why == std::errc::timed_out);
    });
}

TEST_CASE("what was sent before a close arrives, though the stream that sent it is gone") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        network.everywhere().latency(1s);
        auto listener = network.listen("server:80");
        REQUIRE(listener);
        auto send = [&]() -> task<> {
            auto stream = co_await network.connect("server:80");
            REQUIRE(stream);
            auto written = co_await stream->write("testament");
            CHECK(written);
        };
        auto receive = [&]() -> task<> {
            auto client = co_await listener->accept();
            REQUIRE(client);
            auto bytes = co_await client->read();
            REQUIRE(bytes);
            CHECK(*bytes == "testament");
            bytes = co_await client->read();
            REQUIRE(bytes);
            CHECK(bytes->empty());
        };
        co_await gather(send(), receive());
    });
}

TEST_CASE("connecting and accepting can be cancelled, and leave nothing behind") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        network.everywhere().latency(1s);
        auto listener = network.listen("server:80");
        REQUIRE(listener);
        auto accept = [&]() -> task<> {
            auto client = co_await listener->accept();
            CHECK(client);
        };
        auto connect = [&]() -> task<> {
            auto stream = co_await network.connect("server:80");
            CHECK(stream);
        };
        task_group group;
        group.spawn(accept());
        group.spawn(connect());
        co_await sleep(1500ms);
        group.cancel();
        co_await group.join();
        CHECK(loop.elapsed() == 1500ms);
        CHECK(network.connections() == 0);
        CHECK(loop.reactor().timers().size() == 0);
    });
}

TEST_CASE("streams may outlive their network, and a network that goes leaves nothing") {
    virtual_loop loop;
    auto open = [&]() -> task<memory_network::stream> {
        memory_network network;
        auto listener = network.listen("server:80");
        REQUIRE(listener);
        auto stream = co_await network.connect("server:80");
        REQUIRE(stream);
        auto accepted = co_await listener->accept();
        REQUIRE(accepted);
        auto written = co_await accepted->write("farewell");
        CHECK(written);
        co_return std::move(*stream);
    };
    auto stream = loop.run(open());
    auto read = [&]() -> task<> {
        auto bytes = co_await stream.read();
        REQUIRE(bytes);
        CHECK(*bytes == "farewell");
    };
    loop.run(read());
}

TEST_CASE("a connection that is reset before its listener hears of it leaves nothing") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        network.everywhere().latency(10ms);
        auto listener = network.listen("server:80");
        REQUIRE(listener);
        auto stream = co_await network.connect("server:80", "client");
        REQUIRE(stream);
        CHECK(network.connections() == 1);
        network.between("client", "server").reset();
        stream->close();
        co_await sleep(1s);
        CHECK(network.connections() == 0);
    });
}
