#include <coracle/os/socket_address.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <system_error>

using namespace coracle;
using os::address_family;
using os::socket_address;

TEST_CASE("an address of each family gives back what it was made of") {
    auto four = socket_address::ipv4({192, 0, 2, 1}, 8000);
    CHECK(four.family() == address_family::ipv4);
    CHECK(four.port() == 8000);
    CHECK(four.ipv4_bytes() == std::array<std::uint8_t, 4>{192, 0, 2, 1});
    CHECK(four.path().empty());

    std::array<std::uint8_t, 16> bytes{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    auto six = socket_address::ipv6(bytes, 443, 3);
    CHECK(six.family() == address_family::ipv6);
    CHECK(six.port() == 443);
    CHECK(six.ipv6_bytes() == bytes);
    CHECK(six.ipv6_scope() == 3);

    auto local = socket_address::local("/run/coracle.sock");
    REQUIRE(local);
    CHECK(local->family() == address_family::local);
    CHECK(local->path() == "/run/coracle.sock");
    CHECK(local->port() == 0);

    CHECK(socket_address().family() == address_family::none);
    CHECK(socket_address().port() == 0);
    CHECK(socket_address().path().empty());
}

TEST_CASE("a path that does not fit into an address is refused, not cut") {
    sockaddr_un room{};
    std::string longest(sizeof room.sun_path - 1, 'x');
    auto fits = socket_address::local(longest);
    REQUIRE(fits);
    CHECK(fits->path() == longest);
    auto too_long = socket_address::local(longest + "x");
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error() == std::errc::filename_too_long);
    CHECK(socket_address::local("").error() == std::errc::invalid_argument);
    CHECK(socket_address::local(std::string_view("/tmp/a\0b", 8)).error() == std::errc::invalid_argument);
}

TEST_CASE("an abstract name keeps its leading NUL and its exact length") {
    auto abstract = socket_address::local(std::string_view("\0coracle", 8));
    REQUIRE(abstract);
    CHECK(abstract->family() == address_family::local);
    CHECK(abstract->path() == std::string_view("\0coracle", 8));
}

TEST_CASE("what a kernel call fills in is taken over, and what it could not fill is empty") {
    socket_address out = socket_address::ipv4({1, 2, 3, 4}, 5);
    auto source = socket_address::ipv6({}, 99);
    int outcome = socket_address::filled_by(out, [&](sockaddr* room, socklen_t* length) {
        std::memcpy(room, source.data(), source.size());
        *length = source.size();
        return 0;
    });
    CHECK(outcome == 0);
    CHECK(out.family() == address_family::ipv6);
    CHECK(out.port() == 99);

    outcome = socket_address::filled_by(out, [](sockaddr*, socklen_t*) { return -1; });
    CHECK(outcome == -1);
    CHECK(out.family() == address_family::none);

    // A kernel that had to cut tells the length it would have needed.
    socket_address::filled_by(out, [](sockaddr* room, socklen_t* length) {
        room->sa_family = AF_UNIX;
        *length = 4096;
        return 0;
    });
    CHECK(out.size() <= sizeof(sockaddr_storage));
    CHECK(out.family() == address_family::none);  // an unnamed client of a unix socket
}
