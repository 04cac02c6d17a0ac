#include <coracle/server/run_processes.hpp>

#include <doctest/doctest.h>

#include <cstdlib>

using namespace coracle;

TEST_CASE("run_processes says 3 for what cannot start") {
    app served;
    CHECK(served.run_processes({.count = 0}, {.port = 0, .banner = false}) == 3);
    CHECK(served.run_processes({.count = 1}, {.host = "192.0.2.1", .port = 1, .banner = false}) == 3);
    CHECK(served.run_processes({.count = 1}, {.host = "nonsense", .banner = false}) == 3);
}

TEST_CASE("a variable that only a parent sets is refused when somebody else has set it") {
    CHECK_FALSE(server::is_worker_process());
    ::setenv("CORACLE_WORKER_PROCESS", "many", 1);
    CHECK(server::is_worker_process());
    app served;
    CHECK(served.run_processes({.count = 1}, {.banner = false}) == 3);
    CHECK_FALSE(server::is_worker_process());
}
