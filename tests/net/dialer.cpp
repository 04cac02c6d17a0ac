#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/dialer.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

net::address four(int last) { return net::address(net::ipv4_bytes{192, 0, 2, static_cast<std::uint8_t>(last)}, 80); }
net::address six(int last) {
    net::ipv6_bytes bytes{0x20, 1, 0xd, 0xb8};
    bytes.back() = static_cast<std::uint8_t>(last);
    return net::address(bytes, 80);
}

/// Hosts that answer by script, and a log of who was dialled when and what became of it.
class network {
public:
    struct host {
        std::chrono::nanoseconds after{};
        std::optional<std::errc> why;  // none: connects
        bool throws = false;
    };
    std::map<std::string, host> hosts;
    std::string log;
    int open = 0;

    net::dialer<net::memory_stream>::dial_function dial() {
        return [this](net::address where) { return attempt(where); };
    }
    void note(const std::string& what) {
        auto now = loop::reactor::current().now() - birth_;
        log += std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) + " " + what + "\n";
    }
    void begin() { birth_ = loop::reactor::current().now(); }

private:
    task<result<net::memory_stream>> attempt(net::address where) {
        std::string who = where.host();
        note("dial " + who);
        host is = hosts[who];
        try {
            if (is.after > 0s) co_await sleep(is.after);
        } catch (const cancelled&) {
            note("cancel " + who);
            throw;
        }
        if (is.throws) throw std::runtime_error("broken dial");
        if (is.why) {
            note("fail " + who);
            co_return failure(std::make_error_code(*is.why));
        }
        note("connect " + who);
        auto ends = net::memory_stream::pair();
        ends.first.set_peer(where);
        co_return std::move(ends.first);
    }
    os::time_point birth_;
};

/// Who was connected to, or why not.
std::string dialled(network& world, std::vector<net::address> order) {
    auto test = [&]() -> task<std::string> {
        world.begin();
        net::dialer<net::memory_stream> dialer(world.dial());
        auto stream = co_await dialer.connect(std::move(order));
        if (!stream) co_return stream.error().message;
        world.note("done");
        co_return stream->peer().host();
    };
    return run(virtual_time, test());
}

}  // namespace

TEST_CASE("families take turns, in the order within each, beginning with the first") {
    auto order = [](std::vector<net::address> all) {
        std::string out;
        for (const net::address& each : net::interleaved(all)) out += (out.empty() ? "" : " ") + each.host();
        return out;
    };
    CHECK(order({six(1), six(2), six(3), four(1), four(2)}) ==
          "2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2 2001:db8::3");
    CHECK(order({four(1), six(1), six(2)}) == "192.0.2.1 2001:db8::1 2001:db8::2");
    CHECK(order({four(1), four(2)}) == "192.0.2.1 192.0.2.2");
    CHECK(order({}) == "");
}

TEST_CASE("the first address that answers soon is the only one that is dialled") {
    network world;
    world.hosts["2001:db8::1"].after = 200ms;
    CHECK(dialled(world, {six(1), four(1)}) == "2001:db8::1");
    CHECK(world.log == "0 dial 2001:db8::1\n200 connect 2001:db8::1\n200 done\n");
}

TEST_CASE("an address that does not answer is joined by the next one after 250 ms, and cancelled when that wins") {
    network world;
    world.hosts["2001:db8::1"].after = 1h;
    world.hosts["192.0.2.1"].after = 30ms;
    CHECK(dialled(world, {six(1), four(1), six(2)}) == "192.0.2.1");
    CHECK(world.log ==
          "0 dial 2001:db8::1\n250 dial 192.0.2.1\n280 connect 192.0.2.1\n280 cancel 2001:db8::1\n280 done\n");
}

TEST_CASE("a slow address still wins when the later ones are slower") {
    network world;
    world.hosts["2001:db8::1"].after = 300ms;
    world.hosts["192.0.2.1"].after = 1s;
    CHECK(dialled(world, {six(1), four(1)}) == "2001:db8::1");
    CHECK(world.log ==
          "0 dial 2001:db8::1\n250 dial 192.0.2.1\n300 connect 2001:db8::1\n300 cancel 192.0.2.1\n300 done\n");
}

