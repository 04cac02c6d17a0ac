// sent_job: the ways in which one ends; submit and on_loop_of show what is made of them.
#include <coracle/loop/sent_job.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/thread_pool.hpp>

#include <doctest/doctest.h>

#include <source_location>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

std::string heard;
void hear(std::string_view message, const std::source_location&) noexcept { heard += message; }

struct traveller final : loop::sent_job<int> {
    std::string end;
    int value = 0;
    traveller(loop::reactor& to, task<int> work) : loop::sent_job<int>(to, std::move(work)) {}
    void cancel() { cancel_job(); }

private:
    void over(bool loop_has_ended) noexcept override {
        end += loop_has_ended ? "lost" : "over";
        if (!loop_has_ended) value = ended_task().error() ? -1 : ended_task().result();
    }
};

task<int> at_once() { co_return 4; }
task<int> never() {
    event e;
    co_await e.wait();
    co_return 0;
}

}  // namespace

TEST_CASE("a job lives on the loop that it was sent to until it ends") {
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    traveller job(on, at_once());
    CHECK(!on.has_residents());
    job.send();
    CHECK(job.end.empty());
    on.run_until([&] { return !job.end.empty(); });
    CHECK(job.end == "over");
    CHECK(job.value == 4);
    CHECK(!on.has_residents());
}

TEST_CASE("it stands below the root of the loop, so that cancelling all cancels it") {
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    traveller job(on, never());
    job.send();
    on.run_until([&] { return on.has_residents(); });
    on.root().cancel();
    on.run_until([&] { return !job.end.empty(); });
    CHECK(job.value == -1);
}

TEST_CASE("it can be cancelled alone, and before it is there nothing happens") {
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    traveller job(on, never()), other(on, never());
    job.cancel();
    job.send();
    other.send();
    on.run_until([&] { return on.has_residents(); });
    job.cancel();
    on.run_until([&] { return !job.end.empty(); });
    CHECK(job.value == -1);
    CHECK(other.end.empty());
    CHECK(on.has_residents());
}

TEST_CASE("lost with its loop, on its way and there, it has ended without a value and without a complaint") {
    reporter before = set_reporter(&hear);
    heard.clear();
    loop::thread_pool pool(1);
    auto on = std::make_unique<loop::reactor>(pool);
    traveller there(*on, never()), under_way(*on, never()), unsent(*on, never());
    there.send();
    on->run_until([&] { return on->has_residents(); });
    under_way.send();
    on.reset();
    CHECK(there.end == "lost");
    CHECK(under_way.end == "lost");
    CHECK(unsent.end.empty());
    set_reporter(before);
    CHECK(heard.empty());
}
