#include <coracle/os/spare_descriptor.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

using namespace coracle;

namespace {
// Takes every descriptor that is left.
std::vector<os::file_descriptor> exhaust() {
    std::vector<os::file_descriptor> all;
    for (;;) {
        os::file_descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (!one) return all;
        all.push_back(std::move(one));
    }
}
struct low_limit {
    struct rlimit before{};
    low_limit() {
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
        struct rlimit low = before;
        low.rlim_cur = 64;
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    }
    ~low_limit() { ::setrlimit(RLIMIT_NOFILE, &before); }
};
}  // namespace

TEST_CASE("D20: with no descriptor left, waiting connections are turned away instead of left hanging") {
    low_limit low;
    auto loopback = os::socket_address::ipv4({127, 0, 0, 1}, 0);
    auto listener = os::open_stream_socket(loopback);
    REQUIRE(listener);
    REQUIRE(os::bind_socket(listener->get(), loopback));
    REQUIRE(os::listen_on(listener->get()));
    auto where = os::local_address(listener->get());
    REQUIRE(where);

    std::vector<os::file_descriptor> clients;
    for (int i = 0; i < 3; ++i) {
        auto client = os::open_stream_socket(*where);
        REQUIRE(client);
        auto started = os::start_connect(client->get(), *where);
        CHECK((started || os::is_in_progress(started.error())));
        clients.push_back(std::move(*client));
    }
    for (auto& client : clients) {
        pollfd one{client.get(), POLLOUT, 0};
        REQUIRE(::poll(&one, 1, 10'000) == 1);
    }

    os::spare_descriptor spare;
    REQUIRE(spare);
    {
        auto all = exhaust();
        os::socket_address peer;
        auto refused = os::accept_connection(listener->get(), peer);
        REQUIRE_FALSE(refused);
        CHECK(os::is_out_of_descriptors(refused.error()));

        CHECK(spare.turn_away(listener->get(), 2) == 2);
        CHECK(spare);
        CHECK(spare.turn_away(listener->get(), 100) == 1);
        CHECK(spare);
        CHECK(spare.turn_away(listener->get(), 100) == 0);
    }
    for (auto& client : clients) {
        pollfd one{client.get(), POLLIN, 0};
        REQUIRE(::poll(&one, 1, 10'000) == 1);
        std::array<char, 1> room;
        auto end = os::receive(client.get(), room);
        CHECK((!end || *end == 0));
    }
}
