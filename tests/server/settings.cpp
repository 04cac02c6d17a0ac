#include <coracle/server/settings.hpp>

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_CASE("the defaults are those that the README and the threats promise") {
    coracle::server::settings how;
    CHECK(how.limits.head_bytes == 16 * 1024);
    CHECK(how.limits.fields == 100);
    CHECK(how.limits.target_bytes == 8 * 1024);
    CHECK(how.limits.body_bytes == 10 * 1024 * 1024);
    CHECK(how.head_time == 10s);
    CHECK(how.keep_alive_time == 5s);
    CHECK(how.graceful_timeout == 10s);
}
