#include <doctest/doctest.h>

#include <coracle/websocket/keep_alive.hpp>

#include <chrono>

namespace ws = coracle::ws;
using namespace std::chrono_literals;
using verdict = ws::keep_alive::verdict;

TEST_CASE("keep_alive: a ping each 20 seconds, and 20 seconds after one without an answer the peer is gone") {
    ws::keep_alive alive(100s);
    CHECK(alive.next_look() == 120s);
    CHECK(alive.look(119s) == verdict::wait);
    CHECK(alive.look(120s) == verdict::ping);
    alive.pinged(120s);
    CHECK(alive.next_look() == 140s);
    CHECK(alive.look(120s) == verdict::wait);
    alive.answered(121s);
    CHECK(alive.next_look() == 140s);
    CHECK(alive.look(139s) == verdict::wait);
    CHECK(alive.look(140s) == verdict::ping);
    alive.pinged(140s);
    CHECK(alive.look(159s) == verdict::wait);
    CHECK(alive.look(160s) == verdict::gone);
    CHECK(alive.timeout_reason == "keepalive ping timeout");
}

TEST_CASE("keep_alive: a peer whose pong stands behind a large message is not gone while bytes of it arrive") {
    ws::keep_alive alive(0s);
    alive.pinged(20s);
    alive.heard(35s);
    CHECK(alive.look(41s) == verdict::wait);
    CHECK(alive.next_look() == 55s);
    alive.heard(54s);
    CHECK(alive.look(55s) == verdict::wait);
    CHECK(alive.look(74s) == verdict::gone);
    alive.answered(73s);
    CHECK(alive.look(74s) == verdict::ping);
}

TEST_CASE("keep_alive: bytes before the ping say nothing about its answer, and other bytes do not put it off") {
    ws::keep_alive alive(0s);
    alive.heard(19s);
    CHECK(alive.look(20s) == verdict::ping);
    alive.pinged(20s);
    CHECK(alive.look(40s) == verdict::gone);
}

TEST_CASE("keep_alive: each half can be switched off, and a pong that nobody asked for does no harm") {
    ws::keep_alive never(0s, 0s);
    never.answered(5s);
    CHECK(never.look(1000h) == verdict::wait);
    CHECK(never.next_look() == ws::keep_alive::time::max());
    ws::keep_alive patient(0s, 1s, 0s);
    CHECK(patient.look(1s) == verdict::ping);
    patient.pinged(1s);
    CHECK(patient.look(1s) == verdict::wait);
    CHECK(patient.look(2s) == verdict::ping);
}

TEST_CASE("keep_alive: times that go beyond the end of time are for ever") {
    ws::keep_alive never(100s, ws::keep_alive::time::max());
    CHECK(never.next_look() == ws::keep_alive::time::max());
    CHECK(never.look(1000h) == verdict::wait);
    ws::keep_alive patient(100s, 1s, ws::keep_alive::time::max());
    patient.pinged(101s);
    CHECK(patient.next_look() == ws::keep_alive::time::max());
    CHECK(patient.look(1000h) == verdict::wait);
}
