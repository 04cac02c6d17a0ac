#include <doctest/doctest.h>

#include <coracle/app/hub.hpp>
#include <coracle/app/hub_subscription.hpp>

#include <async/hand_loop.hpp>

#include <stdexcept>
#include <utility>

using namespace coracle;

TEST_CASE("a subscription is moved with what it has not read, and for_each lets through what its body throws") {
    hand_loop loop;
    hub<int> numbers;
    hub_subscription<int> first = numbers.subscribe();
    numbers.publish(1);
    numbers.publish(2);
    loop.turn_until_idle();
    CHECK(*first.try_receive() == 1);
    hub_subscription<int> second = std::move(first);
    CHECK(first.ended());  // NOLINT(bugprone-use-after-move): it has ended
    CHECK(second.unread() == 1);
    auto breaks = [](hub_subscription<int>& of) -> task<> {
        co_await of.for_each([](const hub_item<int>&) -> task<> {
            co_await hop();
            throw std::runtime_error("broken");
        });
    };
    CHECK_THROWS_WITH(run_through(loop, breaks(second)), "broken");
    second.unsubscribe();
    CHECK(second.ended());
    CHECK(numbers.subscribers() == 0);
    run_through(loop, breaks(second));  // of none: at its end
}
