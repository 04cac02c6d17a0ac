#include <doctest/doctest.h>

#include <coracle/app/flight.hpp>
#include <coracle/loop/loop_thread.hpp>
#include <coracle/loop/submit.hpp>

#include <async/hand_loop.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using namespace coracle;

namespace {

class work final : public flight {
public:
    work() : flight(guard) {}
    void finish() {
        line told;
        {
            std::lock_guard lock(guard);
            end(told);
        }
        tell(told);
    }
    std::size_t waiters() {
        std::lock_guard lock(guard);
        return waiting();
    }
    std::mutex guard;
    int times_abandoned = 0;

private:
    void abandoned() noexcept override { ++times_abandoned; }
};

task<std::string> wait_for(work& of) {
    flight::turn mine(of);
    co_await mine;
    if (!mine.take_lead()) co_return "over";
    of.finish();
    co_return "led";
}
/// Gets the lead, and leaves without a word.
task<std::string> drop(work& of) {
    flight::turn mine(of);
    co_await mine;
    co_return "dropped";
}

}  // namespace

TEST_CASE("all in line go on when the flight is over, and who comes later does not wait") {
    hand_loop loop;
    work shared;
    started first(loop, wait_for(shared));
    started second(loop, wait_for(shared));
    loop.turn_until_idle();
    CHECK_FALSE(first.ended());
    CHECK(shared.waiters() == 2);
    shared.finish();
    loop.turn_until_idle();
    CHECK(first.result() == "over");
    CHECK(second.result() == "over");
    CHECK(run_through(loop, wait_for(shared)) == "over");
    CHECK(shared.waiters() == 0);
}

TEST_CASE("when the leader gives up the first in line has the lead, and the last to give up abandons the flight") {
    hand_loop loop;
    work shared;
    started first(loop, wait_for(shared));
    started second(loop, wait_for(shared));
    shared.give_up();
    loop.turn_until_idle();
    CHECK(first.result() == "led");
    CHECK(second.result() == "over");
    work lonely;
    lonely.give_up();
    CHECK(lonely.times_abandoned == 1);
    CHECK(lonely.over());
}

TEST_CASE("a lead that is dropped, before or after its job runs, goes on to the next in line") {
    hand_loop loop;
    work shared;
    started first(loop, drop(shared));
    auto second = std::make_unique<started<std::string>>(loop, wait_for(shared));
    auto third = std::make_unique<started<std::string>>(loop, wait_for(shared));
    started fourth(loop, wait_for(shared));
    shared.give_up();
    loop.turn();  // the first drops it; the second has it and is not yet told
    CHECK(first.result() == "dropped");
    second.reset();
    third.reset();
    loop.turn_until_idle();
    CHECK(fourth.result() == "led");
    CHECK(shared.times_abandoned == 0);
}

TEST_CASE("who is cancelled in line leaves it, and disturbs nobody") {
    hand_loop loop;
    work shared;
    started first(loop, wait_for(shared));
    started second(loop, wait_for(shared));
    first.cancel();
    loop.turn_until_idle();
    CHECK(first.threw_cancelled());
    CHECK(shared.waiters() == 1);
    shared.finish();
    second.cancel();  // too late: it has happened
    loop.turn_until_idle();
    CHECK(second.result() == "over");
    started refused(loop, [](work& of) -> task<std::string> {
        co_await hop();
        co_return co_await wait_for(of);
    }(shared));
    refused.cancel();
    loop.turn_until_idle();
    CHECK(refused.threw_cancelled());
}

TEST_CASE("those in line on other loops are told there, and a loop that ends takes its own with it") {
    for (int round = 0; round < 20; ++round) {
        work shared;
        std::optional<loop_thread> ending;
        ending.emplace();
        loop_thread one;
        loop_thread other;
        auto a = submit(one, wait_for(shared));
        auto b = submit(other, wait_for(shared));
        auto c = submit(*ending, wait_for(shared));
        while (shared.waiters() < 3) std::this_thread::yield();
        if (round % 2 == 0) {
            ending.reset();
            shared.give_up();
        } else {
            shared.give_up();
            ending.reset();
        }
        std::vector<std::string> ends{a.get(), b.get()};
        CHECK((ends[0] == "led" || ends[0] == "over"));
        CHECK((ends[1] == "led" || ends[1] == "over"));
    }
}
