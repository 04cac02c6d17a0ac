#include <coracle/server/serve.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <stdexcept>

using namespace coracle;

TEST_CASE("the environment has the last word about where to listen") {
    ::unsetenv("CORACLE_HOST");
    ::unsetenv("CORACLE_PORT");
    CHECK(server::from_environment({.host = "::1", .port = 7}).port == 7);
    ::setenv("CORACLE_PORT", "8123", 1);
    ::setenv("CORACLE_HOST", "0.0.0.0", 1);
    run_options changed = server::from_environment({.host = "::1", .port = 7});
    CHECK(changed.port == 8123);
    CHECK(changed.host == "0.0.0.0");
    ::setenv("CORACLE_PORT", "many", 1);
    CHECK_THROWS_AS(server::from_environment({}), std::logic_error);
    ::unsetenv("CORACLE_HOST");
    ::unsetenv("CORACLE_PORT");
}

TEST_CASE("an address that cannot be had is exit code 3, uvicorn's") {
    app served;
    CHECK(served.run({.host = "192.0.2.1", .port = 1, .banner = false, .signals = false}) == 3);
}
