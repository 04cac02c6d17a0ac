// subscription: waiting, sharing and ending of one receiving end, whoever is cancelled or destroyed when.
#include <coracle/async/subscription.hpp>

#include <coracle/async/broadcast.hpp>
#include <coracle/async/select.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

struct fragile {
    static inline bool breaks = false;
    int number;
    explicit fragile(int n) : number(n) {}
    fragile(const fragile& other) : number(other.number) {
        if (breaks) throw std::runtime_error("a copy failed");
    }
};

}  // namespace

TEST_CASE("a subscription to none has ended") {
    hand_loop loop;
    subscription<int> none;
    CHECK(none.ended());
    CHECK(none.unread() == 0);
    CHECK(none.missed() == 0);
    CHECK(!none.too_slow());
    CHECK(!none.try_receive());
    auto work = [&]() -> task<> {
        auto item = co_await none.receive();
        CHECK(!item);
    };
    run_through(loop, work());
}

TEST_CASE("it unsubscribes when it goes, is assigned over, or is told to") {
    hand_loop loop;
    broadcast<int> news(4);
    {
        auto one = news.subscribe();
        auto two = news.subscribe();
        CHECK(news.subscribers() == 2);
        one = std::move(two);
        CHECK(news.subscribers() == 1);
        auto& same = one;
        one = std::move(same);
        CHECK(news.subscribers() == 1);
        CHECK(news.try_send(1));
        auto moved = std::move(one);
        CHECK(moved.unread() == 1);
        CHECK(moved.try_receive() == 1);
        moved.unsubscribe();
        moved.unsubscribe();
        CHECK(news.subscribers() == 0);
        auto last = news.subscribe();
        CHECK(news.subscribers() == 1);
    }
    CHECK(news.subscribers() == 0);
}

TEST_CASE("it may be moved while somebody waits with it, and unsubscribing wakes who waits with nothing") {
    hand_loop loop;
    broadcast<int> news(4);
    auto mine = news.subscribe();
    std::vector<int> got;
    int nothing = 0;
    auto work = [&]() -> task<> {
        auto receiving = mine.receive();
        auto item = co_await receiving;
        if (item)
            got.push_back(*item);
        else
            ++nothing;
    };
    started<> a(loop, work());
    started<> b(loop, work());
    auto moved = std::move(mine);
    CHECK(news.try_send(5));
    loop.turn_until_idle();
    CHECK(got == std::vector{5});
    moved.unsubscribe();
    loop.turn_until_idle();
    CHECK(nothing == 1);
    CHECK(b.ended());
}

TEST_CASE("tasks that share one get each item once, in the order in which they came") {
    hand_loop loop;
    broadcast<int> news(4);
    auto shared = news.subscribe();
    std::string order;
    auto work = [&](char name) -> task<> {
        auto item = co_await shared.receive();
        order += name;
        order += item ? std::to_string(*item) : "-";
    };
    started<> a(loop, work('a'));
    started<> b(loop, work('b'));
    started<> c(loop, work('c'));
    CHECK(news.try_send(1));
    CHECK(!shared.try_receive());  // it is promised to a
    started<> d(loop, work('d'));
    CHECK(news.try_send(2));
    loop.turn_until_idle();
    CHECK(order == "a1b2");
    CHECK(news.try_send(3));
    news.close();
    loop.turn_until_idle();
    CHECK(order == "a1b2c3d-");
}

TEST_CASE("a cancelled receive reads nothing; one that was woken reads all the same") {
    hand_loop loop;
    broadcast<int> news(4);
    auto mine = news.subscribe();
    std::vector<int> got;
    int heard = 0;
    auto work = [&]() -> task<> {
        try {
            auto item = co_await mine.receive();
            got.push_back(*item);
            co_await hop();
        } catch (const cancelled&) {
            ++heard;
        }
    };
    started<> first(loop, work());
    started<> second(loop, work());
    first.cancel();
    CHECK(news.try_send(7));
    second.cancel();  // too late for the item, in time for the next wait
    loop.turn_until_idle();
    CHECK(got == std::vector{7});
    CHECK(heard == 2);
    CHECK(news.try_send(8));
    started<> third(loop, [&]() -> task<> {
        async::this_job().root().cancel();
        co_await mine.receive();
    }());
    CHECK(third.threw_cancelled());
    CHECK(mine.try_receive() == 8);
}

