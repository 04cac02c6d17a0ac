#include <doctest/doctest.h>

#include <coracle/app/run_options.hpp>

TEST_CASE("the defaults are uvicorn's: this machine only, port 8000, one loop, with an access log") {
    coracle::run_options options;
    CHECK(options.host == "127.0.0.1");
    CHECK(options.port == 8000);
    CHECK(options.workers == 1);
    CHECK(options.access_log);
    coracle::run_options all{.host = "0.0.0.0", .port = 80, .workers = 4, .access_log = false};
    CHECK(all.workers == 4);
}
