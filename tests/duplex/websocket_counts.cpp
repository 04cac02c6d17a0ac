#include <coracle/duplex/websocket_counts.hpp>

#include <doctest/doctest.h>

using coracle::duplex::websocket_counts;

TEST_CASE("each registered code has a place of its own, and all others share one") {
    CHECK(websocket_counts::place_of(1000) == 0);
    CHECK(websocket_counts::place_of(1015) == 15);
    for (int code : {0, 999, 1016, 3000, 4999}) CHECK(websocket_counts::place_of(code) == 16);
    websocket_counts counts;
    counts.codes[websocket_counts::place_of(1006)].add();
    CHECK(counts.codes[6].get() == 1);
}
