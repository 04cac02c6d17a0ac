// What:  a cancellation is an exception at the next co_await: destructors run, clean-up runs, the rest does not.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 15_cancellation.cpp -o cancellation -pthread && ./cancellation
// Try:   leave the shield out; swallow `cancelled` in a loop, and read what is reported.
// Next:  16_blocking_work.cpp calls what blocks, beside a loop that does not.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

struct lock {
    ~lock() { std::puts("lock released"); }
};

task<> save() { co_await sleep(20ms); }

task<> edit() {
    lock held;
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        std::puts("told to stop");
    }
    co_await shield(save());  // not interrupted
    std::puts("saved");
    co_await sleep(1h);  // refused: it is cancelled still
}

task<> work() {
    cancel_scope editing;
    auto quits = [&]() -> task<> {
        co_await sleep(30ms);
        editing.cancel();
    };
    try {
        co_await gather(edit(), quits());
    } catch (const cancelled&) {
        if (!editing.swallows()) throw;
    }
    std::puts("closed");
}

int main() { run(work()); }
