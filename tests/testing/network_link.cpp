// network_link: when things arrive, by latency, jitter and bandwidth, and what a cut does to that.
#include <coracle/testing/network_link.hpp>

#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace coracle;
using testing::link_rules;
using testing::network_link;
using testing::network_wire;

namespace {

const os::time_point start = os::time_point(1000h);

// Two wires, there and back, and a look at what has arrived.
struct two_ends {
    explicit two_ends(loop::reactor& on, link_rules rules = {})
        : there(std::make_shared<network_link>(rules, 1)),
          back(std::make_shared<network_link>(rules, 2)),
          out(there, on, pipes[0], in),
          in(back, on, pipes[1], out) {}
    std::string arrived(std::size_t pipe = 0) {
        std::string all;
        for (const std::string& chunk : pipes[pipe].chunks) all += chunk;
        return all;
    }

    std::shared_ptr<network_link> there;
    std::shared_ptr<network_link> back;
    net::detail::memory_pipe pipes[2];
    network_wire out;
    network_wire in;
};

}  // namespace

TEST_CASE("latency is exact, and a thousand bytes at a megabyte a second take a millisecond more") {
    network_link link(link_rules(), 1);
    CHECK(link.arrival(start, 1000) == start);
    link.rules.latency = 20ms;
    CHECK(link.arrival(start, 1000) == start + 20ms);
    link.rules.bytes_per_second = 1'000'000;
    CHECK(link.arrival(start, 1000) == start + 21ms);
    CHECK(link.arrival(start, 1000) == start + 22ms);  // behind the first
    CHECK(link.arrival(start + 1s, 500) == start + 1s + 20ms + 500us);
    CHECK(link.arrival(start + 2s, 0) == start + 2s + 20ms);
}

TEST_CASE("jitter stays within its bound, differs, and is the same for the same seed") {
    link_rules rules;
    rules.latency = 10ms;
    rules.jitter = 5ms;
    network_link one(rules, 7);
    network_link same(rules, 7);
    std::set<os::time_point> seen;
    for (int i = 0; i < 100; ++i) {
        auto due = one.arrival(start, 1);
        CHECK(due >= start + 10ms);
        CHECK(due <= start + 15ms);
        CHECK(same.arrival(start, 1) == due);
        seen.insert(due);
    }
    CHECK(seen.size() > 90);
}

TEST_CASE("pieces are whole unless the link is ragged, and never empty") {
    network_link link(link_rules(), 3);
    CHECK(link.piece(1000) == 1000);
    link.rules.ragged = true;
    bool cut = false;
    for (int i = 0; i < 200; ++i) {
        std::size_t piece = link.piece(10);
        CHECK(piece >= 1);
        CHECK(piece <= 10);
        cut |= piece < 10;
    }
    CHECK(cut);
    CHECK(link.piece(1) == 1);
}

TEST_CASE("what is sent arrives in order whatever the jitter, and the end after it") {
    virtual_loop loop;
    link_rules rules;
    rules.latency = 1ms;
    rules.jitter = 50ms;
    two_ends ends(loop.reactor(), rules);
    for (char letter = 'a'; letter <= 'z'; ++letter) ends.out.send(std::string(1, letter));
    ends.out.send_end();
    CHECK(!ends.out.idle());
    loop.run_for(100ms);
    CHECK(ends.arrived() == "abcdefghijklmnopqrstuvwxyz");
    CHECK(ends.pipes[0].ended);
    CHECK(ends.out.idle());
}

TEST_CASE("room is what is neither under way nor unread, and none after a stall until something arrives") {
    virtual_loop loop;
    link_rules rules;
    rules.latency = 1ms;
    rules.capacity = 10;
    two_ends ends(loop.reactor(), rules);
    CHECK(ends.out.room() == 10);
    ends.out.send("1234");
    CHECK(ends.out.room() == 6);
    ends.out.stall();
    CHECK(ends.out.room() == 0);
    loop.run_for(1ms);
    CHECK(ends.out.room() == 6);
    ends.pipes[0].take(100);
    CHECK(ends.out.room() == 10);
    ends.out.stall();  // nothing is under way that would end it
    CHECK(ends.out.room() == 10);
}

TEST_CASE("a cut holds what is under way and what is sent after it, and healing sends it on anew") {
    virtual_loop loop;
    link_rules rules;
    rules.latency = 10ms;
    two_ends ends(loop.reactor(), rules);
    ends.out.send("one ");
    loop.run_for(5ms);
    ends.there->cut();
    CHECK(ends.there->is_cut());
    ends.out.send("two");
    ends.in.send("the other way is whole");
    loop.run_for(1h);
    CHECK(ends.arrived().empty());
    CHECK(ends.arrived(1) == "the other way is whole");
    ends.there->heal();
    ends.there->heal();
    loop.run_for(9ms);
    CHECK(ends.arrived().empty());
    loop.run_for(1ms);
    CHECK(ends.arrived() == "one two");
}

TEST_CASE("a reset behind bytes comes after them, and the side that gets it cannot send any more") {
    virtual_loop loop;
    two_ends ends(loop.reactor());
    ends.out.send("last");
    ends.out.send_reset();
    ends.out.send("lost");
    loop.run_for(1ms);
    CHECK(ends.arrived() == "last");
    CHECK(ends.pipes[0].read_error == std::errc::connection_reset);
    CHECK(ends.in.error() == std::errc::connection_reset);
    CHECK(!ends.out.error());
}

TEST_CASE("a reset after so many bytes lets these through and tells both ends") {
    virtual_loop loop;
    link_rules rules;
    rules.latency = 1ms;
    two_ends ends(loop.reactor(), rules);
    ends.there->rules.reset_after = 6;
    ends.out.send("1234");
    ends.out.send("5678");
    loop.run_for(1ms);
    CHECK(ends.arrived() == "123456");
    for (int i : {0, 1}) CHECK(ends.pipes[i].read_error == std::errc::connection_reset);
    CHECK(ends.out.error() == std::errc::connection_reset);
    CHECK(ends.in.error() == std::errc::connection_reset);
}

TEST_CASE("a link that is reset loses what is under way, at both ends and at once") {
    virtual_loop loop;
    link_rules rules;
    rules.latency = 1ms;
    two_ends ends(loop.reactor(), rules);
    ends.out.send("lost");
    ends.in.send("lost too");
    ends.there->reset();
    CHECK(ends.out.error() == std::errc::connection_reset);
    CHECK(ends.in.error() == std::errc::connection_reset);
    loop.run_for(1s);
    CHECK(ends.arrived().empty());
    CHECK(ends.arrived(1).empty());
}

TEST_CASE("what arrives where nobody reads any more is answered with a reset") {
    virtual_loop loop;
    link_rules rules;
    rules.latency = 1ms;
    two_ends ends(loop.reactor(), rules);
    ends.pipes[0].deaf = true;
    ends.out.send("anybody?");
    loop.run_for(1ms);
    CHECK(!ends.out.error());
    loop.run_for(1ms);
    CHECK(ends.out.error() == std::errc::connection_reset);
}
