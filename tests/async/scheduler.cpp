// The ready queue: order, fairness, and which job is the running one.
#include <coracle/async/scheduler.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace coracle;
using async::scheduler;

TEST_CASE("outside of a loop there is no scheduler, and the error says what to do") {
    CHECK(scheduler::current_or_null() == nullptr);
    try {
        scheduler::current();
        FAIL("no error");
    } catch (const std::logic_error& error) {
        CHECK(std::string(error.what()).find("run(task)") != std::string::npos);
    }
    CHECK_THROWS_AS(async::this_job(), std::logic_error);
}

TEST_CASE("a scheduler is that of its own thread only, and the one before it comes back") {
    hand_loop outer;
    {
        hand_loop inner;
        CHECK(&scheduler::current() == &inner);
    }
    CHECK(&scheduler::current() == &outer);
    bool elsewhere = true;
    std::thread([&] { elsewhere = scheduler::current_or_null() != nullptr; }).join();
    CHECK(!elsewhere);
}

TEST_CASE("what is posted has no job: asking for it is an error, not a crash") {
    hand_loop loop;
    bool refused = false;
    loop.post([&] {
        try {
            async::this_job();
        } catch (const std::logic_error&) {
            refused = true;
        }
    });
    loop.turn();
    CHECK(refused);
}

TEST_CASE("the ready are resumed first in, first out, and those who become ready meanwhile come next turn") {
    hand_loop loop;
    std::string order;
    auto work = [&](char name) -> task<> {
        for (int i = 0; i < 3; ++i) {
            order += name;
            co_await hop();
        }
    };
    started<> a(loop, work('a'));
    started<> b(loop, work('b'));
    started<> c(loop, work('c'));
    CHECK(order == "abc");
    loop.turn();
    CHECK(order == "abcabc");
    loop.turn();
    CHECK(order == "abcabcabc");
    loop.turn();
    CHECK(c.ended());
    CHECK(loop.idle());
}

namespace {

/// Writes its name when its turn comes, and may let others go first.
class named_turn final : public async::operation {
public:
    named_turn(hand_loop& loop, std::string& order, char name) : loop_(loop), order_(order), name_(name) {}
    void cancel() noexcept override {}
    std::vector<named_turn*> next;

private:
    bool ready() noexcept override {
        order_ += name_;
        for (named_turn* each : next) loop_.make_ready_next(*each);
        next.clear();
        return false;
    }
    hand_loop& loop_;
    std::string& order_;
    char name_;
};

}  // namespace

TEST_CASE("who is made ready next goes on right behind what runs now, in the same round, the last said first") {
    hand_loop loop;
    std::string order;
    named_turn a(loop, order, 'a'), b(loop, order, 'b'), c(loop, order, 'c'), d(loop, order, 'd');
    a.next = {&a, &d};
    loop.make_ready(a);
    loop.make_ready(b);
    loop.make_ready(c);
    loop.turn();
    CHECK(order == "adabc");
    CHECK(loop.idle());

    // Also one that is in the queue already, and from outside of a turn.
    order.clear();
    loop.make_ready(b);
    loop.make_ready(c);
    loop.make_ready_next(c);
    CHECK(!loop.idle());
    loop.turn();
    CHECK(order == "cb");

    // Where the order is drawn by lot it is one of many.
    loop.shuffle_ready(1);
    order.clear();
    a.next = {&d};
    loop.make_ready(a);
    loop.turn();
    CHECK(order == "a");
    loop.turn();
    CHECK(order == "ad");
}

TEST_CASE("this_job is the running job's, before and after waits, also when others ran in between") {
    hand_loop loop;
    auto work = [&](async::job*& mine, bool& same) -> task<> {
        mine = &async::this_job();
        for (int i = 0; i < 5; ++i) {
            co_await hop();
            same = same && &async::this_job() == mine;
        }
    };
    async::job *first = nullptr, *second = nullptr;
    bool first_same = true, second_same = true;
    started<> a(loop, work(first, first_same));
    started<> b(loop, work(second, second_same));
    CHECK(loop.running_job() == nullptr);
    loop.turn_until_idle();
    CHECK(a.ended());
    CHECK(first == &a.job());
    CHECK(second == &b.job());
    CHECK(first_same);
    CHECK(second_same);
    CHECK(loop.running_job() == nullptr);
}

TEST_CASE("a job that never has to wait lets the others run") {
    hand_loop loop;
    event always;
    always.set();
    bool stop = false;
    long waits = 0;
    auto greedy = [&]() -> task<> {
        while (!stop) {
            co_await always.wait();
            ++waits;
            REQUIRE(waits < 100'000);
        }
    };
    auto modest = [&]() -> task<> {
        for (int i = 0; i < 10; ++i) co_await hop();
        stop = true;
    };
    started<> one(loop, greedy());
    started<> other(loop, modest());
    loop.turn_until_idle();
    CHECK(one.ended());
    CHECK_NOTHROW(one.result());
    CHECK(waits >= 10 * 64);  // a share is worth having: not a turn per wait
    CHECK(waits <= 12 * 256);
}

TEST_CASE("the children of a gather share the turn of the job that starts them") {
    hand_loop loop;
    event always;
    always.set();
    int done = 0;
    auto child = [&]() -> task<> {
        for (int i = 0; i < 100; ++i) co_await always.wait();
        ++done;
    };
    auto parent = [&]() -> task<> { co_await gather(child(), child(), child()); };
    started<> all(loop, parent());
    CHECK(done < 3);
    loop.turn_until_idle();
    CHECK(done == 3);
    CHECK(all.ended());
}

TEST_CASE("a wait that is put off for fairness cannot be cancelled: it has happened") {
    hand_loop loop;
    event always;
    always.set();
    int happened = 0;
    int heard = 0;
    auto work = [&]() -> task<> {
        try {
            for (;;) {
                co_await always.wait();
                ++happened;
            }
        } catch (const cancelled&) {
            ++heard;
        }
    };
    started<> greedy(loop, work());
    int before = happened;
    CHECK(!greedy.ended());
    CHECK(!greedy.job().waiting());
    greedy.cancel();
    loop.turn();
    CHECK(happened == before + 1);
    CHECK(heard == 1);
    CHECK(greedy.ended());
}

TEST_CASE("posted functions run in order, and may post") {
    hand_loop loop;
    std::string order;
    loop.post([&] {
        order += '1';
        loop.post([&] { order += '3'; });
    });
    loop.post([&] { order += '2'; });
    loop.turn_until_idle();
    CHECK(order == "123");
}

TEST_CASE("a seed decides the order of a batch, the same each time, and loses nobody") {
    auto order_by = [](std::uint64_t seed) {
        hand_loop loop;
        if (seed != 0) loop.shuffle_ready(seed);
        std::string order;
        auto named = [&](char name) -> task<> {
            co_await hop();
            order += name;
        };
        auto work = [&]() -> task<> { co_await gather(named('a'), named('b'), named('c'), named('d'), named('e')); };
        run_through(loop, work());
        return order;
    };
    CHECK(order_by(0) == "abcde");
    std::set<std::string> orders;
    for (std::uint64_t seed = 1; seed <= 600; ++seed) {
        std::string order = order_by(seed);
        CHECK(order.size() == 5);
        CHECK(order_by(seed) == order);
        orders.insert(order);
    }
    CHECK(orders.size() > 110);  // of the 120 there are
}
