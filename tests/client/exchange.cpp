#include <coracle/client/exchange.hpp>

#include <doctest/doctest.h>

TEST_CASE("a request that is sent gives a reply") { CHECK(true); }
