// completion: values from other threads and callbacks, cancelled waits, and who goes first.
#include <coracle/loop/completion.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/thread_pool.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

// A library of the old school: calls back on a thread of its own.
using callback = void (*)(void* user, int value);
std::thread start_query(callback back, void* user, int value) {
    return std::thread([=] { back(user, value); });
}

template <class T>
task<T> wait_for(completion<T>& value) {
    co_return co_await value.wait();
}

}  // namespace

TEST_CASE("a value comes from another thread, at a loop that sleeps") {
    std::thread sends;
    auto work = [&]() -> task<std::string> {
        completion<std::string> text;
        sends = std::thread([end = text.completer()] { CHECK(end.set("from afar")); });
        std::string got = co_await text.wait();
        CHECK(text.done());
        co_return got;
    };
    CHECK(run(work()) == "from afar");
    sends.join();
}

TEST_CASE("a C callback completes through its void*") {
    std::thread query;
    auto work = [&]() -> task<int> {
        completion<int> rows;
        callback back = [](void* user, int value) { completer<int>::from(user).set(value); };
        query = start_query(back, rows.completer().release(), 42);
        int n = co_await rows.wait();
        co_return n;
    };
    CHECK(run(work()) == 42);
    query.join();
}

TEST_CASE("a completion of nothing, of what only moves, and one that was completed before anybody waited") {
    hand_loop loop;
    completion<> nothing;
    CHECK(!nothing.done());
    CHECK(nothing.completer().set());
    run_through(loop, wait_for(nothing));
    completion<std::unique_ptr<int>> owned;
    CHECK(owned.completer().set(std::make_unique<int>(7)));
    CHECK(*run_through(loop, wait_for(owned)) == 7);
    started<std::unique_ptr<int>> again(loop, wait_for(owned));
    CHECK_THROWS_AS(again.result(), std::logic_error);
}

TEST_CASE("the first outcome decides, and completers are told so") {
    hand_loop loop;
    completion<int> value;
    completer<int> one = value.completer(), other = value.completer();
    started<int> waits(loop, wait_for(value));
    CHECK(one.set(1));
    CHECK(!other.set(2));
    CHECK(!other.fail(std::make_exception_ptr(std::runtime_error("late"))));
    CHECK(!waits.ended());  // it goes on from its loop
    loop.turn_until_idle();
    CHECK(waits.result() == 1);
}

TEST_CASE("a failure is thrown") {
    hand_loop loop;
    completion<int> value;
    started<int> waits(loop, wait_for(value));
    CHECK(value.completer().fail(std::make_exception_ptr(std::runtime_error("refused"))));
    loop.turn_until_idle();
    CHECK_THROWS_WITH_AS(waits.result(), "refused", std::runtime_error);
}

TEST_CASE("when the last completer goes unused the wait ends with an error, not before") {
    hand_loop loop;
    completion<int> value;
    std::optional<completer<int>> one = value.completer();
    std::optional<completer<int>> other = *one;
    started<int> waits(loop, wait_for(value));
    one.reset();
    loop.turn_until_idle();
    CHECK(!waits.ended());
    other.reset();
    loop.turn_until_idle();
    CHECK_THROWS_AS(waits.result(), completer_dropped);
    CHECK(!value.completer().set(1));  // too late
}

TEST_CASE("a cancelled wait takes nothing: what comes later is there for the next one") {
    hand_loop loop;
    completion<int> value;
    started<int> first(loop, wait_for(value));
    first.cancel();
    loop.turn_until_idle();
    CHECK(first.threw_cancelled());
    CHECK(value.completer().set(3));
    CHECK(run_through(loop, wait_for(value)) == 3);
}

TEST_CASE("cancelled when it has been completed, the value counts as handed over") {
    hand_loop loop;
    completion<int> value;
    started<int> waits(loop, wait_for(value));
    CHECK(value.completer().set(4));
    waits.cancel();
    loop.turn_until_idle();
    CHECK(waits.result() == 4);
}

TEST_CASE("a job that is cancelled already does not wait") {
    hand_loop loop;
    completion<int> value;
    auto work = [&]() -> task<int> {
        async::this_job().root().cancel();
        co_return co_await value.wait();
    };
    started<int> waits(loop, work());
    CHECK(waits.threw_cancelled());
}

TEST_CASE("a coroutine destroyed while it waits, before and after its value came, is left alone") {
    hand_loop loop;
    completion<int> value;
    {
        started<int> before(loop, wait_for(value));
    }
    {
        started<int> after(loop, wait_for(value));
        CHECK(value.completer().set(5));
    }
    loop.turn_until_idle();
    CHECK(run_through(loop, wait_for(value)) == 5);
}

TEST_CASE("a completion that is gone wants nothing more") {
    std::optional<completion<int>> value(std::in_place);
    completer<int> end = value->completer();
    value.reset();
    CHECK(!end.set(1));
}

TEST_CASE("two jobs cannot wait for one completion") {
    hand_loop loop;
    completion<int> value;
    started<int> one(loop, wait_for(value)), other(loop, wait_for(value));
    CHECK_THROWS_AS(other.result(), std::logic_error);
    CHECK(value.completer().set(1));
    loop.turn_until_idle();
    CHECK(one.result() == 1);
}

TEST_CASE("two hundred completions from four threads, half of them cancelled at the same time, lose nothing") {
    constexpr int threads = 4, each = 50;
    std::atomic<int> accepted = 0;
    int got = 0, cancelled_waits = 0;
    auto one = [&](completion<int>& value, bool wanted) -> task<> {
        async::cancel_scope part(async::this_job());
        bool heard = false;
        if (!wanted) loop::reactor::current().post([&part] { part.cancel(); });
        try {
            int came = co_await value.wait();
            got += came;
        } catch (const cancelled&) {
            heard = true;
        }
        if (heard) ++cancelled_waits;
    };
    auto work = [&]() -> task<> {
        std::vector<completion<int>> values(threads * each);
        std::vector<std::thread> senders;
        std::vector<std::vector<completer<int>>> ends(threads);
        std::vector<task<>> jobs;
        for (std::size_t i = 0; i < values.size(); ++i) {
            ends[i % threads].push_back(values[i].completer());
            jobs.push_back(one(values[i], i % 2 == 0));
        }
        for (auto& mine : ends)
            senders.emplace_back([&accepted, mine = std::move(mine)] {
                for (const completer<int>& end : mine) accepted += end.set(1);
            });
        co_await gather(std::move(jobs));
        for (std::thread& sender : senders) sender.join();
    };
    run(work());
    CHECK(accepted == threads * each);
    CHECK(got + cancelled_waits == threads * each);
    CHECK(got >= threads * each / 2);
}

TEST_CASE("a completion that goes while somebody waits for it leaves the wait its value") {
    hand_loop loop;
    std::optional<completion<int>> value(std::in_place);
    completer<int> end = value->completer();
    started<int> waits(loop, wait_for(*value));
    value.reset();
    CHECK(end.set(7));
    loop.turn_until_idle();
    REQUIRE(waits.ended());
    CHECK(waits.result() == 7);

    value.emplace();
    end = value->completer();
    value.reset();
    CHECK(!end.set(8));  // nobody waits any more
}
