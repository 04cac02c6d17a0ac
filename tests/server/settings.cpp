#include <coracle/server/settings.hpp>

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_CASE("a server that is told nothing has the limits that server_limits promises") {
    coracle::server::settings how;
    CHECK(how.limits.max_body_bytes == coracle::server_limits().max_body_bytes);
    CHECK(how.limits.keep_alive == 5s);
    CHECK(how.graceful_timeout == 10s);
}
