// channel: order, room, the end, and that no item is lost or doubled whoever is cancelled when.
#include <coracle/async/channel.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

TEST_CASE("items come out in the order in which they went in, for every capacity") {
    for (std::size_t capacity : {0u, 1u, 2u, 7u, 1000u}) {
        hand_loop loop;
        channel<int> pipe(capacity);
        std::vector<int> got;
        std::size_t most = 0;
        auto producer = [&]() -> task<> {
            for (int i = 0; i < 500; ++i) {
                co_await pipe.send(i);
                most = std::max(most, pipe.size());
            }
            pipe.close();
        };
        auto consumer = [&]() -> task<> {
            while (auto item = co_await pipe.receive()) got.push_back(*item);
        };
        auto both = [&]() -> task<> { co_await gather(producer(), consumer()); };
        run_through(loop, both());
        REQUIRE(got.size() == 500);
        CHECK(std::is_sorted(got.begin(), got.end()));
        CHECK(most <= capacity);
    }
}

TEST_CASE("a send waits when there is no room, and goes on when there is") {
    hand_loop loop;
    channel<int> pipe(2);
    int sent = 0;
    auto producer = [&]() -> task<> {
        for (int i = 0; i < 4; ++i) {
            co_await pipe.send(i);
            ++sent;
        }
    };
    started<> sending(loop, producer());
    CHECK(sent == 2);
    CHECK(pipe.size() == 2);
    CHECK(pipe.try_receive() == 0);
    CHECK(pipe.size() == 2);  // the waiting item moved up
    loop.turn_until_idle();
    CHECK(sent == 3);
    CHECK(pipe.try_receive() == 1);
    CHECK(pipe.try_receive() == 2);
    CHECK(pipe.try_receive() == 3);
    CHECK(!pipe.try_receive());
    loop.turn_until_idle();
    CHECK(sending.ended());
}

TEST_CASE("without capacity a sender waits until its item is taken") {
    hand_loop loop;
    channel<int> pipe;
    CHECK(pipe.capacity() == 0);
    std::string order;
    auto producer = [&](char name, int item) -> task<> {
        co_await pipe.send(item);
        order += name;
    };
    started<> a(loop, producer('a', 1));
    started<> b(loop, producer('b', 2));
    loop.turn_until_idle();
    CHECK(order.empty());
    CHECK(pipe.size() == 0);
    int item = 3;
    CHECK(!pipe.try_send(item));  // nobody waits for it
    CHECK(pipe.try_receive() == 1);
    loop.turn_until_idle();
    CHECK(order == "a");
    CHECK(pipe.try_receive() == 2);
    loop.turn_until_idle();
    CHECK(order == "ab");
}

TEST_CASE("waiting receivers are served first come, first served, and a late one does not overtake") {
    hand_loop loop;
    channel<int> pipe(4);
    std::string order;
    auto consumer = [&](char name) -> task<> {
        std::optional<int> item = co_await pipe.receive();
        order += name;
        order += std::to_string(*item);
    };
    started<> a(loop, consumer('a'));
    started<> b(loop, consumer('b'));
    CHECK(pipe.try_send(1));
    CHECK(pipe.size() == 0);  // it belongs to a already
    started<> c(loop, consumer('c'));
    CHECK(pipe.try_send(2));
    CHECK(pipe.try_send(3));
    loop.turn_until_idle();
    CHECK(order == "a1b2c3");
}

TEST_CASE("close: what is inside is still received, then nothing; sends are refused") {
    hand_loop loop;
    channel<std::string> pipe(3);
    CHECK(pipe.try_send("one"));
    CHECK(pipe.try_send("two"));
    CHECK(!pipe.closed());
    pipe.close();
    pipe.close();
    CHECK(pipe.closed());
    std::string left = "three";
    CHECK(!pipe.try_send(left));
    CHECK(!pipe.try_send(std::move(left)));
    CHECK(left == "three");
    auto work = [&]() -> task<std::string> {
        std::string all;
        while (auto item = co_await pipe.receive()) all += *item + ",";
        try {
            co_await pipe.send("late");
        } catch (const channel_closed& error) {
            all += error.what();
        }
        co_return all;
    };
    CHECK(run_through(loop, work()) == "one,two,the channel is closed: nothing can be sent any more");
}

TEST_CASE("close wakes waiting receivers with nothing and waiting senders with channel_closed") {
    hand_loop loop;
    channel<int> empty(1), full(1);
    int nothing = 0, refused = 0;
    auto consumer = [&]() -> task<> {
        std::optional<int> item = co_await empty.receive();
        if (!item) ++nothing;
    };
    auto producer = [&](int item) -> task<> {
        try {
            co_await full.send(item);
        } catch (const channel_closed&) {
            ++refused;
        }
    };
    started<> c1(loop, consumer());
    started<> c2(loop, consumer());
    started<> p0(loop, producer(0));
    started<> p1(loop, producer(1));
    started<> p2(loop, producer(2));
    empty.close();
    full.close();
    loop.turn_until_idle();
    CHECK(nothing == 2);
    CHECK(refused == 2);
    CHECK(full.try_receive() == 0);
    CHECK(!full.try_receive());  // the refused were not taken
}

