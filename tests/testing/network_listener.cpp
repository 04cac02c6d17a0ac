// network_listener: connections in their order, and what becomes of those that nobody accepted.
#include <coracle/testing/network_listener.hpp>

#include <coracle/loop/sleep.hpp>
#include <coracle/testing/memory_network.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
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

}  // namespace

TEST_CASE("who comes first is accepted first, from the end of the third packet on") {
    play([](virtual_loop& loop, memory_network& network) -> task<> {
        network.everywhere().latency(10ms);
        auto listener = network.listen("server:80");
        REQUIRE(listener);
        auto one = co_await network.connect("server:80", "one");
        auto two = co_await network.connect("server:80", "two");
        REQUIRE(one);
        REQUIRE(two);
        CHECK(loop.elapsed() == 40ms);
        auto first = co_await listener->accept();
        REQUIRE(first);
        CHECK(first->peer() == one->where());
        auto second = co_await listener->accept();
        REQUIRE(second);
        CHECK(second->peer() == two->where());
        CHECK(loop.elapsed() == 50ms);
    });
}

TEST_CASE("a listener that is moved onto, or destroyed, is closed") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        {
            auto one = network.listen("server:1");
            auto two = network.listen("server:2");
            REQUIRE(one);
            REQUIRE(two);
            *one = std::move(*two);
            CHECK(one->where().port() == 2);
            CHECK(network.listen("server:1"));
            CHECK(!network.listen("server:2"));
        }
        CHECK(network.listen("server:2"));
        co_return;
    });
}

TEST_CASE("connections that nobody accepted are reset when the listener closes") {
    play([](virtual_loop&, memory_network& network) -> task<> {
        auto listener = network.listen("server:80");
        REQUIRE(listener);
        auto stream = co_await network.connect("server:80");
        REQUIRE(stream);
        co_await sleep(1ms);
        listener->close();
        auto bytes = co_await stream->read();
        REQUIRE(!bytes);
        CHECK(bytes.error() == std::errc::connection_reset);
        auto none = co_await listener->accept();
        REQUIRE(!none);
        CHECK(none.error() == std::errc::bad_file_descriptor);
    });
}
