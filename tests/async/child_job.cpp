// child_job and job_group: what gather and task groups are made of.
#include <coracle/async/child_job.hpp>

#include <coracle/async/event.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

using namespace coracle;
using async::child_job;
using async::job_group;

namespace {

std::exception_ptr failure_of(const char* what) { return std::make_exception_ptr(std::runtime_error(what)); }
std::exception_ptr cancellation() { return std::make_exception_ptr(cancelled{}); }

}  // namespace

TEST_CASE("is_cancellation tells `cancelled` from everything else") {
    CHECK(async::is_cancellation(cancellation()));
    CHECK(!async::is_cancellation(failure_of("no")));
    CHECK(!async::is_cancellation(std::make_exception_ptr(42)));
}

TEST_CASE("a group belongs to a job: without one it cannot be made") { CHECK_THROWS_AS(job_group(), std::logic_error); }

TEST_CASE("a group resumes its waiter when the last job has ended, from the ready queue") {
    hand_loop loop;
    event go;
    std::string order;
    auto child = [&](char name) -> task<> {
        co_await go.wait();
        order += name;
    };
    auto parent = [&]() -> task<> {
        job_group group;
        child_job<void> a(group, child('a'));
        child_job<void> b(group, child('b'));
        a.start();
        b.start();
        CHECK(group.running() == 2);
        co_await group;
        CHECK(group.running() == 0);
        order += 'p';
    };
    started<> all(loop, parent());
    go.set();
    loop.turn();
    CHECK(order == "ab");
    loop.turn();
    CHECK(order == "abp");
    CHECK(all.ended());
}

TEST_CASE("a group whose jobs have all ended does not wait") {
    hand_loop loop;
    auto child = []() -> task<int> { co_return 4; };
    auto parent = [&]() -> task<int> {
        job_group group;
        child_job<int> only(group, child());
        only.start();
        co_await group;
        co_return only.result();
    };
    started<int> all(loop, parent());
    CHECK(all.ended());
    CHECK(all.result() == 4);
}

TEST_CASE("a child runs as a job of its own below the scope in which its group was made") {
    hand_loop loop;
    event never;
    async::cancel_scope* around = nullptr;
    bool heard = false;
    auto child = [&]() -> task<> {
        CHECK(&async::this_job() != nullptr);
        try {
            co_await never.wait();
        } catch (const cancelled&) {
            heard = true;
            throw;
        }
    };
    auto parent = [&]() -> task<> {
        async::job& mine = async::this_job();
        async::cancel_scope part(mine);
        around = &part;
        job_group group;
        child_job<void> only(group, child());
        only.start();
        CHECK(&async::this_job() == &mine);
        co_await group;
        CHECK(group.failed());
        CHECK(group.only_cancelled());
    };
    started<> all(loop, parent());
    around->cancel();
    loop.turn_until_idle();
    CHECK(heard);
    CHECK(all.ended());
    CHECK_NOTHROW(all.result());
}

TEST_CASE("the failure that is thrown is the first that is no cancellation") {
    hand_loop loop;
    auto thrown = [](std::initializer_list<std::exception_ptr> errors) {
        auto body = [&]() -> task<std::string> {
            job_group group;
            for (const std::exception_ptr& each : errors) group.note(each);
            std::string said;
            try {
                group.rethrow_failure();
                said = "nothing";
            } catch (const std::exception& error) {
                said = error.what();
            } catch (const cancelled&) {
                said = "cancelled";
            }
            group.rethrow_failure();  // once
            co_return said;
        };
        hand_loop inner;
        return run_through(inner, body());
    };
    CHECK(thrown({}) == "nothing");
    CHECK(thrown({nullptr, nullptr}) == "nothing");
    CHECK(thrown({failure_of("a"), failure_of("b")}) == "a");
    CHECK(thrown({cancellation(), failure_of("b"), failure_of("c")}) == "b");
    CHECK(thrown({failure_of("a"), cancellation()}) == "a");
    CHECK(thrown({cancellation(), cancellation()}) == "cancelled");
}

TEST_CASE("a group destroyed while its jobs wait leaves nothing behind") {
    hand_loop loop;
    event flag;
    auto child = [&]() -> task<> { co_await flag.wait(); };
    auto parent = [&]() -> task<> {
        job_group group;
        child_job<void> a(group, child());
        child_job<void> b(group, child());
        a.start();
        b.start();
        co_await group;
    };
    {
        started<> gone(loop, parent());
    }
    {
        started<> gone(loop, parent());
        flag.set();  // the children are ready when they die
    }
    loop.turn_until_idle();
    CHECK(loop.idle());
}