TEST_CASE("values that only move, and values that cannot be assigned") {
    hand_loop loop;
    struct ticket {
        explicit ticket(int n) : number(n) {}
        const int number;
    };
    channel<std::unique_ptr<int>> owners(1);
    channel<ticket> tickets;
    auto producer = [&]() -> task<> {
        for (int i = 0; i < 3; ++i) {
            co_await owners.send(std::make_unique<int>(i));
            co_await tickets.send(ticket(i));
        }
    };
    auto consumer = [&]() -> task<int> {
        int sum = 0;
        for (int i = 0; i < 3; ++i) {
            std::optional<std::unique_ptr<int>> owner = co_await owners.receive();
            sum += **owner;
            std::optional<ticket> one = co_await tickets.receive();
            sum += one->number;
        }
        co_return sum;
    };
    auto both = [&]() -> task<int> {
        auto [none, sum] = co_await gather(producer(), consumer());
        co_return sum;
    };
    CHECK(run_through(loop, both()) == 6);
}

TEST_CASE("try_send leaves the item untouched when it fails") {
    channel<std::unique_ptr<int>> pipe(1);
    auto first = std::make_unique<int>(1);
    auto second = std::make_unique<int>(2);
    CHECK(pipe.try_send(first));
    CHECK(first == nullptr);
    CHECK(!pipe.try_send(second));
    REQUIRE(second != nullptr);
    CHECK(*second == 2);
}

TEST_CASE("a cancelled send leaves its item out; one that has happened leaves it in") {
    hand_loop loop;
    channel<int> pipe(1);
    int heard = 0;
    auto producer = [&](int item) -> task<> {
        try {
            co_await pipe.send(item);
        } catch (const cancelled&) {
            ++heard;
        }
    };
    started<> first(loop, producer(1));
    started<> second(loop, producer(2));
    started<> third(loop, producer(3));
    second.cancel();
    loop.turn_until_idle();
    CHECK(heard == 1);
    CHECK(pipe.try_receive() == 1);  // takes 3 in
    third.cancel();                  // too late
    loop.turn_until_idle();
    CHECK(heard == 1);
    CHECK(pipe.try_receive() == 3);
    CHECK(!pipe.try_receive());
}

TEST_CASE("a cancelled receive takes nothing; one that has been served keeps its item") {
    hand_loop loop;
    channel<int> pipe(1);
    std::vector<int> got;
    int heard = 0;
    auto consumer = [&]() -> task<> {
        try {
            std::optional<int> item = co_await pipe.receive();
            got.push_back(*item);
            co_await hop();
        } catch (const cancelled&) {
            ++heard;
        }
    };
    started<> first(loop, consumer());
    started<> second(loop, consumer());
    first.cancel();
    CHECK(pipe.try_send(7));  // first stands in the ready queue with its cancellation: second is served
    second.cancel();          // too late for the item, in time for the next wait
    loop.turn_until_idle();
    CHECK(got == std::vector{7});
    CHECK(heard == 2);
}

TEST_CASE("senders and receivers of a cancelled job are refused before they touch the channel") {
    hand_loop loop;
    channel<int> pipe(1);
    int heard = 0;
    auto work = [&]() -> task<> {
        async::this_job().root().cancel();
        try {
            co_await pipe.send(1);
        } catch (const cancelled&) {
            ++heard;
        }
        CHECK(pipe.size() == 0);
        CHECK(pipe.try_send(2));
        try {
            co_await pipe.receive();
        } catch (const cancelled&) {
            ++heard;
        }
        CHECK(pipe.size() == 1);
    };
    run_through(loop, work());
    CHECK(heard == 2);
}

