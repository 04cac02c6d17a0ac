// as_completed: outcomes in the order of the ends, and no way to leave anything behind.
#include <coracle/async/as_completed.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

task<char> letter(char value, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    co_return value;
}
task<char> fails(std::string why, int turns) {
    for (int i = 0; i < turns; ++i) co_await hop();
    throw std::runtime_error(why);
}
task<char> stubborn(event& never, int& left) {
    try {
        co_await never.wait();
    } catch (const cancelled&) {
    }
    async::cancel_scope clean_up(async::this_job(), true);
    co_await hop();
    ++left;
    throw cancelled{};
}
/// a after 3 turns, b after 1, c after 2, d at once.
std::vector<task<char>> four() {
    std::vector<task<char>> tasks;
    tasks.push_back(letter('a', 3));
    tasks.push_back(letter('b', 1));
    tasks.push_back(letter('c', 2));
    tasks.push_back(letter('d', 0));
    return tasks;
}

}  // namespace

TEST_CASE("outcomes come in the order in which the tasks end, each with its place") {
    hand_loop loop;
    std::string order, places;
    auto work = [&]() -> task<> {
        co_await as_completed(four(), [&](completions<char>& done) -> task<> {
            CHECK(done.left() == 4);
            while (auto next = co_await done.next()) {
                order += **next;
                places += std::to_string(next->index());
            }
            CHECK(done.left() == 0);
            auto again = co_await done.next();
            CHECK(!again);
        });
    };
    run_through(loop, work());
    CHECK(order == "dbca");
    CHECK(places == "3120");
}

TEST_CASE("a failure is an outcome like others, and touches nobody else") {
    hand_loop loop;
    std::string order;
    auto work = [&]() -> task<> {
        std::vector<task<char>> tasks = four();
        tasks.push_back(fails("broken", 1));
        co_await as_completed(std::move(tasks), [&](completions<char>& done) -> task<> {
            while (auto next = co_await done.next()) {
                if (next->ok())
                    order += next->value();
                else
                    order += "(" + next->error_text() + ")";
            }
        });
    };
    run_through(loop, work());
    CHECK(order == "db(broken)ca");
}

TEST_CASE("leaving early cancels what still runs and waits for it, and the body's value is given") {
    hand_loop loop;
    event never;
    int left = 0;
    auto work = [&]() -> task<std::string> {
        std::vector<task<char>> tasks = four();
        tasks.push_back(stubborn(never, left));
        tasks.push_back(stubborn(never, left));
        auto first_two = co_await as_completed(std::move(tasks), [&](completions<char>& done) -> task<std::string> {
            std::string got;
            while (auto next = co_await done.next()) {
                got += **next;
                if (got.size() == 2) break;
            }
            co_return got;
        });
        CHECK(left == 2);
        co_await hop();
        co_return first_two;
    };
    CHECK(run_through(loop, work()) == "db");
}

TEST_CASE("an exception of the body cancels the tasks, waits for them, and is thrown") {
    hand_loop loop;
    event never;
    int left = 0;
    auto work = [&]() -> task<> {
        std::vector<task<char>> tasks;
        tasks.push_back(stubborn(never, left));
        co_await as_completed(std::move(tasks), [&](completions<char>&) -> task<> {
            co_await hop();
            throw std::runtime_error("enough");
        });
    };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(all.result(), "enough", std::runtime_error);
    CHECK(left == 1);
}

TEST_CASE("no tasks: there is nothing to take") {
    hand_loop loop;
    auto work = [&]() -> task<int> {
        co_return co_await as_completed(std::vector<task<char>>(), [&](completions<char>& done) -> task<int> {
            auto next = co_await done.next();
            co_return next ? 1 : 2;
        });
    };
    CHECK(run_through(loop, work()) == 2);
}

TEST_CASE("values that only move, references and nothing at all") {
    hand_loop loop;
    int target = 0;
    auto owner = [](int value) -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(value); };
    auto reference = [&]() -> task<int&> { co_return target; };
    auto nothing = []() -> task<> { co_await hop(); };
    auto work = [&]() -> task<> {
        std::vector<task<std::unique_ptr<int>>> owners;
        owners.push_back(owner(4));
        co_await as_completed(std::move(owners), [&](completions<std::unique_ptr<int>>& done) -> task<> {
            auto next = co_await done.next();
            std::unique_ptr<int> out = std::move(*next).value();
            CHECK(*out == 4);
        });
        std::vector<task<int&>> references;
        references.push_back(reference());
        int& alias = co_await as_completed(std::move(references), [&](completions<int&>& done) -> task<int&> {
            auto next = co_await done.next();
            co_return next->value();
        });
        CHECK(&alias == &target);
        std::vector<task<>> nothings;
        nothings.push_back(nothing());
        co_await as_completed(std::move(nothings), [&](completions<void>& done) -> task<> {
            auto next = co_await done.next();
            CHECK(next->ok());
        });
    };
    run_through(loop, work());
}

