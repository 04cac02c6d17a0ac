#include <coracle/server/overtime.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <thread>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

std::promise<int> left_with;
void leave(int code) { left_with.set_value(code); }

}  // namespace

TEST_CASE("who does not end in time is left behind, with a code that says so") {
    left_with = {};
    auto begun = std::chrono::steady_clock::now();
    server::overtime late(0ms, &leave);
    late.begin();
    late.begin();
    CHECK(left_with.get_future().get() == server::overtime::exit_code);
    CHECK(std::chrono::steady_clock::now() - begun >= server::overtime::moment);
}

TEST_CASE("who rests is not hurried, and has a moment when he goes on") {
    left_with = {};
    auto left = left_with.get_future();
    server::overtime late(0ms, &leave);
    late.begin();
    late.rest();
    CHECK(left.wait_for(server::overtime::moment + 200ms) == std::future_status::timeout);
    auto again = std::chrono::steady_clock::now();
    late.go_on();
    CHECK(left.get() == server::overtime::exit_code);
    CHECK(std::chrono::steady_clock::now() - again >= server::overtime::moment);
}

TEST_CASE("who ends in time, or never began to, hears nothing of it, however long he was given") {
    left_with = {};
    for (auto grace : {0ms, std::chrono::milliseconds(10'000), std::chrono::milliseconds::max()}) {
        server::overtime late(grace, &leave);
        late.go_on();
        late.rest();
        if (grace != 0ms) late.begin();
    }
    CHECK(left_with.get_future().wait_for(0ms) == std::future_status::timeout);
}
