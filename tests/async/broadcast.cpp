// broadcast: every item to every subscriber, each way to treat the slow ones, and a count of whatever was not received.
#include <coracle/async/broadcast.hpp>

#include <coracle/async/select.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/random_sequence.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

// A copy or a move throws when there are no more of them left.
struct fragile {
    static inline int left = 0;
    int number;
    explicit fragile(int n) : number(n) {}
    fragile(const fragile& other) : number(other.number) { use(); }
    static void use() {
        if (left-- == 0) throw std::runtime_error("too fragile");
    }
};

template <class T>
task<> collect(subscription<T>& from, std::vector<T>& into) {
    while (auto item = co_await from.receive()) into.push_back(*item);
}

}  // namespace

TEST_CASE("every subscriber gets every item in order, from its subscription on") {
    hand_loop loop;
    broadcast<int> news(2);
    auto early = news.subscribe();
    CHECK(news.try_send(1));
    auto late = news.subscribe();
    std::vector<int> at_early, at_late;
    started<> a(loop, collect(early, at_early));
    started<> b(loop, collect(late, at_late));
    auto sends = [&]() -> task<> {
        for (int i = 2; i <= 300; ++i) co_await news.send(i);
        news.close();
    };
    started<> c(loop, sends());
    loop.turn_until_idle();
    CHECK(a.ended());
    CHECK(b.ended());
    CHECK(at_early.size() == 300);
    CHECK(at_late.size() == 299);
    CHECK(std::is_sorted(at_early.begin(), at_early.end()));
    CHECK(std::is_sorted(at_late.begin(), at_late.end()));
    CHECK(early.missed_in_all() == 0);
    CHECK(news.size() == 0);
}

TEST_CASE("an item that nobody subscribed to is sent, and gone") {
    hand_loop loop;
    broadcast<int> news(1);
    auto sends = [&]() -> task<> {
        for (int i = 0; i < 10; ++i) co_await news.send(i);
    };
    started<> one(loop, sends());
    CHECK(one.ended());
    CHECK(news.size() == 0);
    auto mine = news.subscribe();
    CHECK(!mine.try_receive());
    CHECK(mine.missed_in_all() == 0);
}

TEST_CASE("a broadcast that could store nothing is refused") {
    std::string why;
    try {
        broadcast<int> none(0);
    } catch (const std::logic_error& error) {
        why = error.what();
    }
    CHECK(why.find("give it at least 1") != std::string::npos);
}

TEST_CASE("wait: senders wait for the slowest, and are served in the order in which they came") {
    hand_loop loop;
    broadcast<int> news(1);
    auto quick = news.subscribe();
    auto slow = news.subscribe();
    std::string order;
    auto sends = [&](char name, int item) -> task<> {
        co_await news.send(item);
        order += name;
    };
    started<> a(loop, sends('a', 1));
    started<> b(loop, sends('b', 2));
    started<> c(loop, sends('c', 3));
    int item = 4;
    CHECK(!news.try_send(item));
    CHECK(quick.try_receive() == 1);
    loop.turn_until_idle();
    CHECK(order == "a");
    CHECK(slow.try_receive() == 1);
    CHECK(!news.try_send(item));  // b's item has the room already
    CHECK(quick.try_receive() == 2);
    loop.turn_until_idle();
    CHECK(order == "ab");
    slow.unsubscribe();  // which is room as well
    loop.turn_until_idle();
    CHECK(order == "abc");
    CHECK(quick.try_receive() == 3);
    CHECK(news.try_send(item));
    CHECK(quick.try_receive() == 4);
}

TEST_CASE("drop_oldest: the slow miss what is oldest and are told how many, the quick miss nothing") {
    hand_loop loop;
    broadcast<int> news(3, when_slow::drop_oldest);
    auto slow = news.subscribe();
    auto quick = news.subscribe();
    for (int i = 0; i < 10; ++i) {
        CHECK(news.try_send(i));
        CHECK(quick.try_receive() == i);
    }
    CHECK(news.size() == 3);
    CHECK(slow.unread() == 3);
    CHECK(slow.try_receive() == 7);
    CHECK(slow.missed() == 7);
    CHECK(slow.try_receive() == 8);
    CHECK(slow.missed() == 0);
    CHECK(slow.missed_in_all() == 7);
    CHECK(slow.try_receive() == 9);
    CHECK(!slow.too_slow());
    CHECK(quick.missed_in_all() == 0);
    CHECK(news.size() == 0);
}

