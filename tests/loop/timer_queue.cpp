// The timer queue against std::multimap, and the manners of arming, disarming and firing.
#include <coracle/loop/timer_queue.hpp>

#include <coracle/os/poller.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;
using os::time_point;

namespace {

const time_point start = time_point(1000h);

struct bell final : loop::timer {
    std::function<void(time_point)> rings;
    bell() = default;
    explicit bell(std::function<void(time_point)> f) : rings(std::move(f)) {}
    void fire(time_point now) noexcept override { rings(now); }
};

}  // namespace

TEST_CASE("timers fire in the order of their time, those that are due and no other") {
    loop::timer_queue queue;
    std::string order;
    bell a([&](time_point) { order += 'a'; });
    bell b([&](time_point) { order += 'b'; });
    bell c([&](time_point) { order += 'c'; });
    CHECK(!queue.next());
    queue.arm(a, start + 3ms);
    queue.arm(b, start + 1ms);
    queue.arm(c, start + 2ms);
    CHECK(queue.size() == 3);
    CHECK(queue.next() == start + 1ms);
    queue.fire_due(start);
    CHECK(order.empty());
    queue.fire_due(start + 2ms);
    CHECK(order == "bc");
    CHECK(!b.armed());
    CHECK(a.armed());
    CHECK(queue.next() == start + 3ms);
    queue.fire_due(start + 1h);
    queue.fire_due(start + 2h);
    CHECK(order == "bca");
    CHECK(!queue.next());
}

TEST_CASE("timers due at the same time fire in the order in which they were armed") {
    loop::timer_queue queue;
    std::vector<int> order;
    std::vector<std::unique_ptr<bell>> bells;
    for (int i = 0; i < 100; ++i) {
        bells.push_back(std::make_unique<bell>([&order, i](time_point) { order.push_back(i); }));
        queue.arm(*bells.back(), start + 1ms);
    }
    queue.arm(*bells[3], start + 1ms);  // anew: behind all others
    queue.fire_due(start + 1ms);
    std::vector<int> expected;
    for (int i = 0; i < 100; ++i)
        if (i != 3) expected.push_back(i);
    expected.push_back(3);
    CHECK(order == expected);
}

TEST_CASE("arming again moves a timer, earlier and later; disarming takes it out; both may be repeated") {
    loop::timer_queue queue;
    int fired = 0;
    bell one([&](time_point) { ++fired; });
    one.disarm();
    queue.arm(one, start + 5ms);
    queue.arm(one, start + 1ms);
    CHECK(queue.size() == 1);
    CHECK(queue.next() == start + 1ms);
    queue.arm(one, start + 9ms);
    queue.fire_due(start + 5ms);
    CHECK(fired == 0);
    one.disarm();
    one.disarm();
    CHECK(!one.armed());
    queue.fire_due(start + 1h);
    CHECK(fired == 0);
    queue.arm(one, start + 2h);
    queue.fire_due(start + 2h);
    CHECK(fired == 1);
}

TEST_CASE("a timer leaves its queue when it is destroyed, and a queue lets go of its timers") {
    loop::timer_queue queue;
    int fired = 0;
    bell stays([&](time_point) { ++fired; });
    queue.arm(stays, start + 2ms);
    {
        bell gone([&](time_point) { fired += 100; });
        queue.arm(gone, start + 1ms);
    }
    CHECK(queue.size() == 1);
    queue.fire_due(start + 1h);
    CHECK(fired == 1);
    bell orphan([](time_point) {});
    {
        loop::timer_queue short_lived;
        short_lived.arm(orphan, start);
    }
    CHECK(!orphan.armed());
    queue.arm(orphan, start);
}

TEST_CASE("a firing timer may arm itself, disarm others, arm others and destroy itself") {
    loop::timer_queue queue;
    std::string order;
    bell a, b, c, again;
    auto own = std::make_unique<bell>();
    a.rings = [&](time_point) {
        order += 'a';
        b.disarm();
        own->rings = [&](time_point) {
            order += 'o';
            own.reset();
        };
        queue.arm(*own, start + 2ms);
    };
    b.rings = [&](time_point) { order += 'b'; };
    c.rings = [&](time_point) { order += 'c'; };
    again.rings = [&](time_point now) {
        order += 'r';
        queue.arm(again, now + 1ms);
    };
    queue.arm(a, start + 1ms);
    queue.arm(b, start + 2ms);
    queue.arm(c, start + 3ms);
    queue.arm(again, start + 4ms);
    queue.fire_due(start + 4ms);
    CHECK(order == "aocr");
    CHECK(own == nullptr);
    queue.fire_due(start + 4ms);
    CHECK(order == "aocr");
    queue.fire_due(start + 5ms);
    CHECK(order == "aocrr");
}

