#include <coracle/app/stop_notice.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/select.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/on_loop_of.hpp>
#include <coracle/loop/loop_thread.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <app/stage.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a stop notice wakes all who wait for it, and whoever asks later does not wait") {
    std::string log;
    auto waits = [&](stop_notice& notice, char name) -> task<> {
        co_await notice.wait();
        log += name;
    };
    run([&]() -> task<> {
        stop_notice notice(async::scheduler::current());
        auto first = spawn(waits(notice, 'a'));
        auto second = spawn(waits(notice, 'b'));
        CHECK(!notice.given());
        notice.give();
        notice.give();
        CHECK(notice.given());
        co_await std::move(first);
        co_await std::move(second);
        co_await notice.wait();
    }());
    CHECK(log == "ab");
}

TEST_CASE("without a server a stop notice is never given, and waiting for it can be cancelled") {
    run(virtual_time, []() -> task<> {
        CHECK(!server_stopping().given());
        auto forever = []() -> task<> { co_await server_stopping().wait(); };
        bool late = false;
        try {
            co_await timeout(1h, forever());
        } catch (const timed_out&) {
            late = true;
        }
        CHECK(late);
    }());
}

TEST_CASE("a wait that is cancelled leaves the line") {
    run(virtual_time, []() -> task<> {
        stop_notice notice(async::scheduler::current());
        auto waits = [&notice]() -> task<> { co_await notice.wait(); };
        bool late = false;
        try {
            co_await timeout(1s, waits());
        } catch (const timed_out&) {
            late = true;
        }
        CHECK(late);
        notice.give();
    }());
}

TEST_CASE("a stop notice is not waited for on another loop") {
    loop_thread elsewhere;
    run([&]() -> task<> {
        stop_notice notice(async::scheduler::current());
        auto waits = [&notice]() -> task<> { co_await notice.wait(); };
        bool refused = false;
        try {
            co_await on_loop_of(elsewhere, waits());
        } catch (const std::logic_error&) {
            refused = true;
        }
        CHECK(refused);
    }());
}

TEST_CASE("a handler takes the stop notice as a parameter, and its thread pool sees the same") {
    app app;
    app.get("/loop", [](stop_notice& stopping) -> task<bool> { co_return stopping.given(); });
    app.get("/pool", [](stop_notice& stopping) { return &stopping == &server_stopping(); });
    stage play(app);
    CHECK(play.get("/loop").body == "false");
    CHECK(play.get("/pool").body == "true");
}
