// select: exactly one happens, the others leave no trace, and the ready have equal chances.
#include <coracle/async/select.hpp>

#include <coracle/async/channel.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/mutex.hpp>
#include <coracle/async/semaphore.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/random_sequence.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace coracle;

TEST_CASE("the one that is ready happens at once, and the others are as they were") {
    hand_loop loop;
    channel<int> numbers(1);
    channel<std::string> words(1);
    CHECK(words.try_send("here"));
    auto work = [&]() -> task<std::string> {
        auto got = co_await select(numbers.receive(), words.receive());
        CHECK(got.index() == 1);
        co_return *std::get<1>(got);
    };
    CHECK(run_through(loop, work()) == "here");
    CHECK(numbers.try_send(1));
    CHECK(numbers.size() == 1);  // nobody waits for it
}

TEST_CASE("the first that becomes ready happens, and the others leave their lines") {
    hand_loop loop;
    channel<int> in, out(1);
    event stop;
    CHECK(out.try_send(0));  // full
    std::string log;
    std::unique_ptr<int> unused;
    int item = 7;
    auto work = [&]() -> task<> {
        auto got = co_await select(in.receive(), out.send_from(item), stop.wait());
        log += std::to_string(got.index());
    };
    started<> a(loop, work());
    CHECK(in.try_send(1));
    CHECK(out.try_receive() == 0);
    CHECK(!out.try_receive());  // its send left no trace
    stop.set();
    loop.turn_until_idle();
    CHECK(log == "0");
    stop.clear();
    CHECK(out.try_send(0));
    started<> b(loop, work());
    CHECK(out.try_receive() == 0);
    CHECK(out.size() == 1);
    CHECK(!in.try_send(2));
    CHECK(out.try_receive() == 7);
    CHECK(out.try_send(0));
    started<> c(loop, work());
    stop.set();
    CHECK(!in.try_send(2));
    loop.turn_until_idle();
    CHECK(log == "012");
}

TEST_CASE("a closed channel is ready: a receive gives nothing, a send throws") {
    hand_loop loop;
    channel<int> open, closed;
    closed.close();
    auto receives = [&]() -> task<bool> {
        auto got = co_await select(open.receive(), closed.receive());
        co_return got.index() == 1 && !std::get<1>(got);
    };
    CHECK(run_through(loop, receives()));
    auto sends = [&]() -> task<> { co_await select(open.receive(), closed.send(1)); };
    CHECK_THROWS_AS(run_through(loop, sends()), channel_closed);
    auto waits = [&]() -> task<> { co_await select(open.receive(), open.send(1)); };
    started<> one(loop, waits());
    open.close();
    loop.turn_until_idle();
    CHECK(one.ended());
}

TEST_CASE("both ends of one channel: two selects meet, and one never meets itself") {
    hand_loop loop;
    channel<int> pipe;
    int sent = 0, received = 0;
    auto work = [&](int item) -> task<> {
        auto got = co_await select(pipe.send(item), pipe.receive());
        if (got.index() == 0)
            ++sent;
        else
            received += std::get<1>(got).value();
    };
    started<> one(loop, work(1));
    loop.turn_until_idle();
    CHECK(!one.ended());
    started<> two(loop, work(2));
    loop.turn_until_idle();
    CHECK(one.ended());
    CHECK(two.ended());
    CHECK(sent == 1);
    CHECK(received > 0);
    auto twice = [&]() -> task<int> {
        auto got = co_await select(pipe.receive(), pipe.receive());
        co_return got.index() == 0 ? *std::get<0>(got) : *std::get<1>(got);
    };
    started<int> three(loop, twice());
    CHECK(pipe.try_send(5));
    CHECK(!pipe.try_send(6));
    loop.turn_until_idle();
    CHECK(three.result() == 5);
}

TEST_CASE("when several are ready each has its turn") {
    hand_loop loop;
    channel<int> a(1000), b(1000), c(1000);
    for (int i = 0; i < 1000; ++i) {
        CHECK(a.try_send(i));
        CHECK(b.try_send(i));
        CHECK(c.try_send(i));
    }
    std::size_t counts[3] = {0, 0, 0};
    auto work = [&]() -> task<> {
        for (int i = 0; i < 900; ++i) {
            auto got = co_await select(a.receive(), b.receive(), c.receive());
            ++counts[got.index()];
        }
    };
    run_through(loop, work());
    for (std::size_t each : counts) CHECK(each > 240);
}