TEST_CASE("drop_newest: while the slowest is behind all miss what is new, and are told where it is missing") {
    hand_loop loop;
    broadcast<int> news(2, when_slow::drop_newest);
    auto slow = news.subscribe();
    auto quick = news.subscribe();
    CHECK(news.try_send(0));
    CHECK(news.try_send(1));
    CHECK(quick.try_receive() == 0);
    CHECK(quick.try_receive() == 1);
    CHECK(!news.try_send(2));
    auto sends = [&]() -> task<> { co_await news.send(3); };
    started<> one(loop, sends());
    CHECK(one.ended());  // it does not wait
    CHECK(slow.try_receive() == 0);
    CHECK(slow.missed() == 0);
    CHECK(news.try_send(4));
    CHECK(slow.try_receive() == 1);
    CHECK(slow.missed() == 0);
    CHECK(slow.try_receive() == 4);
    CHECK(slow.missed() == 2);
    CHECK(quick.try_receive() == 4);
    CHECK(quick.missed() == 2);
    CHECK(news.try_send(5));
    CHECK(news.try_send(6));
    CHECK(!news.try_send(7));
    news.close();
    std::vector<int> rest;
    run_through(loop, collect(slow, rest));
    CHECK(rest == std::vector{5, 6});
    CHECK(slow.missed() == 1);  // before the end
    CHECK(slow.missed_in_all() == 3);
}

TEST_CASE("drop_newest leaves an item that it does not take untouched") {
    broadcast<std::string> news(1, when_slow::drop_newest);
    hand_loop loop;
    auto mine = news.subscribe();
    std::string item = "a text that is too long to be stored without an allocation";
    std::string other = item;
    CHECK(news.try_send(item));
    CHECK(item.empty());
    CHECK(!news.try_send(other));
    CHECK(!other.empty());
}

TEST_CASE("close: the subscriptions of the slowest end and say so, and the others go on") {
    hand_loop loop;
    broadcast<int> news(2, when_slow::close);
    auto slow = news.subscribe();
    auto also_slow = news.subscribe();
    auto quick = news.subscribe();
    for (int i = 0; i < 2; ++i) {
        CHECK(news.try_send(i));
        CHECK(quick.try_receive() == i);
    }
    CHECK(!slow.too_slow());
    auto half = news.subscribe();
    CHECK(news.try_send(2));
    CHECK(slow.too_slow());
    CHECK(also_slow.too_slow());
    CHECK(!half.too_slow());
    CHECK(news.subscribers() == 2);
    CHECK(news.size() == 1);
    CHECK(!slow.try_receive());
    CHECK(slow.ended());
    CHECK(slow.unread() == 0);
    CHECK(slow.missed() == 3);
    std::vector<int> nothing;
    run_through(loop, collect(slow, nothing));
    CHECK(nothing.empty());
    CHECK(quick.try_receive() == 2);
    CHECK(half.try_receive() == 2);
    slow = news.subscribe();
    CHECK(news.try_send(3));
    CHECK(slow.try_receive() == 3);
}

TEST_CASE("close: who shares a subscription that ends gets nothing, whether it was woken already or not") {
    hand_loop loop;
    broadcast<int> news(1, when_slow::close);
    auto shared = news.subscribe();
    int nothing = 0;
    auto work = [&]() -> task<> {
        auto item = co_await shared.receive();
        if (!item) ++nothing;
    };
    started<> a(loop, work());
    started<> b(loop, work());
    started<> c(loop, work());
    CHECK(news.try_send(1));
    CHECK(news.try_send(2));
    CHECK(shared.too_slow());
    loop.turn_until_idle();
    CHECK(nothing == 3);
}

