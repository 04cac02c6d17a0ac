#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/listening_socket.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {
const net::address anywhere = *net::address::parse("127.0.0.1:0");
}  // namespace

TEST_CASE("clients connect before anybody has a loop, and are accepted by whoever takes the door") {
    auto door = net::listening_socket::open(anywhere);
    REQUIRE(door);
    CHECK(door->where().port() != 0);
    auto meet = [&]() -> task<> {
        auto client = co_await net::connect(door->where());
        REQUIRE(client);
        auto same = door->share();
        REQUIRE(same);
        CHECK(same->where() == door->where());
        auto listener = net::listener::of(std::move(*same));
        REQUIRE(listener);
        auto met = co_await listener->accept();
        CHECK(met);
    };
    run(meet());
}

TEST_CASE("an inherited socket is served as if it had been opened here") {
    auto door = net::listening_socket::open(anywhere);
    REQUIRE(door);
    int number = ::dup(door->native_handle());
    ::fcntl(number, F_SETFL, 0);  // a parent that blocks
    auto again = net::listening_socket::inherit(number);
    REQUIRE(again);
    CHECK(again->where() == door->where());
    CHECK((::fcntl(number, F_GETFL) & O_NONBLOCK) != 0);
    CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("what is no socket that listens is refused, and stays the caller's") {
    CHECK(net::listening_socket::inherit(-1).error() == std::errc::bad_file_descriptor);
    CHECK(net::listening_socket::inherit(9999).error() == std::errc::bad_file_descriptor);
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    CHECK(net::listening_socket::inherit(pipe[0]).error() == std::errc::not_a_socket);
    int deaf = ::socket(AF_INET, SOCK_STREAM, 0);
    CHECK(net::listening_socket::inherit(deaf).error() == std::errc::invalid_argument);
    for (int each : {pipe[0], pipe[1], deaf}) CHECK(::close(each) == 0);
}

TEST_CASE("the name of a unix socket stays until its opener goes, whoever else serves it") {
    std::string path = "/tmp/coracle_door_" + std::to_string(::getpid());
    {
        auto door = net::listening_socket::open(net::address::local(path));
        REQUIRE(door);
        {
            auto same = door->share();
        }
        CHECK(::access(path.c_str(), F_OK) == 0);
    }
    CHECK(::access(path.c_str(), F_OK) != 0);
}
