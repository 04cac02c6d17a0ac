#include <coracle/os/datagram.hpp>

#include <doctest/doctest.h>

#include <poll.h>

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {

const os::socket_address loopback = os::socket_address::ipv4({127, 0, 0, 1}, 0);

std::pair<os::file_descriptor, os::socket_address> bound() {
    auto made = os::open_datagram_socket(loopback);
    REQUIRE(made);
    REQUIRE(os::bind_socket(made->get(), loopback));
    return {std::move(*made), *os::local_address(made->get())};
}
void wait_for(int fd) {
    struct pollfd asked{fd, POLLIN, 0};
    REQUIRE(::poll(&asked, 1, 10'000) == 1);
}

}  // namespace

TEST_CASE("a datagram arrives whole, also an empty one, and tells who sent it") {
    auto [mine, here] = bound();
    auto [theirs, there] = bound();
    char room[16];
    os::socket_address from;
    CHECK(os::is_would_block(os::receive_datagram(mine.get(), room, from).error()));
    for (std::string_view text : {"hello", ""}) {
        REQUIRE(os::send_datagram(theirs.get(), text, &here));
        wait_for(mine.get());
        auto got = os::receive_datagram(mine.get(), room, from);
        REQUIRE(got);
        CHECK(std::string_view(room, got->size) == text);
        CHECK_FALSE(got->truncated);
        CHECK(from.port() == there.port());
    }
}

TEST_CASE("what does not fit is cut, and said to be") {
    auto [mine, here] = bound();
    auto [theirs, there] = bound();
    REQUIRE(os::send_datagram(theirs.get(), "hello", &here));
    REQUIRE(os::send_datagram(theirs.get(), "four", &here));
    wait_for(mine.get());
    char room[4];
    os::socket_address from;
    auto got = os::receive_datagram(mine.get(), room, from);
    CHECK(got->truncated);
    CHECK(std::string_view(room, got->size) == "hell");
    got = os::receive_datagram(mine.get(), room, from);
    CHECK_FALSE(got->truncated);
    CHECK(std::string_view(room, got->size) == "four");
}

TEST_CASE("what is too large or goes nowhere is an error") {
    auto [mine, here] = bound();
    CHECK(os::send_datagram(mine.get(), std::string(70'000, 'x'), &here).error() == std::errc::message_size);
    CHECK(os::send_datagram(mine.get(), "x", nullptr).error() == std::errc::destination_address_required);
    auto [gone, there] = bound();
    gone.reset();
    REQUIRE(os::start_connect(mine.get(), there));
    REQUIRE(os::send_datagram(mine.get(), "x", nullptr));
    wait_for(mine.get());
    CHECK(os::send_datagram(mine.get(), "x", nullptr).error() == std::errc::connection_refused);
}

TEST_CASE("options of groups and broadcasts are taken, and a plain address is no group") {
    auto [mine, here] = bound();
    CHECK(os::allow_broadcast(mine.get(), true));
    CHECK(os::share_group_port(mine.get()));
    CHECK(os::set_group_sending(mine.get(), os::address_family::ipv4, 0, true, 0));
    auto plain = os::set_membership(mine.get(), loopback, 0, true);
    CHECK(plain.error() == std::errc::invalid_argument);
    CHECK_FALSE(os::allow_broadcast(-1, true));
}
