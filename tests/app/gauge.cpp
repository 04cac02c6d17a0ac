#include <coracle/app/gauge.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace coracle;

TEST_CASE("a gauge goes up and down") {
    metrics::gauge rooms{"rooms_open", "Rooms"};
    rooms.set(4);
    rooms.inc();
    rooms.dec(2);
    CHECK(rooms.value() == 3);
    metrics::gauge beds{"beds", "Beds", {"room"}};
    beds.with("7").set(-1.5);
    std::string text;
    metrics::exposition to(text);
    metrics::metric::write_all(to);
    CHECK(text.find("# TYPE beds gauge\nbeds{room=\"7\"} -1.5\n") != text.npos);
}

TEST_CASE("a gauge with a function is asked when somebody looks") {
    int size = 3;
    metrics::gauge queued{"jobs_queued", "Jobs", [&] { return static_cast<double>(size); }};
    CHECK(queued.value() == 3);
    size = 5;
    std::string text;
    metrics::exposition to(text);
    metrics::metric::write_all(to);
    CHECK(text.find("jobs_queued 5\n") != text.npos);
}