TEST_CASE("cancelled while it waits for the next, nothing is lost for whoever asks afterwards") {
    hand_loop loop;
    bool told = false;
    std::string order;
    auto work = [&]() -> task<> {
        std::vector<task<char>> tasks;
        tasks.push_back(letter('a', 4));
        co_await as_completed(std::move(tasks), [&](completions<char>& done) -> task<> {
            {
                async::cancel_scope part(async::this_job());
                auto takes = [&]() -> task<> {
                    try {
                        co_await done.next();
                    } catch (const cancelled&) {
                        told = true;
                    }
                };
                auto cancels = [&]() -> task<> {
                    co_await hop();
                    part.cancel();
                };
                co_await gather(takes(), cancels());
                try {
                    co_await done.next();
                } catch (const cancelled&) {
                    order += '-';
                }
            }
            while (auto next = co_await done.next()) order += **next;
        });
    };
    run_through(loop, work());
    CHECK(told);
    CHECK(order == "-a");
}

TEST_CASE("a cancellation from outside reaches the tasks and the body, and is passed on") {
    hand_loop loop;
    event never;
    int left = 0;
    bool body_told = false;
    auto work = [&]() -> task<> {
        std::vector<task<char>> tasks;
        tasks.push_back(stubborn(never, left));
        co_await as_completed(std::move(tasks), [&](completions<char>& done) -> task<> {
            try {
                co_await done.next();
            } catch (const cancelled&) {
                body_told = true;
                throw;
            }
        });
    };
    started<> all(loop, work());
    all.cancel();
    loop.turn_until_idle();
    CHECK(body_told);
    CHECK(left == 1);
    CHECK(all.threw_cancelled());
}

TEST_CASE("several tasks may take: first come, first served, and each is told when there is no more") {
    hand_loop loop;
    std::string log;
    auto work = [&]() -> task<> {
        std::vector<task<char>> tasks;
        for (int i = 0; i < 4; ++i) tasks.push_back(letter(static_cast<char>('a' + i), i + 1));
        co_await as_completed(std::move(tasks), [&](completions<char>& done) -> task<> {
            auto takes = [&](char name) -> task<> {
                while (auto next = co_await done.next()) {
                    log += name;
                    log += **next;
                }
                log += '.';
            };
            co_await gather(takes('1'), takes('2'), takes('3'));
        });
    };
    run_through(loop, work());
    CHECK(log == "1a2b3c1d...");
}

TEST_CASE("taking what is there already does not hold the loop for ever") {
    hand_loop loop;
    bool other_ran = false, other_ran_meanwhile = false;
    auto other = [&]() -> task<> {
        co_await hop();
        other_ran = true;
    };
    auto work = [&]() -> task<> {
        std::vector<task<char>> tasks;
        for (int i = 0; i < 1000; ++i) tasks.push_back(letter('x', 0));
        co_await as_completed(std::move(tasks), [&](completions<char>& done) -> task<> {
            while (auto next = co_await done.next())
                if (done.left() > 0 && other_ran) other_ran_meanwhile = true;
        });
    };
    auto both = [&]() -> task<> { co_await gather(other(), work()); };
    run_through(loop, both());
    CHECK(other_ran_meanwhile);
}

TEST_CASE("destroyed where it waits, it takes its tasks with it") {
    hand_loop loop;
    event never;
    int left = 0;
    auto work = [&]() -> task<> {
        std::vector<task<char>> tasks = four();
        tasks.push_back(stubborn(never, left));
        co_await as_completed(std::move(tasks), [&](completions<char>& done) -> task<> {
            while (auto next = co_await done.next()) CHECK(next->ok());
        });
    };
    for (int turns = 0; turns < 6; ++turns) {
        started<> gone(loop, work());
        for (int i = 0; i < turns; ++i) loop.turn();
    }
    CHECK(left == 0);
    CHECK(loop.idle());
}
