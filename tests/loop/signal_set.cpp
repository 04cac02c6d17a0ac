#include <coracle/loop/signal_set.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/interrupt.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <signal.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

using handler = void (*)(int);
handler handler_of(int number) {
    struct sigaction now{};
    ::sigaction(number, nullptr, &now);
    return now.sa_handler;
}

}  // namespace

TEST_CASE("signals are taken one after another: those that have come, and those that are waited for") {
    auto test = []() -> task<> {
        signal_set signals{SIGHUP, SIGUSR1};
        ::raise(SIGUSR1);
        ::raise(SIGUSR1);
        ::raise(SIGHUP);
        std::vector<int> got;
        auto takes = [&]() -> task<> {
            while (int number = co_await signals.next()) {
                got.push_back(number);
                if (got.size() == 4) signals.close();
            }
        };
        auto sends = [&]() -> task<> {
            co_await sleep(1ms);
            CHECK(got == std::vector{SIGHUP, SIGUSR1});
            ::raise(SIGUSR1);
            co_await sleep(1ms);
            CHECK(got == std::vector{SIGHUP, SIGUSR1, SIGUSR1});
            std::thread other([] { ::raise(SIGHUP); });
            other.join();
        };
        co_await gather(takes(), sends());
        CHECK(got == std::vector{SIGHUP, SIGUSR1, SIGUSR1, SIGHUP});
    };
    run(test());
}

TEST_CASE("no signal is lost, however fast they come, and none is invented") {
    std::atomic<int> answered{0};
    auto test = [&]() -> task<> {
        signal_set signals{SIGUSR1};
        std::thread sends([&] {
            for (int i = 1; i <= 2000; ++i) {
                ::raise(SIGUSR1);
                while (answered < i) std::this_thread::yield();
            }
        });
        for (int i = 1; i <= 2000; ++i) {
            int number = co_await signals.next();
            REQUIRE(number == SIGUSR1);
            ++answered;
        }
        sends.join();
        auto more = [&]() -> task<int> {
            int number = co_await signals.next();
            co_return number;
        };
        auto closes = [&]() -> task<> {
            co_await sleep(1ms);
            signals.close();
        };
        auto [number, nothing] = co_await gather(more(), closes());
        CHECK(number == 0);
    };
    run(test());
}

TEST_CASE("two sets on one loop, and others on another loop, are all told") {
    std::atomic<int> ready{0};
    std::atomic<int> told{0};
    auto waits = [&]() -> task<> {
        signal_set one{SIGUSR1};
        signal_set other{SIGUSR1, SIGUSR2};
        ++ready;
        int number = co_await one.next();
        CHECK(number == SIGUSR1);
        number = co_await other.next();
        CHECK(number == SIGUSR1);
        ++told;
    };
    std::thread second([&] { run(waits()); });
    std::thread first([&] { run(waits()); });
    while (ready < 2) std::this_thread::yield();
    ::raise(SIGUSR1);
    first.join();
    second.join();
    CHECK(told == 2);
}

TEST_CASE("a set and an interrupt of the same signal are both told, and both leave nothing behind") {
    handler before = handler_of(SIGTERM);
    loop::thread_pool pool(1);
    loop::reactor reactor(pool);
    std::optional<loop::interrupt> interrupt;
    auto test = [&]() -> task<> {
        signal_set early{SIGTERM};
        interrupt.emplace(reactor);
        {
            signal_set late{SIGTERM};
            ::raise(SIGTERM);
            int number = co_await late.next();
            CHECK(number == SIGTERM);
        }
        CHECK(interrupt->number() == SIGTERM);
        int number = co_await early.next();
        CHECK(number == SIGTERM);
    };
    loop::run_on(reactor, test());
    CHECK((handler_of(SIGTERM) != before));
    ::raise(SIGTERM);
    interrupt.reset();
    CHECK((handler_of(SIGTERM) == before));
}

TEST_CASE("a cancelled wait takes no signal: the next one gets it") {
    auto test = []() -> task<> {
        signal_set signals{SIGUSR1};
        bool heard = false;
        {
            async::cancel_scope part(async::this_job());
            auto waits = [&]() -> task<> {
                try {
                    [[maybe_unused]] int number = co_await signals.next();
                } catch (const cancelled&) {
                    heard = true;
                }
            };
            auto cancels = [&]() -> task<> {
                co_await sleep(1ms);
                ::raise(SIGUSR1);
                SUBCASE("before the loop has seen it") { part.cancel(); }
                SUBCASE("between the edge and its turn") {
                    loop::reactor::current().post([&] { part.cancel(); });
                }
            };
            co_await gather(waits(), cancels());
        }
        CHECK(heard);
        int number = co_await signals.next();
        CHECK(number == SIGUSR1);
    };
    run(test());
}

TEST_CASE("what has come before close() is given, and then 0") {
    auto test = []() -> task<> {
        handler before = handler_of(SIGUSR1);
        signal_set made{SIGUSR1};
        signal_set signals = std::move(made);
        CHECK((handler_of(SIGUSR1) != before));
        ::raise(SIGUSR1);
        signals.close();
        signals.close();
        CHECK((handler_of(SIGUSR1) == before));
        int number = co_await signals.next();
        CHECK(number == SIGUSR1);
        number = co_await signals.next();
        CHECK(number == 0);
    };
    run(test());
}

TEST_CASE("a set and its waiter are destroyed together, and the signal means what it meant") {
    auto test = []() -> task<> {
        handler before = handler_of(SIGUSR1);
        auto waits = []() -> task<> {
            signal_set signals{SIGUSR1};
            [[maybe_unused]] int number = co_await signals.next();
        };
        async::job apart;
        std::optional<task<>> gone(waits());
        {
            async::scheduler::run_as as(async::scheduler::current(), apart);
            gone->start();
        }
        SUBCASE("waiting") { gone.reset(); }
        SUBCASE("woken") {
            ::raise(SIGUSR1);
            loop::reactor::current().post([&] { gone.reset(); });
            co_await sleep(1ms);
        }
        CHECK((handler_of(SIGUSR1) == before));
    };
    run(test());
}

TEST_CASE("a second job that waits is an error of its own, and signals that cannot be waited for are refused") {
    auto test = []() -> task<> {
        signal_set signals{SIGUSR1};
        auto first = [&]() -> task<int> {
            int number = co_await signals.next();
            co_return number;
        };
        auto second = [&]() -> task<> {
            try {
                [[maybe_unused]] int number = co_await signals.next();
                CHECK(false);
            } catch (const std::logic_error&) {
            }
            signals.close();
        };
        auto [number, nothing] = co_await gather(first(), second());
        CHECK(number == 0);
        CHECK_THROWS_AS(signal_set{SIGSEGV}, std::logic_error);
        CHECK_THROWS_AS(signal_set{SIGSTOP}, std::system_error);
        CHECK_THROWS_AS(signal_set{1234}, std::logic_error);
    };
    run(test());
}
