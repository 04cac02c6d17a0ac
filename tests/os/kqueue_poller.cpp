// What only kqueue can do wrong; the contract is in poller.cpp. On Linux this needs -isystem tests/os/kqueue_shim.
#include <coracle/os/kqueue_poller.hpp>

#include <doctest/doctest.h>

#if __has_include(<sys/event.h>)

#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>

#include <cerrno>
#include <chrono>
#include <optional>

using namespace coracle;
using namespace std::chrono_literals;

namespace {
struct counter final : os::watcher {
    int calls = 0;
    os::poller* poller = nullptr;
    int fd = -1;
    void on_ready(os::readiness) noexcept override {
        ++calls;
        if (poller) poller->forget(fd, *this);
    }
};
}  // namespace

TEST_CASE("kqueue: a watcher that forgets itself at its first filter is not called by the second of the same batch") {
    os::kqueue_poller poller;
    auto pair = os::open_socket_pair();
    REQUIRE(pair);
    counter who;
    who.poller = &poller;
    who.fd = pair->first.get();
    REQUIRE(os::send_some(pair->second.get(), "readable and writable at once"));
    REQUIRE(poller.watch(who.fd, who));
    poller.wait(poller.now() + 10s);
    CHECK(who.calls == 1);
    poller.wait(os::time_point::min());
    CHECK(who.calls == 1);
}

TEST_CASE("kqueue: wake leaves errno alone, and a very long wait is no error") {
    os::kqueue_poller poller;
    errno = 1234;
    poller.wake();
    CHECK(errno == 1234);
    poller.wait(os::time_point::max());
}

#endif
