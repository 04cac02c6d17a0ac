#include <coracle/os/service_notice.hpp>

#include <coracle/os/socket.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct manager_socket {
    explicit manager_socket(const std::string& path) {
        auto where = os::socket_address::local(path);
        REQUIRE(where);
        auto made = os::open_datagram_socket(*where);
        REQUIRE(made);
        REQUIRE(os::bind_socket(made->get(), *where));
        socket = std::move(*made);
    }
    std::string hear() {
        char room[512];
        os::socket_address from;
        auto got = os::receive_datagram(socket.get(), room, from);
        return got ? std::string(room, got->size) : "nothing";
    }
    os::file_descriptor socket;
};

}  // namespace

TEST_CASE("a service manager is told in its own words, by a path or an abstract name") {
    std::string path = "/tmp/coracle_notify_" + std::to_string(::getpid());
    for (bool abstract : {false, true}) {
#if !defined(__linux__)
        if (abstract) break;
#endif
        manager_socket listener(abstract ? std::string(1, '\0') + "coracle" + path : path);
        ::setenv("NOTIFY_SOCKET", abstract ? ("@coracle" + path).c_str() : path.c_str(), 1);
        os::service_notice manager = os::service_notice::from_environment();
        CHECK(manager.listens());
        CHECK(!manager.interval());
        manager.ready("Listening");
        CHECK(listener.hear() == "READY=1\nSTATUS=Listening");
        manager.reloading();
        CHECK(listener.hear().starts_with("RELOADING=1\nMONOTONIC_USEC="));
        manager.alive();
        CHECK(listener.hear() == "WATCHDOG=1");
        manager.stopping();
        CHECK(listener.hear() == "STOPPING=1\nSTATUS=Stopping");
        CHECK(listener.hear() == "nothing");
    }
    ::unlink(path.c_str());
    os::service_notice late = os::service_notice::from_environment();
    late.ready("nobody hears it");
    ::unsetenv("NOTIFY_SOCKET");
    CHECK_FALSE(os::service_notice::from_environment().listens());
    CHECK_FALSE(os::service_notice().listens());
}

TEST_CASE("the watchdog's time is halved, and is nobody else's") {
    ::setenv("NOTIFY_SOCKET", "/tmp/coracle_nobody", 1);
    ::setenv("WATCHDOG_USEC", "3000000", 1);
    CHECK(os::service_notice::from_environment().interval() == 1500ms);
    ::setenv("WATCHDOG_PID", "1", 1);
    CHECK(!os::service_notice::from_environment().interval());
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    CHECK(os::service_notice::from_environment().interval() == 1500ms);
    for (const char* each : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(each);
    ::setenv("NOTIFY_SOCKET", "relative", 1);
    CHECK_FALSE(os::service_notice::from_environment().listens());
    ::unsetenv("NOTIFY_SOCKET");
}
