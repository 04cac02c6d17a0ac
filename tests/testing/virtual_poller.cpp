// virtual_poller: what it does besides the contract of every poller (tests/os/poller.cpp).
#include <coracle/testing/virtual_poller.hpp>

#include <coracle/os/socket.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

using namespace coracle;
using namespace std::chrono_literals;
using testing::virtual_poller;

namespace {

auto in_life() { return std::chrono::steady_clock::now(); }

}  // namespace

TEST_CASE("time stands still, and a wait jumps exactly to its end") {
    virtual_poller poller;
    auto began = in_life();
    auto begin = poller.now();
    CHECK(poller.elapsed() == 0s);
    poller.wait(begin + 1h);
    CHECK(poller.elapsed() == 1h);
    poller.wait(begin + 1h + 1ns);
    CHECK(poller.now() - begin == 1h + 1ns);
    poller.wait(begin);  // the past
    CHECK(poller.elapsed() == 1h + 1ns);
    poller.skip(24h);
    CHECK(poller.elapsed() == 25h + 1ns);
    CHECK(poller.waits() == 3);
    CHECK(in_life() - began < 10s);
}

TEST_CASE("the time of day goes on with it") {
    virtual_poller poller(1s, 5000);
    CHECK(poller.unix_milliseconds() == 5000);
    poller.wait(poller.now() + 1500us);
    CHECK(poller.unix_milliseconds() == 5001);
    poller.skip(1h);
    CHECK(poller.unix_milliseconds() == 5001 + 3'600'000);
}

TEST_CASE("a wait for ever is a deadlock when nobody has come within its patience, and one until the end of time too") {
    virtual_poller poller(0s);
    CHECK_THROWS_AS(poller.wait(std::nullopt), testing::deadlock);
    CHECK_THROWS_AS(poller.wait(os::time_point::max()), std::logic_error);
    CHECK(poller.elapsed() == 0s);
    poller.wake();
    poller.wait(std::nullopt);
    int asked = 0;
    poller.in_deadlock([&] {
        if (++asked == 2) throw testing::deadlock("the cook");
    });
    poller.wait(std::nullopt);
    try {
        poller.wait(std::nullopt);
        FAIL("no deadlock");
    } catch (const testing::deadlock& why) {
        CHECK(std::string(why.what()).ends_with("these wait:\nthe cook"));
    }
    CHECK(asked == 2);
}

TEST_CASE("a call under way is waited for: no time has passed when it returns before the next timer is due") {
    virtual_poller poller(0s);
    std::atomic<bool> under_way{true};
    poller.wait_also_for([&] { return under_way.load(); });
    std::thread call([&] {
        under_way = false;
        poller.wake();
    });
    poller.wait(poller.now() + 1h);
    call.join();
    CHECK(!under_way);
    CHECK(poller.elapsed() == 0s);
    poller.wait(poller.now() + 1h);
    CHECK(poller.elapsed() == 1h);
}

TEST_CASE("a call that takes longer than the next timer lets it come, as in life") {
    virtual_poller poller(0s);
    poller.wait_also_for([] { return true; });
    auto began = in_life();
    poller.wait(poller.now() + 3ms);
    CHECK(poller.elapsed() == 3ms);
    CHECK(in_life() - began >= 3ms);
}

TEST_CASE("descriptors are told before time jumps over them") {
    virtual_poller poller(10s, 0, 1s);
    auto pair = os::open_socket_pair();
    REQUIRE(pair);
    struct counter final : os::watcher {
        int readable = 0;
        void on_ready(os::readiness now) noexcept override { readable += now.readable; }
    } who;
    REQUIRE(poller.watch(pair->first.get(), who));
    poller.wait(poller.now() + 1h);  // the first edge: it can be written to
    REQUIRE(os::send_some(pair->second.get(), "x"));
    poller.wait(poller.now() + 1h);
    CHECK(who.readable == 1);
    CHECK(poller.elapsed() == 0s);
    poller.forget(pair->first.get(), who);
    poller.wait(poller.now() + 1h);
    CHECK(poller.elapsed() == 1h);
}
