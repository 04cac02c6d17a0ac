#include <coracle/app/process_options.hpp>

#include <doctest/doctest.h>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("the time in which a worker process has to answer is uvicorn's") {
    CHECK(process_options().health_timeout == 5s);
    CHECK(process_options().count == 2);
}
