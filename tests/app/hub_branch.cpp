#include <doctest/doctest.h>

#include <coracle/app/hub_branch.hpp>

#include <async/hand_loop.hpp>

#include <cstdint>
#include <memory>

using namespace coracle;

TEST_CASE("a loop has one branch of a hub, which is told once of a burst, and goes with the last that is on it") {
    hand_loop loop;
    auto trunk = std::make_shared<hub_trunk<int>>(hub_options{.capacity = 4});
    auto one = hub_branch<int>::admitted(hub_branch<int>::of(trunk), nullptr);
    auto two = hub_branch<int>::admitted(hub_branch<int>::of(trunk), nullptr);
    CHECK(hub_branch<int>::of(trunk) == hub_branch<int>::of(trunk));
    CHECK(trunk->listeners.size() == 1);
    for (int i = 1; i <= 3; ++i) trunk->publish(i);
    CHECK(one->unread() == 0);  // the loop has not had its turn
    loop.turn();
    CHECK(loop.idle());
    CHECK(one->unread() == 3);
    hub_item<int> item;
    CHECK(one->take(item));
    CHECK(*item == 1);
    const std::uint64_t seen = 2;
    auto three = hub_branch<int>::admitted(hub_branch<int>::of(trunk), &seen);
    CHECK(three->unread() == 1);
    one.reset();
    two.reset();
    CHECK(trunk->listeners.size() == 1);
    three.reset();
    CHECK(trunk->listeners.empty());
}

TEST_CASE("who subscribes gets what has been published before the turn in which its loop is told of it") {
    hand_loop loop;
    auto trunk = std::make_shared<hub_trunk<int>>(hub_options{});
    auto one = hub_branch<int>::admitted(hub_branch<int>::of(trunk), nullptr);
    trunk->publish(1);
    auto two = hub_branch<int>::admitted(hub_branch<int>::of(trunk), nullptr);
    CHECK(one->unread() == 1);
    CHECK(two->unread() == 0);
    trunk->publish(2);
    loop.turn_until_idle();
    CHECK(one->unread() == 2);
    CHECK(two->unread() == 1);
}