TEST_CASE("a failure brings the next attempt at once, and begins the delay anew") {
    network world;
    world.hosts["2001:db8::1"] = {0s, std::errc::network_unreachable};
    world.hosts["192.0.2.1"] = {100ms, std::errc::connection_refused};
    world.hosts["192.0.2.2"].after = 1h;
    CHECK(dialled(world, {six(1), four(1), four(2), four(3)}) == "192.0.2.3");
    CHECK(world.log ==
          "0 dial 2001:db8::1\n0 fail 2001:db8::1\n0 dial 192.0.2.1\n100 fail 192.0.2.1\n100 dial 192.0.2.2\n"
          "350 dial 192.0.2.3\n350 connect 192.0.2.3\n350 cancel 192.0.2.2\n350 done\n");
}

TEST_CASE("of two that answer at the same moment one wins, and the other is closed") {
    network world;
    world.hosts["2001:db8::1"].after = 500ms;
    world.hosts["192.0.2.1"].after = 250ms;
    std::string winner = dialled(world, {six(1), four(1)});
    CHECK((winner == "2001:db8::1" || winner == "192.0.2.1"));
}

TEST_CASE("when all fail, all are told in one error, in the order of their ends") {
    network world;
    world.hosts["2001:db8::1"] = {400ms, std::errc::network_unreachable};
    world.hosts["192.0.2.1"] = {10ms, std::errc::connection_refused};
    world.hosts["192.0.2.2"] = {0s, std::errc::timed_out};
    auto test = [&]() -> task<> {
        net::dialer<net::memory_stream> dialer(world.dial());
        std::vector<net::address> order{six(1), four(1), four(2)};
        auto stream = co_await dialer.connect(std::move(order));
        REQUIRE_FALSE(stream);
        const net::connect_error& why = stream.error();
        CHECK(why.message ==
              "cannot connect: 192.0.2.1:80: " + std::make_error_code(std::errc::connection_refused).message() +
                  "; 192.0.2.2:80: " + std::make_error_code(std::errc::timed_out).message() +
                  "; [2001:db8::1]:80: " + std::make_error_code(std::errc::network_unreachable).message());
        CHECK(why.code == std::errc::connection_refused);
        REQUIRE(why.attempts.size() == 3);
        CHECK(why.attempts[2].where == six(1));
        CHECK(why.attempts[2].code == std::errc::network_unreachable);
    };
    run(virtual_time, test());
}

TEST_CASE("the code is what a host has said, if one has, rather than that there is no way to it") {
    network world;
    world.hosts["2001:db8::1"] = {0s, std::errc::network_unreachable};
    world.hosts["192.0.2.1"] = {0s, std::errc::connection_refused};
    auto test = [&]() -> task<> {
        net::dialer<net::memory_stream> dialer(world.dial());
        std::vector<net::address> order{six(1), four(1)};
        auto stream = co_await dialer.connect(order);
        REQUIRE_FALSE(stream);
        CHECK(stream.error().code == std::errc::connection_refused);
        order.pop_back();
        stream = co_await dialer.connect(order);
        REQUIRE_FALSE(stream);
        CHECK(stream.error().code == std::errc::network_unreachable);
        order.clear();
        stream = co_await dialer.connect(order);
        REQUIRE_FALSE(stream);
        CHECK(stream.error().message == "cannot connect: there is no address to try");
    };
    run(virtual_time, test());
}

