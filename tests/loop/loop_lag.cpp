#include <coracle/loop/loop_lag.hpp>

#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a loop that is well is in time, once a second") {
    std::uint64_t in_time = 0;
    std::uint64_t late = 0;
    auto all = [&]() -> task<> {
        auto& lag = loop::reactor::current().own<loop::loop_lag>();
        co_await sleep(10500ms);
        in_time = lag.seen()[0];
        for (std::size_t i = 1; i <= loop::loop_lag::bounds.size(); ++i) late += lag.seen()[i];
    };
    run(virtual_time, all());
    CHECK(in_time == 10);
    CHECK(late == 0);
}
