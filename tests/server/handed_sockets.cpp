#include <coracle/server/handed_sockets.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace coracle;

TEST_CASE("what systemd has not handed over is not there") {
    for (const char* each : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(each);
    CHECK(server::handed_sockets({}).empty());
    ::setenv("LISTEN_FDS", "1", 1);
    ::setenv("LISTEN_PID", "1", 1);  // somebody else's
    CHECK(server::handed_sockets({}).empty());
    ::unsetenv("LISTEN_FDS");
    ::unsetenv("LISTEN_PID");
}

TEST_CASE("a socket of a name that nobody handed over is refused, with the names that there are") {
    ::setenv("LISTEN_FDS", "2", 1);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", "http:admin", 1);
    std::string said;
    try {
        (void)server::handed_sockets("metrics").size();
    } catch (const std::logic_error& why) {
        said = why.what();
    }
    CHECK(said == "coracle: systemd handed over no socket with the name 'metrics', but http, admin");
    CHECK(std::getenv("LISTEN_FDS") == nullptr);
}