TEST_CASE("a closed broadcast gives what is stored, then nothing, and takes nothing") {
    hand_loop loop;
    broadcast<std::string> news(2);
    auto mine = news.subscribe();
    CHECK(news.try_send("one"));
    CHECK(news.try_send("two"));
    int refused = 0;
    auto sends = [&]() -> task<> {
        try {
            co_await news.send("three");
        } catch (const channel_closed&) {
            ++refused;
        }
    };
    started<> waits(loop, sends());
    news.close();
    news.close();
    CHECK(news.closed());
    loop.turn_until_idle();
    CHECK(refused == 1);
    run_through(loop, sends());
    CHECK(refused == 2);
    std::string late = "late";
    CHECK(!news.try_send(late));
    CHECK(late == "late");
    CHECK(!mine.ended());
    std::vector<std::string> got;
    run_through(loop, collect(mine, got));
    CHECK(got == std::vector<std::string>{"one", "two"});
    CHECK(mine.ended());
    auto after = news.subscribe();
    CHECK(after.ended());
}

TEST_CASE("a broadcast that goes first ends its subscriptions, and all who wait") {
    hand_loop loop;
    auto news = std::make_unique<broadcast<int>>(1);
    auto idle = news->subscribe();
    auto waiting = news->subscribe();
    auto woken = news->subscribe();
    int nothing = 0, refused = 0;
    auto receives = [&](subscription<int>& from) -> task<> {
        auto item = co_await from.receive();
        if (!item) ++nothing;
    };
    auto sends = [&](int item) -> task<> {
        try {
            co_await news->send(item);
        } catch (const channel_closed&) {
            ++refused;
        }
    };
    started<> a(loop, receives(woken));
    started<> b(loop, sends(1));
    started<> c(loop, sends(2));
    CHECK(waiting.try_receive() == 1);
    started<> d(loop, receives(waiting));
    news.reset();
    CHECK(idle.ended());
    CHECK(!idle.try_receive());
    CHECK(idle.missed() == 1);
    CHECK(!idle.too_slow());
    loop.turn_until_idle();
    CHECK(nothing == 2);
    CHECK(refused == 1);
}

TEST_CASE("a cancelled send sends nothing and keeps its item; one whose turn came has sent") {
    hand_loop loop;
    broadcast<int> news(1);
    auto mine = news.subscribe();
    int heard = 0;
    auto sends = [&](int item) -> task<> {
        try {
            co_await news.send_from(item);
            co_await hop();
        } catch (const cancelled&) {
            ++heard;
        }
    };
    started<> first(loop, sends(1));
    started<> second(loop, sends(2));
    started<> third(loop, sends(3));
    second.cancel();
    CHECK(mine.try_receive() == 1);
    third.cancel();  // too late for the send
    CHECK(mine.try_receive() == 3);
    loop.turn_until_idle();
    CHECK(heard == 2);
    auto refused = [&]() -> task<> {
        async::this_job().root().cancel();
        co_await news.send(9);
    };
    started<> fourth(loop, refused());
    CHECK(fourth.threw_cancelled());
    CHECK(!mine.try_receive());
}

TEST_CASE("a sender that is destroyed while it waits sends nothing; after its turn came its item was sent") {
    hand_loop loop;
    broadcast<int> news(1);
    auto mine = news.subscribe();
    auto sends = [&](int item) -> task<> { co_await news.send(item); };
    started<> first(loop, sends(1));
    auto waits = std::make_unique<started<>>(loop, sends(2));
    auto served = std::make_unique<started<>>(loop, sends(3));
    waits.reset();
    CHECK(mine.try_receive() == 1);
    served.reset();
    CHECK(mine.try_receive() == 3);
    CHECK(!mine.try_receive());
}

