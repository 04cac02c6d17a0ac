#include <coracle/os/bytes_acknowledged.hpp>

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

using namespace coracle;

#if defined(__linux__)
TEST_CASE("what the peer has acknowledged is counted, and a socket that is no TCP has no count") {
    int door = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    REQUIRE(::bind(door, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
    REQUIRE(::listen(door, 1) == 0);
    REQUIRE(::getsockname(door, reinterpret_cast<sockaddr*>(&where), &size) == 0);
    int client = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(::connect(client, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0);
    int server = ::accept(door, nullptr, nullptr);
    auto before = os::bytes_acknowledged(server);
    REQUIRE(before);
    REQUIRE(::send(server, "hello", 5, 0) == 5);
    char room[8];
    REQUIRE(::recv(client, room, sizeof room, MSG_WAITALL | MSG_DONTWAIT) >= 0);
    std::uint64_t counted = 0;
    for (int i = 0; i < 1000 && counted < 5; ++i) {  // an acknowledgement may be 40 ms late
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        counted = *os::bytes_acknowledged(server) - *before;
    }
    CHECK(counted == 5);
    for (int fd : {door, client, server}) ::close(fd);
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK_FALSE(os::bytes_acknowledged(pair[0]));
    CHECK_FALSE(os::bytes_acknowledged(-1));
    for (int fd : pair) ::close(fd);
}
#else
TEST_CASE("where the system does not say, nobody guesses") { CHECK_FALSE(os::bytes_acknowledged(0)); }
#endif
