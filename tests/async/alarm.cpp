#include <coracle/async/alarm.hpp>

#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/yield_now.hpp>

#include "hand_loop.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace coracle;

TEST_CASE("a scheduler without a clock sets no alarm, and what it was for takes as long as it takes") {
    hand_loop loop;
    bool ended = false;
    auto work = [&]() -> task<> {
        async::cancel_scope part(async::this_job());
        auto alarm = async::scheduler::current().cancel_later(part, std::chrono::seconds(0));
        CHECK(alarm == nullptr);
        co_await yield_now();
        ended = !part.cancelled();
    };
    started<> running(loop, work());
    loop.turn_until_idle();
    running.result();
    CHECK(ended);
}