TEST_CASE("a coroutine that is destroyed after it was woken leaves its item to the next in line") {
    hand_loop loop;
    broadcast<int> news(4);
    auto shared = news.subscribe();
    std::vector<int> got;
    auto work = [&]() -> task<> {
        auto item = co_await shared.receive();
        got.push_back(*item);
    };
    auto gone = std::make_unique<started<>>(loop, work());
    auto waits = std::make_unique<started<>>(loop, work());
    started<> last(loop, work());
    CHECK(news.try_send(1));
    waits.reset();  // while it stands in line
    gone.reset();   // while it stands in the ready queue
    loop.turn_until_idle();
    CHECK(got == std::vector{1});
    CHECK(last.ended());
    auto alone = std::make_unique<started<>>(loop, work());
    CHECK(news.try_send(2));
    alone.reset();
    CHECK(shared.try_receive() == 2);
}

TEST_CASE("one that goes between an item and who was woken for it gives nothing") {
    hand_loop loop;
    broadcast<int> news(4);
    std::optional<subscription<int>> mine(news.subscribe());
    int nothing = 0;
    auto work = [&]() -> task<> {
        auto item = co_await mine->receive();
        if (!item) ++nothing;
    };
    started<> one(loop, work());
    auto dropped = std::make_unique<started<>>(loop, work());
    CHECK(news.try_send(1));
    CHECK(news.try_send(2));
    mine.reset();
    CHECK(news.size() == 0);
    dropped.reset();
    loop.turn_until_idle();
    CHECK(nothing == 1);
}

TEST_CASE("a copy that fails is the receiver's exception, and the next receive gets the item") {
    hand_loop loop;
    broadcast<fragile> news(4);
    auto mine = news.subscribe();
    int got = 0, failed = 0;
    auto work = [&]() -> task<> {
        try {
            auto item = co_await mine.receive();
            got += item->number;
        } catch (const std::runtime_error&) {
            ++failed;
        }
    };
    started<> first(loop, work());
    started<> second(loop, work());
    fragile item(3);
    CHECK(news.try_send(item));
    fragile::breaks = true;
    loop.turn();
    fragile::breaks = false;
    CHECK(failed == 1);
    loop.turn_until_idle();
    CHECK(got == 3);
    CHECK(news.try_send(item));
    fragile::breaks = true;
    CHECK_THROWS_AS(mine.try_receive(), std::runtime_error);
    fragile::breaks = false;
    CHECK(mine.try_receive()->number == 3);
}

TEST_CASE("in a select it reads when it is chosen, and leaves no trace when it is not") {
    hand_loop loop;
    broadcast<int> left(4), right(4);
    auto from_left = left.subscribe();
    auto from_right = right.subscribe();
    std::vector<int> got;
    auto work = [&]() -> task<> {
        auto first = co_await select(from_left.receive(), from_right.receive());
        REQUIRE(first.index() == 1);
        got.push_back(*std::get<1>(first));
    };
    started<> one(loop, work());
    CHECK(right.try_send(1));
    CHECK(left.try_send(2));
    loop.turn_until_idle();
    CHECK(got == std::vector{1});
    CHECK(from_left.try_receive() == 2);
    auto cancels = [&]() -> task<> { co_await select(from_left.receive(), from_right.receive()); };
    started<> two(loop, cancels());
    two.cancel();
    loop.turn_until_idle();
    CHECK(two.threw_cancelled());
    CHECK(left.try_send(3));
    CHECK(from_left.try_receive() == 3);
}

TEST_CASE("a task that always finds an item lets the others run, and destroyed then it has not read") {
    hand_loop loop;
    broadcast<int> news(10'000);
    auto mine = news.subscribe();
    for (int i = 0; i < 10'000; ++i) REQUIRE(news.try_send(i));
    int received = 0, at = 0;
    auto busy = [&]() -> task<> {
        while (auto item = co_await mine.receive()) received = *item + 1;
    };
    auto other = [&]() -> task<> {
        co_await hop();
        at = received;
    };
    auto one = std::make_unique<started<>>(loop, busy());
    started<> two(loop, other());
    loop.turn();
    CHECK(at > 0);
    CHECK(at < 1000);
    int before = received;
    one.reset();
    CHECK(mine.try_receive() == before);
}
