// timeout_scope, with_timeout: a limit that moves while it runs, and that says what became of it.
#include <coracle/loop/timeout_scope.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

TEST_CASE("a body that is done in time gives its value, whatever its type") {
    virtual_loop world;
    int target = 1;
    auto work = [&]() -> task<> {
        int value = co_await with_timeout(1s, [&](timeout_scope& limit) -> task<int> {
            CHECK(!limit.expired());
            CHECK(limit.remaining() == 1s);
            CHECK(limit.deadline() == loop::now() + 1s);
            co_await sleep(400ms);
            CHECK(limit.remaining() == 600ms);
            co_return 6;
        });
        CHECK(value == 6);
        int& alias = co_await with_timeout(1s, [&](timeout_scope&) -> task<int&> { co_return target; });
        CHECK(&alias == &target);
        auto owned = co_await with_timeout(
            1s, [&](timeout_scope&) -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(2); });
        CHECK(*owned == 2);
        co_await with_timeout(1s, [&](timeout_scope&) -> task<> { co_return; });
        CHECK(world.reactor().timers().size() == 0);
    };
    world.run(work());
}

TEST_CASE("rescheduling gives so much time from now, earlier or later, and the error says how long it was in all") {
    virtual_loop world;
    std::string said;
    auto work = [&]() -> task<> {
        try {
            co_await with_timeout(5s, [&](timeout_scope& limit) -> task<> {
                for (int part = 0; part < 4; ++part) {
                    co_await sleep(4s);
                    CHECK(limit.reschedule(5s));
                }
                CHECK(limit.reschedule(2s));
                co_await sleep(1h);
            });
        } catch (const timed_out& error) {
            said = error.what();
        }
        CHECK(world.elapsed() == 18s);
        CHECK(world.reactor().timers().size() == 0);
    };
    world.run(work());
    CHECK(said == "timed out after 18s");
}

TEST_CASE("extending gives more time than there was") {
    virtual_loop world;
    std::string said;
    auto work = [&]() -> task<> {
        try {
            co_await with_timeout(5s, [&](timeout_scope& limit) -> task<> {
                co_await sleep(1s);
                CHECK(limit.extend(10s));
                CHECK(limit.remaining() == 14s);
                CHECK(limit.extend(-4s));
                CHECK(limit.remaining() == 10s);
                co_await sleep(1h);
            });
        } catch (const timed_out& error) {
            said = error.what();
        }
    };
    world.run(work());
    CHECK(said == "timed out after 11s");
}

TEST_CASE("a limit can be lifted, and set again") {
    virtual_loop world;
    std::string said;
    auto work = [&]() -> task<> {
        try {
            co_await with_timeout(5s, [&](timeout_scope& limit) -> task<> {
                CHECK(limit.reschedule(std::chrono::nanoseconds::max()));
                CHECK(!limit.deadline());
                CHECK(limit.remaining() == std::chrono::nanoseconds::max());
                CHECK(limit.extend(1h));
                CHECK(!limit.deadline());
                CHECK(world.reactor().timers().size() == 0);
                co_await sleep(10s);
                CHECK(limit.reschedule_at(loop::now() + 1s));
                co_await sleep(1h);
            });
        } catch (const timed_out& error) {
            said = error.what();
        }
    };
    world.run(work());
    CHECK(said == "timed out after 11s");
}

TEST_CASE("a time that has passed already is up at once") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        for (int way = 0; way < 3; ++way) {
            bool waited = false, expired = false;
            try {
                co_await with_timeout(5s, [&](timeout_scope& limit) -> task<> {
                    if (way == 0) limit.reschedule(0s);
                    if (way == 1) limit.reschedule_at(loop::now() - 1s);
                    if (way == 2) limit.extend(-1h);
                    expired = limit.expired();
                    CHECK(limit.remaining() == 0s);
                    co_await yield_now();
                    waited = true;
                });
            } catch (const timed_out&) {
                CHECK(!waited);
            }
            CHECK(expired);
        }
    };
    world.run(work());
}

TEST_CASE("a limit that is passed cannot be moved any more, and its body is told so") {
    virtual_loop world;
    bool moved = true, extended = true, timely = true;
    auto work = [&]() -> task<> {
        try {
            co_await with_timeout(1s, [&](timeout_scope& limit) -> task<> {
                try {
                    co_await sleep(1h);
                } catch (const cancelled&) {
                    timely = !limit.expired();
                    moved = limit.reschedule(1h);
                    extended = limit.extend(std::chrono::nanoseconds::min());
                    throw;
                }
            });
        } catch (const timed_out& error) {
            CHECK(error.after() == 1s);
        }
    };
    world.run(work());
    CHECK(!timely);
    CHECK(!moved);
    CHECK(!extended);
}

TEST_CASE("with_timeout until a time of the loop's clock") {
    virtual_loop world;
    std::string said;
    auto work = [&]() -> task<> {
        os::time_point until = loop::now() + 3s;
        try {
            co_await with_timeout(until, [&](timeout_scope& limit) -> task<> {
                CHECK(limit.deadline() == until);
                co_await sleep(1h);
            });
        } catch (const timed_out& error) {
            said = error.what();
        }
    };
    world.run(work());
    CHECK(said == "timed out after 3s");
}

TEST_CASE("another task may move the limit, and what the body throws comes out") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        co_await with_timeout(1s, [&](timeout_scope& limit) -> task<> {
            auto helps = [&]() -> task<> {
                co_await sleep(900ms);
                limit.reschedule(10s);
            };
            auto works = [&]() -> task<> {
                co_await sleep(5s);
                throw std::runtime_error("of its own accord");
            };
            co_await gather(helps(), works());
        });
    };
    CHECK_THROWS_WITH_AS(world.run(work()), "of its own accord", std::runtime_error);
    CHECK(world.elapsed() == 5s);
}

TEST_CASE("a body that throws before it is a task leaves nothing behind") {
    virtual_loop world;
    auto work = [&]() -> task<> {
        auto refuses = [](timeout_scope&) -> task<> { throw std::runtime_error("no"); };
        co_await with_timeout(1s, refuses);
    };
    CHECK_THROWS_WITH_AS(world.run(work()), "no", std::runtime_error);
    CHECK(world.reactor().timers().size() == 0);
}

TEST_CASE("a body with captures of its own lives as long as it runs") {
    virtual_loop world;
    auto make = [](std::string text) {
        return [text](timeout_scope&) -> task<std::size_t> {
            co_await sleep(1ms);
            co_return text.size();
        };
    };
    auto work = [&]() -> task<> {
        auto body = make(std::string(100, 'x'));
        task<std::size_t> later = with_timeout(1s, body);
        std::size_t size = co_await std::move(later);
        CHECK(size == 100);
    };
    world.run(work());
}

TEST_CASE("a timeout_scope by hand: a part of a task between two braces") {
    virtual_loop world;
    bool swallowed = false;
    auto work = [&]() -> task<> {
        {
            timeout_scope limit(1s);
            try {
                co_await sleep(1h);
            } catch (const cancelled&) {
                swallowed = limit.swallows();
            }
        }
        co_await sleep(1s);
        CHECK(world.elapsed() == 2s);
    };
    world.run(work());
    CHECK(swallowed);
}
