#include <coracle/net/udp_socket.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <net/if.h>
#include <sys/socket.h>

#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {

const net::address anywhere = *net::address::parse("127.0.0.1:0");

net::udp_socket bound(const net::address& where = anywhere) {
    auto made = net::udp_socket::bind(where);
    REQUIRE(made);
    return std::move(*made);
}

}  // namespace

TEST_CASE("a server answers whoever sends, by their addresses") {
    auto test = []() -> task<> {
        net::udp_socket server = bound();
        net::address where = *server.where();
        auto serves = [&]() -> task<> {
            for (int i = 0; i < 20; ++i) {
                auto got = co_await server.receive();
                REQUIRE(got);
                std::string answer = "to " + std::string(got->bytes);
                auto sent = co_await server.send_to(answer, got->from);
                REQUIRE(sent);
            }
        };
        auto asks = [&](std::string name) -> task<> {
            net::udp_socket client = bound();
            for (int i = 0; i < 10; ++i) {
                auto sent = co_await client.send_to(name, where);
                REQUIRE(sent);
                auto got = co_await client.receive();
                REQUIRE(got);
                CHECK(got->bytes == "to " + name);
                CHECK(got->from == where);
                CHECK_FALSE(got->truncated);
            }
        };
        co_await gather(serves(), asks("a"), asks("b"));
    };
    run(test());
}

TEST_CASE("a connected socket needs no address, hears nobody else, and is told that nobody listens") {
    auto test = []() -> task<> {
        net::udp_socket server = bound();
        auto made = net::udp_socket::connect(*server.where());
        REQUIRE(made);
        net::udp_socket client = std::move(*made);
        auto sent = co_await client.send("hello");
        REQUIRE(sent);
        auto got = co_await server.receive();
        CHECK(got->bytes == "hello");
        net::address of_client = got->from;

        net::udp_socket stranger = bound();
        sent = co_await stranger.send_to("not for you", of_client);
        sent = co_await server.send_to("answer", of_client);
        got = co_await client.receive();
        CHECK(got->bytes == "answer");

        sent = co_await stranger.send("x");
        CHECK(sent.error() == std::errc::destination_address_required);

        server.close();
        sent = co_await client.send("anybody?");
        REQUIRE(sent);
        got = co_await client.receive();
        REQUIRE_FALSE(got);
        CHECK(got.error() == std::errc::connection_refused);
        sent = co_await client.send("as good as ever");
        CHECK(sent);
    };
    run(test());
}