TEST_CASE("a mutex and permits may be cases, and are given up when they are destroyed with their coroutine") {
    hand_loop loop;
    mutex door;
    semaphore seats(1);
    auto work = [&]() -> task<std::size_t> {
        auto got = co_await select(door.lock(), seats.acquire());
        co_return got.index();
    };
    auto held = door.try_lock();
    auto permit = seats.try_acquire();
    auto one = std::make_unique<started<std::size_t>>(loop, work());
    held.unlock();
    CHECK(door.locked());
    permit.release();
    CHECK(seats.available() == 1);
    one.reset();
    CHECK(!door.locked());
    CHECK(run_through(loop, work()) < 2);
    CHECK(!door.locked());
    CHECK(seats.available() == 1);
}

TEST_CASE("one semaphore twice: leaving as a whole serves nobody who leaves too") {
    hand_loop loop;
    semaphore seats(3);
    auto two = seats.try_acquire(2);
    bool small = false;
    auto work = [&]() -> task<> { co_await select(seats.acquire(3), seats.acquire(2), seats.acquire(1)); };
    auto asks = [&]() -> task<> {
        auto permit = co_await seats.acquire();
        small = true;
    };
    for (bool destroyed : {true, false}) {
        small = false;
        auto many = std::make_unique<started<>>(loop, asks());
        loop.turn_until_idle();
        auto one_more = seats.try_acquire();
        auto whole = std::make_unique<started<>>(loop, work());
        started<> behind(loop, asks());
        one_more.release();
        small = false;
        if (destroyed)
            whole.reset();
        else
            whole->cancel();
        loop.turn_until_idle();
        CHECK(behind.ended());
        CHECK(seats.available() == 1);
    }
}

TEST_CASE("a select that is cancelled does none of them; one that has happened has") {
    hand_loop loop;
    channel<int> a, b;
    int got = 0;
    auto work = [&]() -> task<> {
        auto one = co_await select(a.receive(), b.receive());
        got += *std::get<0>(one);
        co_await hop();
    };
    started<> early(loop, work());
    early.cancel();
    CHECK(!a.try_send(1));
    CHECK(!b.try_send(1));
    started<> late(loop, work());
    CHECK(a.try_send(2));
    late.cancel();
    loop.turn_until_idle();
    CHECK(early.threw_cancelled());
    CHECK(late.threw_cancelled());
    CHECK(got == 2);
}

TEST_CASE("try_select does one that is ready, or nothing") {
    channel<int> a(1), b(1);
    CHECK(!try_select(a.receive(), b.receive()));
    CHECK(b.try_send(3));
    auto got = try_select(a.receive(), b.receive());
    REQUIRE(got);
    CHECK(got->index() == 1);
    CHECK(std::get<1>(*got) == 3);
    CHECK(!try_select(a.receive(), b.receive()));
    CHECK(a.try_send(1));  // nobody stands in line
    CHECK(a.size() == 1);
}

TEST_CASE("no item is lost or doubled among selects that are cancelled at random") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_sequence random(seed);
        hand_loop loop;
        if (seed % 2 == 1) loop.shuffle_ready(seed);
        channel<int> a(random.below(3)), b(random.below(3));
        std::set<int> sent, received;
        bool doubled = false;
        int next = 0;
        auto works = [&]() -> task<> {
            for (int i = 0; i < 10; ++i) {
                int mine = next++;
                auto got = co_await select(a.send(mine), b.receive(), b.send_from(mine), a.receive());
                if (got.index() % 2 == 0)
                    sent.insert(mine);
                else
                    doubled |=
                        !received.insert(got.index() == 1 ? std::get<1>(got).value() : std::get<3>(got).value()).second;
                if (random.percent(30)) co_await hop();
            }
        };
        std::vector<std::unique_ptr<started<>>> all;
        for (int i = 0; i < 6; ++i) all.push_back(std::make_unique<started<>>(loop, works()));
        for (int step = 0; step < 30; ++step) {
            if (random.percent(20)) all[random.below(all.size())]->cancel();
            loop.turn();
        }
        for (auto& each : all) each->cancel();
        loop.turn_until_idle();
        while (auto item = a.try_receive()) doubled |= !received.insert(*item).second;
        while (auto item = b.try_receive()) doubled |= !received.insert(*item).second;
        REQUIRE(!doubled);
        REQUIRE(sent == received);
    }
}
