#include <coracle/os/socket_activation.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace coracle;

TEST_CASE("handed descriptors are numbered from 3 on, have names, and are given once") {
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "3", 1);
    ::setenv("LISTEN_FDNAMES", "http:admin", 1);
    auto all = os::take_handed_descriptors();
    REQUIRE(all.size() == 3);
    CHECK(all[0].number == 3);
    CHECK(all[0].name == "http");
    CHECK(all[1].name == "admin");
    CHECK(all[2].number == 5);
    CHECK(all[2].name.empty());
    CHECK(os::take_handed_descriptors().empty());
    CHECK(std::getenv("LISTEN_FDNAMES") == nullptr);
}

TEST_CASE("descriptors of somebody else, and nonsense, are none") {
    ::setenv("LISTEN_PID", "1", 1);
    ::setenv("LISTEN_FDS", "1", 1);
    CHECK(os::take_handed_descriptors().empty());
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "-1", 1);
    CHECK(os::take_handed_descriptors().empty());
    for (const char* each : {"LISTEN_PID", "LISTEN_FDS"}) ::unsetenv(each);
}
