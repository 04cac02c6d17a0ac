#include <coracle/server/readiness.hpp>

#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> said;
/// Listens to the log for as long as it lives.
struct listening {
    listening()
        : before(log::set_sink([](const log_message& one) noexcept { said.push_back(std::string(one.text)); })) {
        said.clear();
    }
    ~listening() { log::set_sink(before); }
    log::sink before;
};

std::string told(server::readiness& of) {
    std::string text;
    auto look = [&]() -> task<> {
        server::readiness::verdict seen = co_await of.look();
        text = (seen.ready ? "ready " : "not ready ") + seen.told.dump();
    };
    run(virtual_time, look());
    return text;
}

}  // namespace

TEST_CASE("checks are coroutines or functions, that say no or throw") {
    listening here;
    server::readiness all;
    CHECK(told(all) == "ready {}");
    all.add("a", []() -> task<bool> { co_return true; }, 1s);
    all.add("b", []() -> task<> { co_return; }, 1s);
    all.add("c", [] {}, 1s);
    all.add("d", [] { return true; }, 1s);
    CHECK(told(all) == R"(ready {"a":"ok","b":"ok","c":"ok","d":"ok"})");
    CHECK(said.empty());
    all.add("e", []() -> task<bool> { co_return false; }, 1s);
    CHECK(told(all) == R"(not ready {"a":"ok","b":"ok","c":"ok","d":"ok","e":"failed"})");
    CHECK(said == std::vector<std::string>{"not ready: e failed: it says no"});
}

TEST_CASE("W6: why a check fails is told to the log, once, and to nobody else") {
    listening here;
    server::readiness all;
    bool good = false;
    all.add(
        "database",
        [&]() -> task<> {
            if (!good) throw std::runtime_error("password hunter2 refused");
            co_return;
        },
        1s);
    for (int i = 0; i < 3; ++i) CHECK(told(all) == R"(not ready {"database":"failed"})");
    CHECK(said == std::vector<std::string>{"not ready: database failed: std::runtime_error: password hunter2 refused"});
    good = true;
    CHECK(told(all) == R"(ready {"database":"ok"})");
    CHECK(said.size() == 2);
    CHECK(said.back() == "ready again: database");
}

TEST_CASE("a check that takes too long has failed, and those beside it have not") {
    listening here;
    server::readiness all;
    all.add("slow", []() -> task<> { co_await sleep(1h); }, 300ms);
    all.add("fast", []() -> task<> { co_await sleep(200ms); }, 300ms);
    std::string text;
    std::chrono::nanoseconds took{};
    virtual_loop world(virtual_time);
    auto look = [&]() -> task<> {
        server::readiness::verdict seen = co_await all.look();
        text = seen.told.dump();
        took = world.elapsed();
    };
    world.run(look());
    CHECK(text == R"({"slow":"failed","fast":"ok"})");
    CHECK(took == 300ms);
}

TEST_CASE("D18: however many ask, a check runs once at a time, and its answer holds for a moment") {
    server::readiness all;
    int runs = 0;
    all.add(
        "database",
        [&]() -> task<bool> {
            ++runs;
            co_await sleep(10ms);
            co_return true;
        },
        1s);
    auto one = [&]() -> task<> {
        server::readiness::verdict seen = co_await all.look();
        CHECK(seen.ready);
    };
    auto crowd = [&]() -> task<> {
        for (int i = 0; i < 100; ++i) spawn(one());
        co_await sleep(50ms);
        for (int i = 0; i < 100; ++i) co_await one();
        CHECK(runs == 1);
        co_await sleep(1s);
        co_await one();
        CHECK(runs == 2);
    };
    run(virtual_time, crowd());
}
