// Scenarios: all the combinators on top of one another, at random, by seed: nothing is lost, and nothing stays behind.
#include <coracle/async/as_completed.hpp>
#include <coracle/async/cancel_scope.hpp>
#include <coracle/async/exception_group.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/gather_settled.hpp>
#include <coracle/async/join_handle.hpp>
#include <coracle/async/race.hpp>
#include <coracle/async/shield.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/loop/timeout_scope.hpp>
#include <coracle/testing/seeds.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

class forest {
public:
    explicit forest(std::uint64_t seed) : dice_(seed) {}

    int alive = 0;
    int grown = 0;
    std::string log;

    /// A tree of combinators, whose leaves wait, fail or give.
    task<int> grow(int depth) {
        presence here(*this);
        if (depth == 0) co_return co_await leaf();
        switch (dice_.below(12)) {
            case 0: {
                auto [a, b, c] = co_await gather(grow(depth - 1), grow(depth - 1), grow(depth - 1));
                co_return a + b + c;
            }
            case 1: {
                std::vector<int> all = co_await gather(several(depth));
                co_return static_cast<int>(all.size());
            }
            case 2: {
                auto all = co_await gather_settled(several(depth));
                int sum = 0;
                for (outcome<int>& each : all) sum += each ? *each : 1;
                co_return sum;
            }
            case 3: {
                int value = co_await race(grow(depth - 1), grow(depth - 1));
                co_return value;
            }
            case 4: {
                auto [index, value] = co_await race_ok(several(depth));
                co_return value + static_cast<int>(index);
            }
            case 5: {
                int value = co_await timeout(some_time(), grow(depth - 1));
                co_return value;
            }
            case 6: {
                auto value = co_await try_for(some_time(), grow(depth - 1));
                co_return value ? *value : 0;
            }
            case 7: {
                int value = co_await with_group([&](task_group& group) -> task<int> {
                    auto handle = group.spawn(grow(depth - 1));
                    group.spawn(grow(depth - 1));
                    if (dice_.percent(30)) handle.cancel();
                    if (dice_.percent(20)) group.cancel();
                    int given = co_await handle;
                    co_return given;
                });
                co_return value;
            }
            case 8: {
                int value = co_await as_completed(several(depth), [&](completions<int>& done) -> task<int> {
                    int sum = 0;
                    while (auto next = co_await done.next()) {
                        sum += next->ok() ? **next : 1;
                        if (dice_.percent(20)) break;
                    }
                    co_return sum;
                });
                co_return value;
            }
            case 9: {
                int value = co_await shield(timeout(some_time(), grow(depth - 1)));
                co_return value;
            }
            case 10: {
                int value = co_await with_timeout(some_time(), [&](timeout_scope& limit) -> task<int> {
                    int first = co_await grow(depth - 1);
                    limit.reschedule(some_time());
                    int second = co_await grow(depth - 1);
                    co_return first + second;
                });
                co_return value;
            }
            default: {
                auto handle = spawn(grow(depth - 1));
                cancel_scope part;
                if (dice_.percent(30)) part.cancel();
                try {
                    int value = co_await handle;
                    co_return value;
                } catch (const cancelled&) {
                    if (!part.swallows()) throw;
                }
                co_return 3;
            }
        }
    }

private:
    struct presence {
        forest& in;
        explicit presence(forest& f) : in(f) {
            ++in.alive;
            ++in.grown;
        }
        ~presence() { --in.alive; }
    };

    std::chrono::milliseconds some_time() {
        return std::chrono::milliseconds(dice_.below(20));  // so that many are due at the same instant
    }
    std::vector<task<int>> several(int depth) {
        std::vector<task<int>> tasks;
        for (std::uint64_t left = 1 + dice_.below(3); left > 0; --left) tasks.push_back(grow(depth - 1));
        return tasks;
    }
    task<int> leaf() {
        switch (dice_.below(5)) {
            case 0:
                co_return 1;
            case 1:
                co_await yield_now();
                co_return 2;
            case 2:
                co_await sleep(some_time());
                throw std::runtime_error("leaf");
            default:
                co_await sleep(some_time());
                log += static_cast<char>('a' + dice_.below(26));
                co_return 3;
        }
    }

    random_sequence dice_;
};

/// What came of a forest of five trees.
struct harvest {
    std::string log;
    std::chrono::nanoseconds took;
    int grown = 0;
    bool operator==(const harvest&) const = default;
};

harvest grow_all(testing::virtual_clock time) {
    forest trees(time.seed());
    virtual_loop loop(time);
    auto work = [&]() -> task<> {
        for (int i = 0; i < 5; ++i) {
            auto [one] = co_await gather_settled(trees.grow(4));
            trees.log += one ? std::to_string(*one) : one.error_text();
        }
    };
    loop.run_whole(work());
    CHECK(trees.alive == 0);
    CHECK(loop.reactor().timers().size() == 0);
    CHECK(loop.reactor().background().running() == 0);
    return harvest{trees.log, loop.elapsed(), trees.grown};
}

}  // namespace

TEST_CASE("whatever is combined with whatever, every task ends, no timer stays, and a seed repeats it") {
    reporter before = set_reporter([](std::string_view, const std::source_location&) noexcept {});
    int grown = 0;
    for (auto time : seeds(300)) {
        harvest first = grow_all(time);
        harvest again = grow_all(time);
        CHECK(first == again);
        CHECK(first.took < 1min);
        grown += first.grown;
    }
    set_reporter(before);
    CHECK(grown > 3000);
}

TEST_CASE("a forest that is cut down at any moment leaves nothing standing") {
    reporter before = set_reporter([](std::string_view, const std::source_location&) noexcept {});
    for (auto time : seeds(300)) {
        forest trees(time.seed());
        {
            virtual_loop loop(time);
            auto work = [&]() -> task<> {
                spawn(trees.grow(5));
                co_await sleep(std::chrono::milliseconds(time.seed() % 23));
            };
            loop.run(work());  // and then the loop goes, where everybody waits
        }
        CHECK(trees.alive == 0);
    }
    set_reporter(before);
}
