// offload_detached: who owns what, what becomes of exceptions, and who outlives whom.
#include <coracle/async/offload_detached.hpp>

#include <coracle/async/blocking_call.hpp>
#include <coracle/async/context.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/report.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using namespace coracle;

namespace {

void run_detached(hand_loop& loop) {
    REQUIRE(!loop.detached_calls.empty());
    async::blocking_call& call = *loop.detached_calls.front();
    loop.detached_calls.pop_front();
    call.run();
}

std::string heard;
void hear(std::string_view message, const std::source_location&) noexcept { heard += message; }

}  // namespace

TEST_CASE("a detached call owns its callable and arguments, and both end with it") {
    hand_loop loop;
    auto shared = std::make_shared<int>(0);
    auto work = [&]() -> task<> {
        offload_detached([shared](std::unique_ptr<int> by) { *shared += *by; }, std::make_unique<int>(3));
        offload_detached(lane::clean_up, [shared] { return ++*shared; });  // whose value nobody wants
        co_return;
    };
    started<> all(loop, work());
    CHECK(all.ended());
    CHECK(*shared == 0);
    CHECK(shared.use_count() == 3);
    REQUIRE(loop.detached_calls.size() == 2);
    CHECK(loop.detached_calls[0]->stands_in == lane::user);
    CHECK(loop.detached_calls[1]->stands_in == lane::clean_up);
    run_detached(loop);
    run_detached(loop);
    CHECK(*shared == 4);
    CHECK(shared.use_count() == 1);
}

TEST_CASE("it needs a loop, but no task: destructors use it, and timers") {
    {
        hand_loop loop;
        int ran = 0;
        offload_detached([&] { ++ran; });
        run_detached(loop);
        CHECK(ran == 1);
    }
    CHECK_THROWS_AS(offload_detached([] {}), std::logic_error);
}

TEST_CASE("cancelling the task that it came from does not touch it") {
    hand_loop loop;
    int ran = 0;
    auto work = [&]() -> task<> {
        async::this_job().root().cancel();
        offload_detached([&] { ++ran; });
        co_await hop();
    };
    started<> all(loop, work());
    CHECK(all.threw_cancelled());
    run_detached(loop);
    CHECK(ran == 1);
}

TEST_CASE("what a detached call throws is reported, once, with what it says") {
    hand_loop loop;
    reporter before = set_reporter(&hear);
    heard.clear();
    offload_detached([] { throw std::runtime_error("disk full"); });
    run_detached(loop);
    CHECK(heard == "a detached call ended with an exception: disk full");
    heard.clear();
    offload_detached([] { throw 5; });
    run_detached(loop);
    CHECK(heard == "a detached call ended with an exception: what was thrown is no std::exception");
    set_reporter(before);
}

TEST_CASE("it sees the context that its task saw, also when that has ended") {
    hand_loop loop;
    bool lent = false;
    auto work = [&]() -> task<> {
        offload_detached([&] { lent = async::context::borrowed() != nullptr; });
        co_return;
    };
    {
        started<> all(loop, work());
    }
    run_detached(loop);
    CHECK(lent);
    CHECK(async::context::borrowed() == nullptr);
}

TEST_CASE("one that takes a stop token is asked to stop when the threads end") {
    hand_loop loop;
    bool before = true, after = false;
    offload_detached([&](stop_token stop) {
        before = stop.stop_requested();
        loop.ending.request_stop();
        after = stop.stop_requested();
    });
    run_detached(loop);
    CHECK(!before);
    CHECK(after);
}
