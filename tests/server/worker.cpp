#include <coracle/server/worker.hpp>

#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <string>
#include <thread>

using namespace coracle;

TEST_CASE("a worker that is stopped before it serves ends at once") {
    app served;
    served.freeze();
    loop::thread_pool pool(1);
    server::worker one(served, {}, pool);
    auto where = one.open(*net::address::of("127.0.0.1", 0), false);
    REQUIRE(where);
    CHECK(where->port() != 0);
    one.stop();
    one.serve([] {});
}

TEST_CASE("each turn of the loop is told") {
    app served;
    served.freeze();
    loop::thread_pool pool(1);
    server::worker one(served, {}, pool);
    REQUIRE(one.open(*net::address::of("127.0.0.1", 0), false));
    int turns = 0;
    one.serve([&] {
        if (++turns == 3) one.stop();
        one.reactor().wake();
    });
    CHECK(turns >= 3);
}

TEST_CASE("what handlers spawned has the grace time to end after stop, and is cancelled then") {
    app served;
    served.freeze();
    loop::thread_pool pool(1);
    server::settings how;
    how.grace = 50ms;
    server::worker one(served, how, pool);
    REQUIRE(one.open(*net::address::of("127.0.0.1", 0), false));
    std::string log;
    auto ends_in_time = [&]() -> task<> {
        co_await sleep(5ms);
        log += "ended ";
    };
    auto never_ends = [&]() -> task<> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            log += "cancelled";
            throw;
        }
    };
    one.reactor().post([&] {
        spawn(never_ends());
        spawn(ends_in_time());
    });
    one.stop();
    one.serve([] {});
    CHECK(log == "ended cancelled");
}