TEST_CASE("what does not fit is lost and said to be; an empty datagram is one; one that is too large is refused") {
    auto test = []() -> task<> {
        net::udp_socket server = bound();
        net::udp_socket client = bound();
        net::address where = *server.where();
        char room[4];
        auto sent = co_await client.send_to("hello", where);
        auto got = co_await server.receive(room);
        CHECK(got->bytes == "hell");
        CHECK(got->truncated);
        sent = co_await client.send_to("", where);
        got = co_await server.receive(room);
        REQUIRE(got);
        CHECK(got->bytes.empty());
        std::string large(65'507, 'x');
        sent = co_await client.send_to(large, where);
        CHECK(sent);
        got = co_await server.receive();
        CHECK(got->bytes.size() == 65'507);
        CHECK_FALSE(got->truncated);
        large += 'x';
        sent = co_await client.send_to(large, where);
        CHECK(sent.error() == std::errc::message_size);
    };
    run(test());
}

TEST_CASE("several jobs receive, each a datagram of its own, first come, first served") {
    auto test = []() -> task<> {
        net::udp_socket server = bound();
        net::udp_socket client = bound();
        net::address where = *server.where();
        std::string order;
        auto receives = [&](char name) -> task<> {
            auto got = co_await server.receive();
            REQUIRE(got);
            order += name;
            order += got->bytes;
        };
        auto sends = [&]() -> task<> {
            for (const char* text : {"1", "2", "3"}) {
                auto sent = co_await client.send_to(text, where);
                REQUIRE(sent);
            }
        };
        co_await gather(receives('a'), receives('b'), receives('c'), sends());
        CHECK(order == "a1b2c3");
    };
    run(test());
}

TEST_CASE("many jobs send at once over one socket, and none is told that it must not") {
    auto test = []() -> task<> {
        net::udp_socket server = bound();
        auto made = net::udp_socket::connect(*server.where());
        net::udp_socket client = std::move(*made);
        std::string text(1000, 'x');
        auto sends = [&]() -> task<> {
            for (int i = 0; i < 100; ++i) {
                auto sent = co_await client.send(text);
                REQUIRE(sent);
            }
        };
        co_await gather(sends(), sends(), sends(), sends());
        auto got = co_await server.receive();
        CHECK(got->bytes == text);
    };
    run(test());
}

TEST_CASE("IPv6, and IPv4 peers of an IPv6 socket under their IPv4 addresses") {
    auto test = []() -> task<> {
        auto made = net::udp_socket::bind(*net::address::parse("[::]:0"));
        if (!made) co_return;  // a machine without IPv6
        net::udp_socket server = std::move(*made);
        std::uint16_t port = server.where()->port();
        net::udp_socket client = bound();
        auto sent = co_await client.send_to("four", net::address(net::ipv4_bytes{127, 0, 0, 1}, port));
        REQUIRE(sent);
        auto got = co_await server.receive();
        CHECK(got->from == *client.where());
        net::address from = got->from;
        sent = co_await server.send_to("answer", from);
        REQUIRE(sent);
        got = co_await client.receive();
        CHECK(got->bytes == "answer");

        auto six = net::udp_socket::bind(*net::address::parse("[::1]:0"));
        if (!six) co_return;
        sent = co_await six->send_to("six", *net::address::of("::1", port));
        REQUIRE(sent);
        got = co_await server.receive();
        CHECK(got->from == *six->where());
        sent = co_await client.send_to("x", *six->where());
        CHECK_FALSE(sent);
    };
    run(test());
}

TEST_CASE("a datagram to a group reaches those who have joined it, until they leave") {
    auto test = []() -> task<> {
        net::address group = *net::address::parse("239.255.77.77:0");
        unsigned loopback = ::if_nametoindex("lo");
        if (loopback == 0) loopback = ::if_nametoindex("lo0");
        net::udp_options shared;
        shared.share_port = true;
        auto made = net::udp_socket::bind(*net::address::parse("0.0.0.0:0"), shared);
        REQUIRE(made);
        net::udp_socket member = std::move(*made);
        net::address everybody(net::ipv4_bytes{239, 255, 77, 77}, member.where()->port());
        auto second = net::udp_socket::bind(net::address(net::ipv4_bytes{0, 0, 0, 0}, everybody.port()), shared);
        CHECK(second);
        if (!member.join_group(group, loopback)) co_return;  // a machine without multicast
        net::udp_socket sender = bound();
        REQUIRE(sender.group_sending(0, true, loopback));
        auto sent = co_await sender.send_to("to all", everybody);
        if (!sent) co_return;
        auto got = co_await member.receive();
        CHECK(got->bytes == "to all");
        CHECK(member.leave_group(group, loopback));
        CHECK_FALSE(member.join_group(anywhere));
        CHECK(member.join_group(*net::address::parse("[ff02::1]:0")).error() ==
              std::errc::address_family_not_supported);
    };
    run(test());
}

TEST_CASE("a broadcast needs to be allowed") {
    auto test = []() -> task<> {
        net::udp_socket socket = bound(*net::address::parse("0.0.0.0:0"));
        auto sent = co_await socket.send_to("x", *net::address::parse("255.255.255.255:9"));
        REQUIRE_FALSE(sent);
        bool told = sent.error() == std::errc::permission_denied || sent.error() == std::errc::network_unreachable;
        CHECK(told);
        CHECK(socket.allow_broadcast());
        int on = 0;
        socklen_t size = sizeof on;
        ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_BROADCAST, &on, &size);
        CHECK(on != 0);
    };
    run(test());
}

TEST_CASE("a cancelled receive takes nothing: the next one gets it") {
    auto test = []() -> task<> {
        net::udp_socket server = bound();
        net::udp_socket client = bound();
        net::address where = *server.where();
        bool heard = false;
        {
            async::cancel_scope part(async::this_job());
            auto receives = [&]() -> task<> {
                try {
                    [[maybe_unused]] auto got = co_await server.receive();
                } catch (const cancelled&) {
                    heard = true;
                }
            };
            auto cancels = [&]() -> task<> {
                co_await sleep(1ms);
                os::socket_address target = *where.to_socket_address();
                auto sent = os::send_datagram(client.native_handle(), "kept", &target);
                REQUIRE(sent);
                SUBCASE("before the loop has seen it") { part.cancel(); }
                SUBCASE("between the edge and its turn") {
                    loop::reactor::current().post([&] { part.cancel(); });
                }
            };
            co_await gather(receives(), cancels());
        }
        CHECK(heard);
        auto got = co_await server.receive();
        CHECK(got->bytes == "kept");
    };
    run(test());
}

TEST_CASE("close() ends all who wait, and what is closed is an error") {
    auto test = []() -> task<> {
        net::udp_socket socket = bound();
        int told = 0;
        auto receives = [&]() -> task<> {
            auto got = co_await socket.receive();
            REQUIRE_FALSE(got);
            CHECK(got.error() == std::errc::bad_file_descriptor);
            ++told;
        };
        auto closes = [&]() -> task<> {
            co_await sleep(1ms);
            socket.close();
        };
        co_await gather(receives(), receives(), closes());
        CHECK(told == 2);
        CHECK_FALSE(socket.is_open());
        auto sent = co_await socket.send_to("x", anywhere);
        CHECK(sent.error() == std::errc::bad_file_descriptor);
        CHECK_FALSE(socket.where());
    };
    run(test());
}

TEST_CASE("a socket and its waiter are destroyed together; a taken port and a path are refused") {
    auto test = []() -> task<> {
        auto waits = []() -> task<> {
            net::udp_socket socket = bound();
            [[maybe_unused]] auto got = co_await socket.receive();
        };
        {
            async::job apart;
            task<> gone = waits();
            async::scheduler::run_as as(async::scheduler::current(), apart);
            gone.start();
        }
        net::udp_socket socket = bound();
        auto taken = net::udp_socket::bind(*socket.where());
        REQUIRE_FALSE(taken);
        CHECK(taken.error() == std::errc::address_in_use);
        auto path = net::udp_socket::bind(net::address::local("/tmp/x"));
        CHECK(path.error() == std::errc::address_family_not_supported);
        co_return;
    };
    run(test());
}
