#include <doctest/doctest.h>

#include <coracle/app/hub_options.hpp>

TEST_CASE("a hub of which nothing is said keeps a thousand items, and ends who falls further behind") {
    coracle::hub_options usual;
    CHECK(usual.capacity == 1024);
    CHECK(usual.slow == coracle::when_slow::close);
    CHECK(usual.first_id == 1);
    coracle::hub_statistics none;
    CHECK(none.published == 0);
}
