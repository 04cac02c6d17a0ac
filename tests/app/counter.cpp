#include <coracle/app/counter.hpp>

#include <doctest/doctest.h>

using namespace coracle;

TEST_CASE("a counter only grows") {
    metrics::counter one{"steps_total", "Steps"};
    one.inc();
    one.inc(2.5);
    one.inc(-7);
    one.inc(0);
    CHECK(one.value() == 3.5);
}
