// offload: values, exceptions, and what a cancellation does before, during and after the call.
// The threads themselves are tested in tests/loop/thread_pool.cpp.
#include <coracle/async/offload.hpp>

#include <coracle/async/blocking_call.hpp>
#include <coracle/async/context.hpp>
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

using namespace coracle;

namespace {

int triple(int n) { return 3 * n; }
std::size_t length(const std::string& text, std::unique_ptr<int> extra) {
    return text.size() + static_cast<std::size_t>(*extra);
}

}  // namespace

TEST_CASE("offload gives the value, the exception, or nothing") {
    hand_loop loop;
    int ran = 0;
    auto work = [&]() -> task<std::string> {
        std::string all;
        int number = co_await offload([] { return 4; });
        all += std::to_string(number);
        co_await offload([&] { ++ran; });
        std::unique_ptr<int> owned = co_await offload([] { return std::make_unique<int>(5); });
        all += std::to_string(*owned);
        try {
            co_await offload([]() -> int { throw std::runtime_error("thrown"); });
        } catch (const std::runtime_error& error) {
            all += error.what();
        }
        co_return all;
    };
    started<std::string> all(loop, work());
    while (!all.ended()) {
        loop.run_call();
        CHECK(!all.ended());  // it goes on from the ready queue
        loop.turn_until_idle();
    }
    CHECK(all.result() == "45thrown");
    CHECK(ran == 1);
}

TEST_CASE("a function with arguments, which are taken by value and given away") {
    hand_loop loop;
    auto work = [&]() -> task<std::size_t> {
        std::string text = "four";
        int nine = co_await offload(triple, 3);
        CHECK(nine == 9);
        std::size_t count = co_await offload(length, text, std::make_unique<int>(2));
        CHECK(text == "four");
        auto named = [text] { return text.size(); };
        count += co_await offload(named);
        auto once = [text]() mutable { return std::move(text); };
        std::string out = co_await offload(once);
        CHECK(out == "four");
        co_return count;
    };
    started<std::size_t> all(loop, work());
    while (!all.ended()) {
        loop.run_call();
        loop.turn_until_idle();
    }
    CHECK(all.result() == 10);
}

TEST_CASE("nothing runs before the await, and nothing on the loop's thread") {
    hand_loop loop;
    bool ran = false;
    auto work = [&]() -> task<> {
        auto call = [&] { ran = true; };
        co_await offload(call);
    };
    started<> all(loop, work());
    loop.turn_until_idle();
    CHECK(!ran);
    CHECK(loop.calls.size() == 1);
    loop.run_call();
    CHECK(ran);
    loop.turn_until_idle();
    CHECK(all.ended());
}

TEST_CASE("cancelled before it begins, the call never begins") {
    hand_loop loop;
    bool ran = false;
    auto work = [&]() -> task<> { co_await offload([&] { ran = true; }); };
    started<> all(loop, work());
    all.cancel();
    CHECK(loop.calls.empty());
    loop.turn_until_idle();
    CHECK(all.ended());
    CHECK(all.threw_cancelled());
    CHECK(!ran);
    CHECK(loop.recalled == 0);
}

TEST_CASE("cancelled while it runs, the call is waited for and its result dropped") {
    hand_loop loop;
    int alive = 0;
    struct guest {
        int* count;
        explicit guest(int* c) : count(c) { ++*count; }
        guest(guest&& other) noexcept : count(other.count) { ++*count; }
        ~guest() { --*count; }
    };
    bool throws = false;
    SUBCASE("a value") {}
    SUBCASE("an exception") { throws = true; }
    auto work = [&]() -> task<> {
        co_await offload([&] {
            if (throws) throw std::runtime_error("lost");
            return guest(&alive);
        });
    };
    started<> all(loop, work());
    async::blocking_call& call = loop.begin_call();
    all.cancel();
    all.cancel();
    loop.turn_until_idle();
    CHECK(!all.ended());
    call.run();
    call.arrived();
    loop.turn_until_idle();
    CHECK(all.threw_cancelled());
    CHECK(alive == 0);
}

TEST_CASE("cancelled after it has returned, the value is kept and the next wait is cancelled") {
    hand_loop loop;
    int value = 0;
    bool heard = false;
    auto work = [&]() -> task<> {
        value = co_await offload([] { return 6; });
        try {
            co_await hop();
        } catch (const cancelled&) {
            heard = true;
        }
    };
    started<> all(loop, work());
    loop.run_call();
    all.cancel();
    loop.turn_until_idle();
    CHECK(value == 6);
    CHECK(heard);
}

TEST_CASE("a job that is cancelled already offloads nothing") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        async::this_job().root().cancel();
        co_await offload([] {});
    };
    started<> all(loop, work());
    CHECK(loop.calls.empty());
    CHECK(all.threw_cancelled());
}

