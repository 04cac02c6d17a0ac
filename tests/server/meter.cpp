#include <coracle/server/meter.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a meter tells the time and the bytes of one answer, whatever was sent before or waits") {
    server::loop_counts counts;
    {
        server::meter one(counts);
        CHECK(counts.connections_opened.get() == 1);
        os::time_point at{};
        one.begin(at, 0);
        CHECK(one.under_way());
        CHECK(one.took(at + 5ms) == 5ms);
        CHECK(one.bytes(100) == 100);  // all of it waits
        one.end();
        one.begin(at, 100);
        CHECK(one.bytes(150) == 50);
        one.sent(120);
        CHECK(one.bytes(30) == 50);
        one.sent(30);
        CHECK(one.bytes(0) == 50);
        one.end();
        one.begin(at, 0);
        one.end();
        one.begin(at, 70);
        CHECK(one.bytes(0) == 0);  // the client left, and what waited was thrown away
        one.received(9);
    }
    CHECK(counts.connections_closed.get() == 1);
    CHECK(counts.requests_begun.get() == 4);
    CHECK(counts.requests_ended.get() == 3);
    CHECK(counts.bytes_sent.get() == 150);
    CHECK(counts.bytes_received.get() == 9);
}
