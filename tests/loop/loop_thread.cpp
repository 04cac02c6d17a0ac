// loop_thread: birth, work, stop and death of a loop on its own thread.
#include <coracle/loop/loop_thread.hpp>

#include <coracle/async/blocking_call.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/submit.hpp>

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

using namespace coracle;

namespace {

std::string heard;
void hear(std::string_view message, const std::source_location&) noexcept { heard += message; }

}  // namespace

TEST_CASE("a loop_thread that is given nothing to do ends when it is destroyed") { loop_thread idle; }

TEST_CASE("it may be stopped before its end, from any thread and again, and what comes later hears of it") {
    auto other = std::make_unique<loop_thread>();
    std::thread stops([&] { other->stop(); });
    other->stop();
    stops.join();
    auto work = []() -> task<> { co_await sleep(1h); };
    std::future<void> late = submit(*other, work());
    other.reset();
    std::string said;
    try {
        late.get();
    } catch (const task_cancelled&) {
        said = "it came in time to be cancelled";
    } catch (const loop_ended&) {
        said = "it came after the last turn";
    }
    CHECK(!said.empty());
}

TEST_CASE("clean-up that waits is not cut off: a shielded part ends in its own time") {
    bool cleaned = false;
    std::promise<void> waits;
    auto work = [&]() -> task<> {
        bool told = false;
        try {
            waits.set_value();
            co_await sleep(1h);
        } catch (const cancelled&) {
            told = true;
        }
        if (!told) co_return;
        async::cancel_scope shielded(async::this_job(), true);
        co_await sleep(1ms);
        cleaned = true;
    };
    {
        loop_thread other;
        static_cast<void>(submit(other, work()));
        waits.get_future().get();
    }
    CHECK(cleaned);
}

TEST_CASE("several share a pool") {
    loop::thread_pool pool(2);
    loop_thread one(pool), other(pool);
    auto work = []() -> task<int> {
        int n = co_await offload([] { return 21; });
        co_return n;
    };
    std::future<int> first = submit(one, work()), second = submit(other, work());
    CHECK(first.get() + second.get() == 42);
    CHECK(pool.statistics()[lane::user].completed == 2);
}

TEST_CASE("what a posted function throws is reported, and neither the others nor the loop mind") {
    reporter before = set_reporter(&hear);
    heard.clear();
    {
        loop_thread other;
        std::promise<int> ran;
        other.loop().post([] { throw std::runtime_error("oh"); });
        other.loop().post([&] { ran.set_value(1); });
        CHECK(ran.get_future().get() == 1);
        std::promise<int> later;
        other.loop().post([&] { later.set_value(2); });
        CHECK(later.get_future().get() == 2);
    }
    set_reporter(before);
    CHECK(heard == "a function posted to a loop_thread threw: oh");
}

TEST_CASE("what was spawned there outlives its starter, and is cancelled and waited for at the end") {
    bool clean = false;
    auto lingers = [&]() -> task<> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
        }
        async::cancel_scope clean_up(async::this_job(), true);
        co_await sleep(1ms);
        clean = true;
    };
    auto work = [&]() -> task<> {
        spawn(lingers());
        co_return;
    };
    {
        loop_thread other;
        submit(other, work()).get();
        other.stop();
    }
    CHECK(clean);
}
