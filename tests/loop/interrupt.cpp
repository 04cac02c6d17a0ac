#include <coracle/loop/interrupt.hpp>

#include <coracle/loop/thread_pool.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <stdexcept>

using namespace coracle;

TEST_CASE("a signal ends the wait, and is remembered") {
    loop::thread_pool pool(1);
    loop::reactor reactor(pool);
    loop::interrupt signals(reactor);
    CHECK_FALSE(signals.asked());
    int turns = 0;
    reactor.run_until([&] {
        if (++turns == 1)
            std::raise(SIGTERM);  // the loop has nothing to do: without the wake-up it would sleep for ever
        return turns > 1;
    });
    CHECK(signals.asked());
    CHECK(signals.number() == SIGTERM);
}

TEST_CASE("there is one at a time, and afterwards signals mean what they did before") {
    auto handler = [] {
        struct sigaction now{};
        ::sigaction(SIGINT, nullptr, &now);
        return now.sa_handler;
    };
    auto before = handler();
    loop::thread_pool pool(1);
    loop::reactor reactor(pool);
    {
        loop::interrupt signals(reactor);
        bool changed = handler() != before;
        CHECK(changed);
        CHECK_THROWS_AS(loop::interrupt{reactor}, std::logic_error);
    }
    bool restored = handler() == before;
    CHECK(restored);
}
