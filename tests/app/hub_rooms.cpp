#include <doctest/doctest.h>

#include <coracle/app/hub_rooms.hpp>

#include <async/hand_loop.hpp>

#include <memory>
#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("a room is there when it is asked for, and keeps what was said in it while it is empty") {
    hand_loop loop;
    hub_rooms<std::string> rooms({.capacity = 10});
    CHECK(rooms.in("kitchen")->publish("hello") == 1);
    CHECK(rooms.in(std::string("kitchen"))->publish("again") == 2);
    CHECK(rooms.in("garden")->publish("sun") == 1);
    CHECK(rooms.size() == 2);
    auto mine = rooms.in("kitchen")->subscribe(0);
    CHECK(*mine.try_receive() == "hello");
    CHECK(rooms.in("kitchen") == rooms.in("kitchen"));
    rooms.close();
    CHECK(*mine.try_receive() == "again");
    loop.turn_until_idle();
    CHECK(mine.ended());
    CHECK(rooms.in("new")->publish("late") == 0);
}

TEST_CASE("rooms that were asked for before there was a loop are the same rooms on it") {
    hub_rooms<int> rooms;
    rooms.in("a")->publish(1);
    hand_loop loop;
    CHECK(rooms.in("a")->publish(2) == 2);
}

TEST_CASE("when there are too many an empty one makes room, the longest unasked for; never one that somebody is in") {
    hand_loop loop;
    hub_rooms<int> rooms({}, 3);
    auto in_a = rooms.in("a")->subscribe();
    auto held_b = rooms.in("b");
    rooms.in("c")->publish(1);
    rooms.in("d")->publish(1);
    CHECK(rooms.size() == 3);
    CHECK(rooms.in("d")->publish(2) == 2);
    CHECK(rooms.in("c")->publish(2) == 1);  // a new one, where d was
    auto in_c = rooms.in("c")->subscribe();
    CHECK_THROWS_AS(rooms.in("e"), std::length_error);
    held_b.reset();
    CHECK_NOTHROW(rooms.in("e"));
    CHECK_FALSE(in_a.ended());
    CHECK_THROWS_AS(hub_rooms<int>({}, 0), std::logic_error);
    CHECK_THROWS_AS(hub_rooms<int>(hub_options{.capacity = 0}), std::logic_error);
}
