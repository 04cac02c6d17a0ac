// job_group: it waits as often as there is something to wait for, and what it keeps goes with it. See also child_job.
#include <coracle/async/job_group.hpp>

#include <coracle/async/child_job.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

using namespace coracle;

TEST_CASE("a group can be waited for again and again") {
    hand_loop loop;
    std::string order;
    auto child = [&](char name) -> task<> {
        co_await hop();
        order += name;
    };
    auto work = [&]() -> task<> {
        async::job_group group;
        for (char name : {'a', 'b', 'c'}) {
            async::child_job<void> one(group, child(name));
            one.start();
            CHECK(group.running() == 1);
            co_await group;
            order += '.';
        }
    };
    run_through(loop, work());
    CHECK(order == "a.b.c.");
}

TEST_CASE("a group that dies abandons what it keeps, in order, each once") {
    struct keepsake final : async::group_member {
        std::string& log;
        char name;
        keepsake(std::string& to, char own) : log(to), name(own) {}
        void abandon() noexcept override { log += name; }
    };
    std::string log;
    async::scope above;
    keepsake a(log, 'a'), b(log, 'b'), c(log, 'c');
    {
        async::patient_group group(above);
        group.keep(a);
        group.keep(b);
        group.keep(c);
        b.unlink();
    }
    CHECK(log == "ac");
    CHECK(!a.linked());
}

TEST_CASE("a patient group takes no notice of failures") {
    hand_loop loop;
    event never;
    bool went_on = false;
    auto fails = []() -> task<> {
        co_await hop();
        throw std::runtime_error("one");
    };
    auto goes_on = [&]() -> task<> {
        for (int i = 0; i < 5; ++i) co_await hop();
        went_on = true;
    };
    auto work = [&]() -> task<> {
        async::patient_group group(async::this_job().current_scope());
        async::child_job<void> bad(group, fails()), good(group, goes_on());
        bad.start();
        good.start();
        co_await group;
        CHECK(!group.failed());
        CHECK(bad.settled().error_text() == "one");
        CHECK(good.settled().ok());
    };
    run_through(loop, work());
    CHECK(went_on);
}

TEST_CASE("a row of children is one piece, and knows each by its place") {
    hand_loop loop;
    auto number = [](int value) -> task<int> {
        co_await hop();
        co_return value;
    };
    auto work = [&]() -> task<> {
        async::job_group group;
        std::vector<task<int>> tasks;
        for (int i = 0; i < 10; ++i) tasks.push_back(number(i));
        async::child_row<int> row(group, tasks);
        row.start();
        co_await group;
        REQUIRE(row.size() == 10);
        for (std::size_t i = 0; i < row.size(); ++i) {
            CHECK(row.index_of(&row[i]) == i);
            CHECK(row[i].result() == static_cast<int>(i));
        }
        std::vector<task<int>> none;
        async::child_row<int> empty(group, none);
        empty.start();
        CHECK(empty.size() == 0);
    };
    run_through(loop, work());
}
