// What only epoll can do wrong; the contract is in poller.cpp.
#include <coracle/os/epoll_poller.hpp>

#include <doctest/doctest.h>

#if defined(__linux__)

#include <coracle/os/file_descriptor.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ostream>
#include <system_error>

using namespace coracle;
using namespace std::chrono_literals;

namespace {
struct nobody final : os::watcher {
    void on_ready(os::readiness) noexcept override {}
};
}  // namespace

TEST_CASE("watching twice is refused, and the first watch stands") {
    os::epoll_poller poller;
    nobody who;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    os::file_descriptor in(ends[0]);
    os::file_descriptor out(ends[1]);
    REQUIRE(poller.watch(in.get(), who));
    auto again = poller.watch(in.get(), who);
    REQUIRE_FALSE(again);
    CHECK(again.error() == std::errc::file_exists);
    poller.forget(in.get(), who);
    CHECK(poller.watch(in.get(), who));
}

TEST_CASE("epoll: short waits are short, and wake leaves errno alone") {
    os::epoll_poller poller;
    // 64 waits of 50 microseconds: rounded up to milliseconds they would take 64 ms. The best of a few tries counts,
    // because the machine may be busy. Kernels before 5.11 round, and are let off.
    auto best = std::chrono::nanoseconds(1h);
    for (int i = 0; i < 20 && best > 40ms; ++i) {
        auto begin = os::clock::now();
        for (int j = 0; j < 64; ++j) poller.wait(poller.now() + 50us);
        best = std::min(best, std::chrono::nanoseconds(os::clock::now() - begin));
    }
    WARN(best < 40ms);
    CHECK(best >= 64 * 50us);

    errno = 1234;
    poller.wake();
    CHECK(errno == 1234);
}

#endif