TEST_CASE("a consumer that never has to wait lets the others run") {
    hand_loop loop;
    channel<int> pipe(100'000);
    for (int i = 0; i < 100'000; ++i) CHECK_MESSAGE(pipe.try_send(i), "room");
    int received = 0;
    std::optional<int> at;
    auto consumer = [&]() -> task<> {
        while (auto item = co_await pipe.receive()) ++received;
    };
    auto other = [&]() -> task<> {
        co_await hop();
        at = received;
    };
    started<> one(loop, consumer());
    started<> two(loop, other());
    loop.turn();
    REQUIRE(at);
    CHECK(*at < 1000);
    pipe.close();
    loop.turn_until_idle();
    CHECK(received == 100'000);
}

TEST_CASE("a receiver destroyed while it waits leaves the line, and its successor is served") {
    hand_loop loop;
    channel<int> pipe(1);
    std::vector<int> got;
    auto consumer = [&]() -> task<> {
        std::optional<int> item = co_await pipe.receive();
        got.push_back(*item);
    };
    auto producer = [&](int item) -> task<> { co_await pipe.send(item); };
    auto gone = std::make_unique<started<>>(loop, consumer());
    started<> stays(loop, consumer());
    gone.reset();
    CHECK(pipe.try_send(5));
    loop.turn_until_idle();
    CHECK(got == std::vector{5});
    started<> fills(loop, producer(1));
    auto dropped = std::make_unique<started<>>(loop, producer(2));
    started<> waits(loop, producer(3));
    dropped.reset();
    CHECK(pipe.try_receive() == 1);
    CHECK(pipe.try_receive() == 3);
}

// Happens or is cancelled, never both: with everybody cancelled at random, every item whose send returned is received
// exactly once or still inside, none whose send was cancelled or refused is seen, and no receiver sees one sender's
// items out of order.
TEST_CASE("no item is lost and none is doubled when senders and receivers are cancelled midway") {
    std::mt19937 random(20260101);
    for (int round = 0; round < 300; ++round) {
        hand_loop loop;
        channel<std::pair<int, int>> pipe(random() % 4);
        std::set<std::pair<int, int>> accepted, refused, received;
        bool doubled = false, disordered = false;
        auto sender = [&](int name) -> task<> {
            for (int i = 0; i < 20; ++i) {
                std::pair<int, int> item(name, i);
                try {
                    co_await pipe.send(item);
                    accepted.insert(item);
                } catch (const cancelled&) {
                    refused.insert(item);
                    throw;
                } catch (const channel_closed&) {
                    refused.insert(item);
                    co_return;
                }
                if (random() % 4 == 0) co_await hop();
            }
        };
        auto receiver = [&]() -> task<> {
            std::map<int, int> next_of;
            while (auto item = co_await pipe.receive()) {
                doubled = doubled || !received.insert(*item).second;
                int& next = next_of[item->first];
                disordered = disordered || item->second < next;
                next = item->second + 1;
                if (random() % 4 == 0) co_await hop();
            }
        };
        std::vector<std::unique_ptr<started<>>> all;
        for (int i = 0; i < 5; ++i) {
            all.push_back(std::make_unique<started<>>(loop, sender(i)));
            all.push_back(std::make_unique<started<>>(loop, receiver()));
        }
        for (int turns = 0; turns < 60; ++turns) {
            if (random() % 5 == 0) all[random() % all.size()]->cancel();
            if (random() % 200 == 0) pipe.close();
            loop.turn();
        }
        pipe.close();
        loop.turn_until_idle();
        for (auto& each : all) CHECK(each->ended());
        while (auto item = pipe.try_receive()) doubled = doubled || !received.insert(*item).second;
        CHECK(!doubled);
        CHECK(!disordered);
        CHECK(received == accepted);
        for (const auto& item : refused) CHECK(!received.contains(item));
    }
}

TEST_CASE("send_from moves out of its item only when it is sent") {
    hand_loop loop;
    channel<std::unique_ptr<int>> pipe;
    auto item = std::make_unique<int>(1);
    auto producer = [&]() -> task<> { co_await pipe.send_from(item); };
    started<> first(loop, producer());
    first.cancel();
    loop.turn_until_idle();
    CHECK(first.threw_cancelled());
    REQUIRE(item != nullptr);
    started<> second(loop, producer());
    CHECK(**pipe.try_receive() == 1);
    loop.turn_until_idle();
    CHECK(second.ended());
    CHECK(item == nullptr);
    item = std::make_unique<int>(2);
    pipe.close();
    CHECK_THROWS_AS(run_through(loop, producer()), channel_closed);
    CHECK(item != nullptr);
}

TEST_CASE("an unbounded channel is never full, and close_now drops what is inside") {
    hand_loop loop;
    channel<int> pipe(channel<int>::unbounded);
    for (int i = 0; i < 1000; ++i) CHECK_MESSAGE(pipe.try_send(i), "room");
    CHECK(!pipe.full());
    CHECK(!pipe.empty());
    pipe.close_now();
    CHECK(pipe.empty());
    auto consumer = [&]() -> task<std::optional<int>> { co_return co_await pipe.receive(); };
    CHECK(!run_through(loop, consumer()));
}

TEST_CASE("an item that cannot be moved is its sender's failure, or its receiver's, and the others go on") {
    struct brittle {
        explicit brittle(int n) : number(n) {}
        brittle(brittle&& other) : number(other.number) {
            if (number == forbidden()) throw std::runtime_error("cannot be moved");
        }
        static int& forbidden() {
            static int now = -1;
            return now;
        }
        int number;
    };
    hand_loop loop;
    channel<brittle> pipe(1);
    brittle items[] = {brittle(0), brittle(1), brittle(2)};
    int failed = 0, sent = 0;
    auto producer = [&](brittle& item) -> task<> {
        try {
            co_await pipe.send_from(item);
            ++sent;
        } catch (const std::runtime_error&) {
            ++failed;
        }
    };
    started<> a(loop, producer(items[0]));
    started<> b(loop, producer(items[1]));
    started<> c(loop, producer(items[2]));
    brittle::forbidden() = 1;
    CHECK(pipe.try_receive()->number == 0);  // b's turn to move up, and it fails
    loop.turn_until_idle();
    CHECK(failed == 1);
    CHECK(sent == 2);
    brittle::forbidden() = 2;
    CHECK_THROWS_AS(pipe.try_receive(), std::runtime_error);
    brittle::forbidden() = -1;
    CHECK(pipe.try_receive()->number == 2);  // it had stayed
}