TEST_CASE("a coroutine destroyed while its call is out calls it back; one that has its answer does not") {
    hand_loop loop;
    auto work = [&]() -> task<> { co_await offload([] {}); };
    {
        started<> queued(loop, work());
    }
    CHECK(loop.recalled == 1);
    CHECK(loop.calls.empty());
    {
        started<> answered(loop, work());
        loop.run_call();  // ready, not yet resumed
    }
    CHECK(loop.recalled == 1);
    {
        started<> abandoned(loop, work());
        abandoned.cancel();  // retracted
    }
    CHECK(loop.recalled == 1);
    auto refused = [&]() -> task<> {
        async::this_job().root().cancel();
        co_await work();
    };
    started<> never_out(loop, refused());
    CHECK(never_out.threw_cancelled());
    CHECK(loop.recalled == 1);
}

TEST_CASE("a failure beside it retracts the call") {
    hand_loop loop;
    bool ran = false;
    auto fails = []() -> task<> {
        co_await hop();
        throw std::runtime_error("beside");
    };
    auto calls = [&]() -> task<> { co_await offload([&] { ran = true; }); };
    auto work = [&]() -> task<> { co_await gather(calls(), fails()); };
    started<> all(loop, work());
    CHECK(loop.calls.size() == 1);
    loop.turn_until_idle();
    CHECK(all.ended());
    CHECK_THROWS_WITH_AS(all.result(), "beside", std::runtime_error);
    CHECK(!ran);
}

TEST_CASE("a call says in which lane it stands: the user's unless told otherwise") {
    hand_loop loop;
    auto work = [&]() -> task<> {
        co_await offload([] {});
        int one = co_await offload([](int n) { return n; }, 1).on(lane::files);
        CHECK(one == 1);
        auto named = offload([] {});
        co_await std::move(named).on(lane::clean_up);
    };
    started<> all(loop, work());
    for (lane expected : {lane::user, lane::files, lane::clean_up}) {
        REQUIRE(loop.calls.size() == 1);
        CHECK(loop.calls.front()->stands_in == expected);
        loop.run_call();
        loop.turn_until_idle();
    }
    CHECK(all.ended());
}

TEST_CASE("a call that takes a stop token is asked to stop when its awaiter is cancelled, and waited for") {
    hand_loop loop;
    bool asked_before = true, asked_after = false;
    async::blocking_call* call = nullptr;
    started<>* all_of_it = nullptr;
    auto work = [&]() -> task<> {
        co_await offload([&](stop_token stop) {
            asked_before = stop.stop_requested();
            all_of_it->cancel();  // on another thread it would come from the loop meanwhile
            asked_after = stop.stop_requested();
        });
    };
    started<> all(loop, work());
    all_of_it = &all;
    call = &loop.begin_call();
    call->run();
    CHECK(!asked_before);
    CHECK(asked_after);
    loop.turn_until_idle();
    CHECK(!all.ended());
    call->arrived();
    loop.turn_until_idle();
    CHECK(all.threw_cancelled());
}

TEST_CASE("a stop token comes before the arguments, and wins where a call would do without") {
    hand_loop loop;
    struct both {
        int operator()(int n) const { return n; }
        int operator()(stop_token stop, int n) const { return stop.stop_possible() ? 10 * n : 0; }
    };
    auto adds = [](stop_token, int a, std::unique_ptr<int> b) { return a + *b; };
    auto work = [&]() -> task<int> {
        int sum = co_await offload(both(), 2);
        sum += co_await offload(adds, 1, std::make_unique<int>(2));
        co_return sum;
    };
    started<int> all(loop, work());
    while (!all.ended()) {
        loop.run_call();
        loop.turn_until_idle();
    }
    CHECK(all.result() == 23);
}

TEST_CASE("a coroutine destroyed while its call runs asks it to stop before it waits for it") {
    hand_loop loop;
    stop_token given;
    auto work = [&]() -> task<> { co_await offload([&](stop_token stop) { given = stop; }); };
    {
        started<> all(loop, work());
        loop.begin_call().run();
        CHECK(!given.stop_requested());
    }
    CHECK(given.stop_requested());
    CHECK(loop.recalled == 1);
}

TEST_CASE("a call whose loop is lost is not called back") {
    hand_loop loop;
    {
        auto work = [&]() -> task<> { co_await offload([] {}); };
        started<> all(loop, work());
        loop.begin_call().lost();
    }
    CHECK(loop.recalled == 0);
}

TEST_CASE("a call sees the context of whoever awaits it, and its thread's own again afterwards") {
    hand_loop loop;
    const async::context* seen = nullptr;
    const async::context* own = nullptr;
    auto work = [&]() -> task<> {
        own = &async::this_job().values();
        co_await offload([&] { seen = async::context::borrowed(); });
    };
    started<> all(loop, work());
    loop.run_call();
    CHECK(seen != nullptr);
    CHECK(seen == own);
    CHECK(async::context::borrowed() == nullptr);
    loop.turn_until_idle();
    CHECK(all.ended());
}