TEST_CASE("timers that arm one another for the past do not hold the loop") {
    loop::timer_queue queue;
    int fired = 0;
    bell ping, pong;
    ping.rings = [&](time_point) {
        ++fired;
        queue.arm(pong, start);
    };
    pong.rings = [&](time_point) {
        ++fired;
        queue.arm(ping, start);
    };
    queue.arm(ping, start);
    queue.fire_due(start + 1h);
    CHECK(fired == 1);
    queue.fire_due(start + 1h);
    CHECK(fired == 2);
}

TEST_CASE("later() never passes the end of time") {
    CHECK(loop::later(start, 1s) == start + 1s);
    CHECK(loop::later(start, std::chrono::nanoseconds::max()) == time_point::max());
    CHECK(loop::later(time_point::max(), 1ns) == time_point::max());
    CHECK(loop::later(start, -1s) == start - 1s);
}

TEST_CASE("random arming, re-arming, disarming and firing agree with a multimap") {
    std::mt19937 random(42);
    for (int round = 0; round < 20; ++round) {
        loop::timer_queue queue;
        std::multimap<time_point, std::size_t> model;  // equal keys keep the order of insertion
        std::vector<std::multimap<time_point, std::size_t>::iterator> place;
        std::vector<std::size_t> fired, expected;
        std::vector<std::unique_ptr<bell>> bells;
        std::size_t count = 1 + random() % 300;
        for (std::size_t i = 0; i < count; ++i) {
            bells.push_back(std::make_unique<bell>([&fired, i](time_point) { fired.push_back(i); }));
            place.push_back(model.end());
        }
        time_point now = start;
        for (int step = 0; step < 5000; ++step) {
            std::size_t i = random() % count;
            switch (random() % 8) {
                case 0:
                    bells[i]->disarm();
                    if (place[i] != model.end()) model.erase(std::exchange(place[i], model.end()));
                    break;
                case 1: {
                    now += std::chrono::nanoseconds(random() % 40);
                    queue.fire_due(now);
                    while (!model.empty() && model.begin()->first <= now) {
                        expected.push_back(model.begin()->second);
                        place[model.begin()->second] = model.end();
                        model.erase(model.begin());
                    }
                    break;
                }
                default: {
                    time_point due = now + std::chrono::nanoseconds(random() % 200);  // many are equal
                    queue.arm(*bells[i], due);
                    if (place[i] != model.end()) model.erase(place[i]);
                    place[i] = model.emplace(due, i);
                }
            }
            REQUIRE(queue.size() == model.size());
            REQUIRE(queue.next() == (model.empty() ? std::nullopt : std::optional(model.begin()->first)));
            REQUIRE(bells[i]->armed() == (place[i] != model.end()));
        }
        CHECK(fired == expected);
    }
}

TEST_CASE("a seed decides the order of timers that are due at the same time, and of no others") {
    auto order_by = [](std::uint64_t seed) {
        loop::timer_queue queue;
        if (seed != 0) queue.shuffle(seed);
        std::string order;
        std::vector<std::unique_ptr<bell>> bells;
        for (char name : std::string("abcdzy")) {
            bells.push_back(std::make_unique<bell>([&order, name](time_point) { order += name; }));
            queue.arm(*bells.back(), start + (name < 'm' ? 1s : 2s));
        }
        queue.fire_due(start + 5s);
        return order;
    };
    CHECK(order_by(0) == "abcdzy");
    std::set<std::string> orders;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        std::string order = order_by(seed);
        CHECK(order_by(seed) == order);
        CHECK(order.find_first_of("yz") == 4);
        orders.insert(order);
    }
    CHECK(orders.size() > 40);  // of the 48 there are
}
