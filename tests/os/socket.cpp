#include <coracle/os/socket.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

using namespace coracle;

namespace {

struct tcp {
    os::file_descriptor listener;
    os::socket_address where;
};
tcp listen_anywhere(const os::socket_address& on) {
    auto made = os::open_stream_socket(on);
    REQUIRE(made);
    REQUIRE(os::reuse_address(made->get()));
    REQUIRE(os::bind_socket(made->get(), on));
    REQUIRE(os::listen_on(made->get()));
    auto where = os::local_address(made->get());
    REQUIRE(where);
    return {std::move(*made), *where};
}
const os::socket_address loopback = os::socket_address::ipv4({127, 0, 0, 1}, 0);

void wait_for(int fd, short what) {
    pollfd one{fd, what, 0};
    REQUIRE(::poll(&one, 1, 10'000) == 1);
}
bool is_prepared(int fd) {
    return (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}
std::pair<os::file_descriptor, os::file_descriptor> connected() {
    tcp server = listen_anywhere(loopback);
    auto client = os::open_stream_socket(server.where);
    REQUIRE(client);
    auto started = os::start_connect(client->get(), server.where);
    if (!started) REQUIRE(os::is_in_progress(started.error()));
    wait_for(server.listener.get(), POLLIN);
    os::socket_address peer;
    auto accepted = os::accept_connection(server.listener.get(), peer);
    REQUIRE(accepted);
    wait_for(client->get(), POLLOUT);
    REQUIRE(os::finish_connect(client->get()));
    CHECK(peer.family() == os::address_family::ipv4);
    CHECK(peer.port() == os::local_address(client->get())->port());
    CHECK(os::peer_address(client->get())->port() == server.where.port());
    return {std::move(*client), std::move(*accepted)};
}

}  // namespace

TEST_CASE("every socket is non-blocking and closed by exec: opened, paired and accepted") {
    auto [client, server] = connected();
    CHECK(is_prepared(client.get()));
    CHECK(is_prepared(server.get()));
    auto pair = os::open_socket_pair();
    REQUIRE(pair);
    CHECK(is_prepared(pair->first.get()));
    CHECK(is_prepared(pair->second.get()));
}

TEST_CASE("bytes go both ways, an empty socket would block, and the end is zero bytes") {
    auto [client, server] = connected();
    std::array<char, 64> room;
    auto nothing = os::receive(server.get(), room);
    REQUIRE_FALSE(nothing);
    CHECK(os::is_would_block(nothing.error()));
    CHECK_FALSE(os::at_end_of_stream(server.get()));

    REQUIRE(*os::send_some(client.get(), "hello, ") == 7);
    REQUIRE(*os::send_some(client.get(), "two ", "pieces") == 10);
    std::string all;
    while (all.size() < 17) {
        wait_for(server.get(), POLLIN);
        auto count = os::receive(server.get(), room);
        REQUIRE(count);
        all.append(room.data(), *count);
    }
    CHECK(all == "hello, two pieces");

    REQUIRE(os::shutdown_sending(client.get()));
    wait_for(server.get(), POLLIN);
    CHECK(os::at_end_of_stream(server.get()));
    CHECK(*os::receive(server.get(), room) == 0);
    CHECK(os::send_some(server.get(), "still open this way"));
}

TEST_CASE("a full socket would block") {
    auto pair = os::open_socket_pair();
    REQUIRE(pair);
    std::string block(1 << 16, 'x');
    for (;;) {
        auto count = os::send_some(pair->first.get(), block, "and a second piece");
        if (count) continue;
        CHECK(os::is_would_block(count.error()));
        break;
    }
}

TEST_CASE("writing to a peer that is gone is an error and no SIGPIPE") {
    static volatile sig_atomic_t pipes = 0;
    auto before = ::signal(SIGPIPE, [](int) { pipes = pipes + 1; });
    auto pair = os::open_socket_pair();
    REQUIRE(pair);
    pair->second.reset();
    auto lost = os::send_some(pair->first.get(), "x");
    REQUIRE_FALSE(lost);
    CHECK(lost.error() == std::errc::broken_pipe);
    auto lost_pieces = os::send_some(pair->first.get(), "x", "y");
    REQUIRE_FALSE(lost_pieces);
    CHECK(lost_pieces.error() == std::errc::broken_pipe);
    CHECK(pipes == 0);
    ::signal(SIGPIPE, before);
}

TEST_CASE("a connection is in progress until it is made, and a refused one says so") {
    tcp server = listen_anywhere(loopback);
    auto client = os::open_stream_socket(server.where);
    REQUIRE(client);
    auto early = os::finish_connect(client->get());
    REQUIRE_FALSE(early);
    CHECK(os::is_in_progress(early.error()));

    os::socket_address gone = server.where;
    server.listener.reset();
    auto started = os::start_connect(client->get(), gone);
    REQUIRE_FALSE(started);
    if (os::is_in_progress(started.error())) {
        wait_for(client->get(), POLLOUT);
        started = os::finish_connect(client->get());
        REQUIRE_FALSE(started);
    }
    CHECK(started.error() == std::errc::connection_refused);
}

TEST_CASE("accept says would-block when nobody waits, and a socket that does not listen is an error at once") {
    tcp server = listen_anywhere(loopback);
    os::socket_address peer;
    auto nobody = os::accept_connection(server.listener.get(), peer);
    REQUIRE_FALSE(nobody);
    CHECK(os::is_would_block(nobody.error()));

    auto pair = os::open_socket_pair();
    REQUIRE(pair);
    CHECK_FALSE(os::accept_connection(pair->first.get(), peer));  // EINVAL on Linux
    auto plain = os::file_descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK_FALSE(os::accept_connection(plain.get(), peer));  // ENOTSOCK
}

TEST_CASE("reset_on_close drops the connection: the peer reads a reset") {
    auto [client, server] = connected();
    REQUIRE(os::reset_on_close(client.get()));
    client.reset();
    wait_for(server.get(), POLLIN);
    std::array<char, 8> room;
    auto count = os::receive(server.get(), room);
    REQUIRE_FALSE(count);
    CHECK(count.error() == std::errc::connection_reset);
}

TEST_CASE("options: no delay, a shared port, IPv6 alone") {
    auto [client, server] = connected();
    CHECK(os::send_without_delay(client.get()));
#if defined(__linux__)
    auto first = os::open_stream_socket(loopback);
    REQUIRE(os::share_port(first->get()));
    REQUIRE(os::bind_socket(first->get(), loopback));
    auto where = os::local_address(first->get());
    auto second = os::open_stream_socket(loopback);
    REQUIRE(os::share_port(second->get()));
    CHECK(os::bind_socket(second->get(), *where));
    auto third = os::open_stream_socket(loopback);
    auto refused = os::bind_socket(third->get(), *where);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == std::errc::address_in_use);
#endif
    auto six = os::open_stream_socket(os::socket_address::ipv6({}, 0));
    if (six) CHECK(os::take_only_ipv6(six->get(), true));
}
