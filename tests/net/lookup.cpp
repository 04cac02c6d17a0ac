#include <coracle/async/blocking_call.hpp>
#include <coracle/net/lookup.hpp>

#include <doctest/doctest.h>

#include <async/hand_loop.hpp>

#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

std::shared_ptr<net::name_lookup> answering(int& calls) {
    return std::make_shared<net::name_lookup>(
        [&](const std::string& host, const std::string&, net::families) -> result<std::vector<net::address>> {
            ++calls;
            if (host == "broken.example") throw std::runtime_error("broken");
            return std::vector{net::address(net::ipv4_bytes{192, 0, 2, 1}, 0)};
        });
}
/// As a thread of the pool runs it.
void carry_out(std::shared_ptr<net::name_lookup> how, std::string host, const std::shared_ptr<net::lookup>& meeting) {
    auto call = std::make_unique<net::lookup_call>(std::move(how), std::move(host), "", net::families::both, meeting);
    async::blocking_call& owns_itself = *call.release();
    CHECK(owns_itself.stands_in == lane::files);
    owns_itself.run();
}

}  // namespace

TEST_CASE("who waits is told, once, and finds the outcome") {
    hand_loop on;
    int calls = 0;
    int told = 0;
    auto meeting = std::make_shared<net::lookup>();
    meeting->ended = [&] { ++told; };
    CHECK(meeting->join(on));
    CHECK_FALSE(meeting->take_outcome());
    carry_out(answering(calls), "example.org", meeting);
    auto outcome = meeting->take_outcome();
    REQUIRE(outcome);
    CHECK(outcome->found->size() == 1);
    CHECK_FALSE(meeting->take_outcome());
    on.turn_until_idle();
    CHECK(told == 1);
    CHECK(calls == 1);
    CHECK(meeting.use_count() == 1);
}

TEST_CASE("a lookup that nobody waits for does not begin, and cannot be joined any more") {
    hand_loop on;
    int calls = 0;
    auto meeting = std::make_shared<net::lookup>();
    CHECK(meeting->join(on));
    meeting->leave();
    carry_out(answering(calls), "example.org", meeting);
    CHECK(calls == 0);
    CHECK_FALSE(meeting->take_outcome());
    CHECK_FALSE(meeting->join(on));
}

TEST_CASE("who has left meanwhile is not told, and who comes later finds the outcome") {
    hand_loop on;
    int told = 0;
    auto meeting = std::make_shared<net::lookup>();
    meeting->ended = [&] { ++told; };
    auto leaving = std::make_shared<net::name_lookup>(
        [&](const std::string&, const std::string&, net::families) -> result<std::vector<net::address>> {
            meeting->leave();
            return std::vector<net::address>();
        });
    CHECK(meeting->join(on));
    carry_out(leaving, "example.org", meeting);
    on.turn_until_idle();
    CHECK(told == 0);
    CHECK(meeting->join(on));
    CHECK(meeting->take_outcome());
}

TEST_CASE("an exception of the lookup is part of the outcome") {
    hand_loop on;
    int calls = 0;
    auto meeting = std::make_shared<net::lookup>();
    CHECK(meeting->join(on));
    carry_out(answering(calls), "broken.example", meeting);
    auto outcome = meeting->take_outcome();
    REQUIRE(outcome);
    CHECK(outcome->thrown);
    on.turn_until_idle();
}

TEST_CASE("the system finds literals, and says what it does not find") {
    auto found = net::look_up_by_system("127.0.0.1", "80", net::families::both);
    REQUIRE(found);
    CHECK(found->front().text() == "127.0.0.1:80");
    CHECK_FALSE(net::look_up_by_system("127.0.0.1", "80", net::families::ipv6));
}
