#include <coracle/os/wall_clock.hpp>

#include <doctest/doctest.h>

#include <ctime>

TEST_CASE("the wall clock counts from 1970, in seconds and in milliseconds") {
    auto before = static_cast<std::int64_t>(std::time(nullptr));
    std::int64_t seconds = coracle::os::unix_seconds();
    std::int64_t milliseconds = coracle::os::unix_milliseconds();
    auto after = static_cast<std::int64_t>(std::time(nullptr));
    CHECK(seconds >= before);
    CHECK(milliseconds / 1000 >= seconds);
    CHECK(milliseconds / 1000 <= after + 1);
    CHECK(seconds > 1'700'000'000);
}
