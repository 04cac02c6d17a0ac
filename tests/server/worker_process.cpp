#include <coracle/server/worker_process.hpp>

#include <coracle/net/address.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> shell(std::string script) { return {"/bin/sh", "-c", std::move(script)}; }
std::vector<net::listening_socket> one_door() {
    std::vector<net::listening_socket> doors;
    doors.push_back(std::move(*net::listening_socket::open(*net::address::of("127.0.0.1", 0))));
    return doors;
}
template <class Condition>
bool soon(Condition holds) {
    for (int i = 0; i < 2000 && !holds(); ++i) std::this_thread::sleep_for(5ms);
    return holds();
}

}  // namespace

TEST_CASE("a worker process finds how many sockets it has, and its line behind them") {
    auto doors = one_door();
    // Word 'r' on the line, which is number 4; then it waits for a word and ends with 7.
    server::worker_process one(
        shell("test \"$CORACLE_WORKER_PROCESS\" = 1 && test -z \"$NOTIFY_SOCKET\" && printf r >&4 && head -c1 <&4 "
              ">/dev/null; exit 7"),
        doors);
    CHECK(one.number() > 0);
    CHECK(soon([&] { return one.look() || one.ready(); }));
    CHECK(one.ready());
    CHECK_FALSE(one.leaving());
    one.tell_to_end('l', 60s);
    CHECK(one.leaving());
    CHECK_FALSE(one.overdue());
    CHECK(soon([&] { return one.look(); }));
    CHECK(one.status()->code() == 7);
}

TEST_CASE("one that was ready and says no more hangs; one that was not is given its time") {
    auto doors = one_door();
    server::worker_process slow(shell("exec sleep 60"), doors);
    server::worker_process dead(shell("printf r >&4; exec sleep 60"), doors);
    CHECK(soon([&] { return dead.look() || dead.ready(); }));
    CHECK(soon([&] { return dead.hangs(50ms); }));
    CHECK_FALSE(slow.hangs(50ms));
    CHECK_FALSE(dead.hangs(0ms));
    dead.kill();
    CHECK_FALSE(dead.hangs(50ms));
    CHECK(soon([&] { return dead.look(); }));
    CHECK(dead.status()->signal() == SIGKILL);
    slow.tell_to_end('l', 0ms);
    CHECK(soon([&] { return slow.overdue() || slow.look(); }));
}

TEST_CASE("a program that is not there is an error that names it") {
    CHECK_THROWS_AS(server::worker_process({"/nowhere/program"}, one_door()), std::system_error);
}