TEST_CASE("connecting is cancelled with all of its attempts, at whichever point") {
    for (auto after : {0ms, 100ms, 250ms, 400ms, 2000ms}) {
        CAPTURE(after.count());
        network world;
        for (const net::address& each : {six(1), four(1), six(2)}) world.hosts[each.host()].after = 1h;
        auto test = [&]() -> task<> {
            task_group group;
            bool gave_up = false;
            net::dialer<net::memory_stream> dialer(world.dial());
            auto dialling = [&]() -> task<> {
                std::vector<net::address> order{six(1), four(1), six(2)};
                try {
                    auto never = co_await dialer.connect(std::move(order));
                    CHECK_FALSE(never);
                } catch (const cancelled&) {
                    gave_up = true;
                    throw;
                }
            };
            group.spawn(dialling());
            co_await sleep(after);
            group.cancel();
            co_await group.join();
            CHECK(gave_up);
        };
        run(virtual_time, test());
        auto count = [&](std::string_view word) {
            int times = 0;
            for (std::size_t at = 0; (at = world.log.find(word, at)) != std::string::npos; ++at) ++times;
            return times;
        };
        CHECK(count("dial ") == count("cancel "));
    }
}

TEST_CASE("a coroutine that is destroyed while it connects takes its attempts with it") {
    network world;
    for (const net::address& each : {six(1), four(1)}) world.hosts[each.host()].after = 1h;
    auto test = [&]() -> task<> {
        net::dialer<net::memory_stream> dialer(world.dial());
        async::job other;
        std::vector<net::address> order{six(1), four(1)};
        auto dialling = dialer.connect(std::move(order));
        {
            async::scheduler::run_as as(async::scheduler::current(), other);
            dialling.start();
        }
        co_await sleep(300ms);
        CHECK_FALSE(dialling.done());
    };
    run(virtual_time, test());
    CHECK(world.log.find("dial 192.0.2.1") != std::string::npos);
}

TEST_CASE("what the dial function throws comes out, and the other attempts are cancelled") {
    network world;
    world.hosts["2001:db8::1"].after = 1h;
    world.hosts["192.0.2.1"].throws = true;
    CHECK_THROWS_WITH_AS(dialled(world, {six(1), four(1), six(2)}), "broken dial", std::runtime_error);
    CHECK(world.log == "0 dial 2001:db8::1\n250 dial 192.0.2.1\n250 cancel 2001:db8::1\n");
}

TEST_CASE("a name is resolved and its addresses are tried; what fails is told with the name") {
    network world;
    auto test = [&]() -> task<> {
        world.begin();
        net::resolver names(
            [](const std::string& host, const std::string&, net::families) -> result<std::vector<net::address>> {
                if (host == "nosuch.example") return failure(os::name_not_known());
                return std::vector{six(1), six(2), four(1)};
            });
        net::dialer<net::memory_stream> dialer(world.dial());
        world.hosts["2001:db8::1"] = {0s, std::errc::connection_refused};
        auto stream = co_await dialer.connect(names, "example.org", std::uint16_t{443});
        REQUIRE(stream);
        CHECK(stream->peer().text() == "192.0.2.1:443");
        world.hosts["192.0.2.1"] = world.hosts["2001:db8::2"] = world.hosts["2001:db8::1"];
        stream = co_await dialer.connect(names, "example.org", std::string("443"));
        REQUIRE_FALSE(stream);
        CHECK(stream.error().message.starts_with("cannot connect to 'example.org' port 443: [2001:db8::1]:443: "));
        stream = co_await dialer.connect(names, "nosuch.example", std::uint16_t{443});
        REQUIRE_FALSE(stream);
        CHECK(stream.error().message ==
              "no address for 'nosuch.example': the name is not known, or has no such address");
    };
    run(virtual_time, test());
}

TEST_CASE("over the real loopback: localhost listens on IPv4 only, and is reached") {
    auto test = []() -> task<> {
        auto door = net::listener::open(*net::address::parse("127.0.0.1:0"));
        REQUIRE(door);
        auto stream = co_await net::connect("localhost", door->where().port());
        REQUIRE(stream);
        CHECK(stream->peer() == door->where());
        stream = co_await net::connect("127.0.0.1", std::to_string(door->where().port()));
        REQUIRE(stream);
        std::uint16_t port = door->where().port();
        door->close();
        auto refused = co_await net::connect("localhost", port);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == std::errc::connection_refused);
        CHECK(refused.error().attempts.size() == 2);
        CHECK(refused.error().message.starts_with("cannot connect to 'localhost' port " + std::to_string(port) + ": "));
    };
    run(test());
}
