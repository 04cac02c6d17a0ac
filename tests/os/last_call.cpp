#include <coracle/os/last_call.hpp>

#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/socket_address.hpp>

#include <doctest/doctest.h>

#include <poll.h>
#include <unistd.h>

#include <string>
#include <utility>

using namespace coracle;

namespace {

struct door {
    os::file_descriptor listener;
    os::socket_address where;
};
door open_door(const os::socket_address& on) {
    auto made = os::open_stream_socket(on);
    REQUIRE(made);
    REQUIRE(os::bind_socket(made->get(), on));
    REQUIRE(os::listen_on(made->get()));
    auto where = os::local_address(made->get());
    REQUIRE(where);
    return {std::move(*made), *where};
}
bool within(int fd, short what, int milliseconds) {
    pollfd one{fd, what, 0};
    return ::poll(&one, 1, milliseconds) == 1;
}
os::file_descriptor knock(const door& at) {
    auto client = os::open_stream_socket(at.where);
    REQUIRE(client);
    [[maybe_unused]] auto started = os::start_connect(client->get(), at.where);
    return std::move(*client);
}
std::string said_by(int fd) {
    char room[64];
    REQUIRE(within(fd, POLLIN, 10'000));
    auto count = os::receive(fd, room);
    REQUIRE(count);
    return std::string(room, *count);
}

}  // namespace

TEST_CASE("after the last call who has come is accepted and heard, and nobody else comes in") {
    for (auto& on : {os::socket_address::ipv4({127, 0, 0, 1}, 0),
                     os::socket_address::ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0),
                     *os::socket_address::local("/tmp/coracle_last_call_" + std::to_string(::getpid()))}) {
        door one = open_door(on);
        os::file_descriptor early = knock(one);
        REQUIRE(within(early.get(), POLLOUT, 10'000));
        bool possible = os::last_call(one.listener.get(), on.family());
#if defined(__linux__)
        REQUIRE(possible);
#endif
        if (possible) {
            os::file_descriptor late = knock(one);
            CHECK_FALSE((within(late.get(), POLLOUT, 50) && os::finish_connect(late.get())));
            os::socket_address peer;
            auto accepted = os::accept_connection(one.listener.get(), peer);
            REQUIRE(accepted);
            REQUIRE(os::send_some(early.get(), "asked"));
            CHECK(said_by(accepted->get()) == "asked");
            REQUIRE(os::send_some(accepted->get(), "answered"));
            CHECK(said_by(early.get()) == "answered");
            CHECK_FALSE(os::accept_connection(one.listener.get(), peer));
        }
        if (on.family() == os::address_family::local) ::unlink(std::string(on.path()).c_str());
    }
}

TEST_CASE("the last call on what is no socket changes nothing") {
    CHECK_FALSE(os::last_call(-1, os::address_family::ipv4));
    CHECK_FALSE(os::last_call(-1, os::address_family::local));
}
