#include <coracle/loop/borrowed_descriptor.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/os/socket.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <system_error>
#include <utility>

using namespace coracle;

TEST_CASE("a borrowed descriptor is waited for again and again, in both directions, by its level") {
    auto test = []() -> task<> {
        auto pair = os::open_socket_pair();
        REQUIRE(pair);
        int mine = pair->first.get();
        loop::borrowed_descriptor made(mine);
        loop::borrowed_descriptor socket = std::move(made);
        int got = 0;
        auto reads = [&]() -> task<> {
            for (int i = 0; i < 100; ++i) {
                os::readiness now = co_await socket.readable();
                REQUIRE(now.readable);
                now = co_await socket.readable();  // nothing was taken
                REQUIRE(now.readable);
                char byte;
                REQUIRE(::read(mine, &byte, 1) == 1);
                ++got;
            }
        };
        auto writes = [&]() -> task<> {
            for (int i = 0; i < 100; ++i) {
                os::readiness now = co_await socket.writable();
                REQUIRE(now.writable);
                REQUIRE(::write(pair->second.get(), "x", 1) == 1);
                if (i % 3 == 0) co_await sleep(0s);
            }
        };
        co_await gather(reads(), writes());
        CHECK(got == 100);
    };
    run(test());
}

TEST_CASE("several jobs that wait for one direction are all told") {
    auto test = []() -> task<> {
        auto pair = os::open_socket_pair();
        loop::borrowed_descriptor socket(pair->first.get());
        int told = 0;
        auto reads = [&]() -> task<> {
            co_await socket.readable();
            ++told;
        };
        auto writes = [&]() -> task<> {
            co_await sleep(1ms);
            CHECK(told == 0);
            REQUIRE(::write(pair->second.get(), "x", 1) == 1);
        };
        co_await gather(reads(), reads(), reads(), writes());
        CHECK(told == 3);
    };
    run(test());
}

TEST_CASE("a cancelled wait passes its turn on") {
    auto test = []() -> task<> {
        auto pair = os::open_socket_pair();
        loop::borrowed_descriptor socket(pair->first.get());
        bool heard = false;
        bool told = false;
        async::scope* first_part = nullptr;
        auto first = [&]() -> task<> {
            async::cancel_scope part(async::this_job());
            first_part = &async::this_job().current_scope();
            try {
                co_await socket.readable();
            } catch (const cancelled&) {
                heard = true;
            }
        };
        auto second = [&]() -> task<> {
            co_await socket.readable();
            told = true;
        };
        auto cancels = [&]() -> task<> {
            co_await sleep(1ms);
            REQUIRE(::write(pair->second.get(), "x", 1) == 1);
            loop::reactor::current().post([&] { first_part->cancel(); });  // when the first has been woken
        };
        co_await gather(first(), second(), cancels());
        CHECK(heard);
        CHECK(told);
    };
    run(test());
}

TEST_CASE("what is not open, or cannot be watched, is an error when it is borrowed") {
    auto test = []() -> task<> {
        CHECK_THROWS_AS(loop::borrowed_descriptor(-1), std::system_error);
        co_return;
    };
    run(test());
}