TEST_CASE("an item that cannot be moved in is its sender's failure, and the next has the room") {
    hand_loop loop;
    fragile::left = 1000;
    broadcast<fragile> news(1);
    auto mine = news.subscribe();
    int failed = 0, sent = 0;
    auto sends = [&](fragile& item) -> task<> {
        try {
            co_await news.send_from(item);
            ++sent;
        } catch (const std::runtime_error&) {
            ++failed;
        }
    };
    fragile one(1), two(2), three(3);
    started<> a(loop, sends(one));
    started<> b(loop, sends(two));
    started<> c(loop, sends(three));
    fragile::left = 1;  // enough to receive 1, not to store 2
    auto got = mine.try_receive();
    CHECK(got->number == 1);
    fragile::left = 1000;
    loop.turn_until_idle();
    CHECK(failed == 1);
    CHECK(sent == 2);
    CHECK(mine.try_receive()->number == 3);
    CHECK(mine.missed_in_all() == 0);
    fragile::left = 0;
    CHECK_THROWS_AS(news.try_send(one), std::runtime_error);
    fragile::left = 0;
    started<> d(loop, sends(two));
    CHECK(failed == 2);
    fragile::left = 1000;
    CHECK(mine.unread() == 0);
}

TEST_CASE("one task that sends or receives, whichever comes first, does exactly one of the two") {
    hand_loop loop;
    broadcast<int> news(1);
    auto own = news.subscribe();
    auto other = news.subscribe();
    CHECK(news.try_send(1));
    CHECK(own.try_receive() == 1);
    std::size_t did = 9;
    int item = 2;
    auto work = [&]() -> task<> {
        auto one = co_await select(news.send_from(item), own.receive());
        did = one.index();
    };
    started<> both(loop, work());
    CHECK(other.try_receive() == 1);  // makes room for the item, which it would receive itself
    loop.turn_until_idle();
    CHECK(both.ended());
    CHECK(did == 0);
    CHECK(own.try_receive() == 2);
    CHECK(other.try_receive() == 2);
    CHECK(!own.try_receive());
}

