#include <doctest/doctest.h>

#include <coracle/app/hub_events.hpp>

#include <async/hand_loop.hpp>

#include <optional>
#include <string>

using namespace coracle;

namespace {
struct price {
    std::string of;
    int cents = 0;
};
task<std::string> read(event_stream events, int most) {
    std::string all;
    for (int i = 0; i < most; ++i) {
        auto event = co_await events.next();
        if (!event) break;
        all += event->text();
    }
    co_return all;
}
}  // namespace

TEST_CASE(
    "the items of a hub are events with their ids, structs as JSON, and who comes back goes on behind what it saw") {
    hand_loop loop;
    hub<price> prices({.capacity = 2});
    prices.publish({"tea", 250});
    prices.publish({"coffee", 300});
    CHECK(run_through(loop, read(hub_events(prices, 1), 1)) == "data: {\"of\":\"coffee\",\"cents\":300}\nid: 2\n\n");
    hub<std::string> lines;
    started following(loop, read(hub_events(lines), 10));
    lines.publish("two\nlines");
    loop.turn_until_idle();
    lines.close();
    loop.turn_until_idle();
    CHECK(following.result() == "data: two\ndata: lines\nid: 1\n\n");
}
