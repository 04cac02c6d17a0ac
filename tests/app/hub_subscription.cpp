#include <doctest/doctest.h>

#include <coracle/app/hub.hpp>
#include <coracle/app/hub_subscription.hpp>
#include <coracle/loop/run.hpp>

#include <async/hand_loop.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>
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

TEST_CASE("a subscription that is kept past its loop has ended, and who publishes does not go where it was") {
    hub<int> numbers;
    hub_subscription<int> kept;
    hub_subscription<int> told;
    {
        hand_loop loop;
        kept = numbers.subscribe();
        told = numbers.subscribe();
        numbers.publish(1);
        loop.turn_until_idle();
        CHECK(*told.try_receive() == 1);
        numbers.publish(2);  // its news is under way when the loop ends
    }
    CHECK(numbers.publish(3) == 3);
    CHECK(kept.ended());
    CHECK(!kept.try_receive());
    CHECK(kept.unread() == 0);
    CHECK(numbers.statistics().loops == 0);
    {
        hand_loop another;  // perhaps where the first one was
        hub_subscription<int> fresh = numbers.subscribe();
        numbers.publish(4);
        another.turn_until_idle();
        CHECK(*fresh.try_receive() == 4);
        auto all = [](hub_subscription<int>& of) -> task<int> {
            int count = 0;
            while (auto item = co_await of.receive()) ++count;
            co_return count;
        };
        CHECK(run_through(another, all(kept)) == 0);
        kept.unsubscribe();
    }
    CHECK(numbers.subscribers() == 1);
    numbers.close();
}

TEST_CASE("the loop of a subscription that is kept may have been another thread's, while others publish") {
    hub<int> numbers;
    std::atomic<bool> stop{false};
    std::thread publisher([&] {
        for (int i = 0; !stop; ++i) {
            numbers.publish(i);
            std::this_thread::yield();
        }
    });
    for (int round = 0; round < 200; ++round) {
        hub_subscription<int> kept;
        std::thread subscriber([&] {
            auto briefly = [&]() -> task<> {
                kept = numbers.subscribe();
                if (round % 2 == 0) co_await kept.receive();
            };
            run(briefly());
        });
        subscriber.join();
        CHECK(kept.ended());
        CHECK(!kept.try_receive());
    }
    stop = true;
    publisher.join();
    CHECK(numbers.subscribers() == 0);
}