TEST_CASE("a sender that never waits lets the others run") {
    hand_loop loop;
    broadcast<int> news(4, when_slow::drop_oldest);
    auto mine = news.subscribe();
    int sent = 0, at = 0;
    auto busy = [&]() -> task<> {
        for (; sent < 10'000; ++sent) co_await news.send(sent);
    };
    auto other = [&]() -> task<> {
        co_await hop();
        at = sent;
    };
    started<> one(loop, busy());
    started<> two(loop, other());
    loop.turn_until_idle();
    CHECK(sent == 10'000);
    CHECK(at < 1000);
    CHECK(mine.try_receive() == 9996);
}

// The items are numbered as they are taken. Whoever is cancelled, destroyed, unsubscribed or too slow when: what a
// subscription received and what it says it missed add up to exactly what was sent since it came.
TEST_CASE("every subscriber's items have no gap that it was not told of, with everybody cancelled at random") {
    for (when_slow policy : {when_slow::wait, when_slow::drop_oldest, when_slow::drop_newest, when_slow::close}) {
        for (std::uint64_t seed = 0; seed < 150; ++seed) {
            random_sequence random(seed);
            hand_loop loop;
            if (seed % 2 == 1) loop.shuffle_ready(seed);
            broadcast<std::uint64_t> news(1 + random.below(4), policy);
            struct follower {
                subscription<std::uint64_t> mine;
                std::uint64_t expected = 0;
                bool sound = true;
                bool ended = false;
                std::unique_ptr<started<>> job;
            };
            std::uint64_t sent = 0;
            auto receives = [&](follower& self) -> task<> {
                while (auto item = co_await self.mine.receive()) {
                    self.expected += self.mine.missed();
                    self.sound = self.sound && *item == self.expected;
                    ++self.expected;
                    for (std::uint64_t stay = random.below(4); stay > 0; --stay) co_await hop();
                }
                self.expected += self.mine.missed();
                self.ended = true;
            };
            // Every item that is tried has a number when drops count, and only those that are taken when senders wait.
            auto sends = [&](std::uint64_t times) -> task<> {
                for (std::uint64_t i = 0; i < times; ++i) {
                    std::uint64_t number = 0;
                    if (policy == when_slow::wait) {
                        while (!news.closed()) {
                            number = sent;
                            if (news.try_send(number)) break;
                            co_await hop();
                        }
                        if (news.closed()) co_return;
                    } else {
                        number = sent;
                        try {
                            co_await news.send_from(number);
                        } catch (const channel_closed&) {
                            co_return;
                        }
                    }
                    ++sent;
                    if (random.percent(40)) co_await hop();
                }
            };
            std::vector<std::unique_ptr<follower>> all;
            auto joins = [&] {
                auto added = std::make_unique<follower>();
                added->mine = news.subscribe();
                added->expected = sent;
                added->job = std::make_unique<started<>>(loop, receives(*added));
                all.push_back(std::move(added));
            };
            for (int i = 0; i < 4; ++i) joins();
            started<> sender(loop, sends(60));
            for (int step = 0; step < 80; ++step) {
                std::size_t which = all.empty() ? 0 : random.below(all.size());
                if (random.percent(5)) joins();
                if (!all.empty() && random.percent(4)) {
                    all[which]->job.reset();
                    all.erase(all.begin() + static_cast<std::ptrdiff_t>(which));
                } else if (!all.empty() && random.percent(10) && !all[which]->ended) {
                    // Another task goes on with the subscription, without loss, unless the item was already received.
                    if (random.percent(50)) {
                        all[which]->job->cancel();
                        loop.turn();
                        loop.turn();
                    }
                    all[which]->job.reset();
                    all[which]->job = std::make_unique<started<>>(loop, receives(*all[which]));
                }
                if (random.percent(80)) loop.turn();
            }
            if (random.percent(50)) loop.turn_until_idle();
            news.close();
            loop.turn_until_idle();
            REQUIRE(sender.ended());
            for (auto& each : all) {
                REQUIRE(each->ended);
                REQUIRE(each->sound);
                if (!each->mine.too_slow()) REQUIRE(each->expected == sent);
                if (policy == when_slow::wait) REQUIRE(each->mine.missed_in_all() == 0);
            }
            REQUIRE(news.size() == 0);
        }
    }
}

// With waiting senders: each item whose send returned is received by all who stay, and no other is.
TEST_CASE("exactly what was sent is received by all, when waiting senders are cancelled and destroyed at random") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_sequence random(seed);
        hand_loop loop;
        if (seed % 2 == 1) loop.shuffle_ready(seed);
        broadcast<int> news(1 + random.below(3));
        auto first = news.subscribe();
        auto second = news.subscribe();
        std::vector<int> at_first, at_second, accepted, unknown;
        auto receives = [&](subscription<int>& from, std::vector<int>& into) -> task<> {
            while (auto item = co_await from.receive()) {
                into.push_back(*item);
                for (std::uint64_t stay = random.below(3); stay > 0; --stay) co_await hop();
            }
        };
        int next = 0;
        auto sends = [&](int times, int& under_way) -> task<> {
            for (int i = 0; i < times; ++i) {
                int item = under_way = next++;
                try {
                    co_await news.send(item);
                } catch (const cancelled&) {
                    under_way = -1;
                    throw;
                }
                under_way = -1;
                accepted.push_back(item);
                if (random.percent(30)) co_await hop();
            }
        };
        started<> a(loop, receives(first, at_first));
        started<> b(loop, receives(second, at_second));
        std::vector<int> under_way(5, -1);
        std::vector<std::unique_ptr<started<>>> all;
        for (std::size_t i = 0; i < 5; ++i) all.push_back(std::make_unique<started<>>(loop, sends(8, under_way[i])));
        for (int step = 0; step < 40; ++step) {
            std::size_t which = random.below(all.size());
            if (random.percent(15)) all[which]->cancel();
            if (random.percent(10)) {
                all[which].reset();  // its item was sent if its turn had come: only the receivers know
                if (under_way[which] >= 0) unknown.push_back(under_way[which]);
                under_way[which] = -1;
                all[which] = std::make_unique<started<>>(loop, sends(3, under_way[which]));
            }
            if (random.percent(80)) loop.turn();
        }
        loop.turn_until_idle();
        news.close();
        loop.turn_until_idle();
        REQUIRE(a.ended());
        REQUIRE(b.ended());
        REQUIRE(at_first == at_second);
        std::vector<int> known;
        for (int item : at_first)
            if (std::find(unknown.begin(), unknown.end(), item) == unknown.end()) known.push_back(item);
        std::sort(known.begin(), known.end());
        std::sort(accepted.begin(), accepted.end());
        REQUIRE(known == accepted);
    }
}
