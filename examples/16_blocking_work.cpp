// What:  a call that blocks runs on a thread of its own: the loop goes on, and can ask the call to stop.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 16_blocking_work.cpp -o blocking -pthread && ./blocking
// Try:   call slow_square(12) itself, without offload, and see when the clock ticks.
// Next:  30_tcp_echo.cpp is a server without HTTP.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

int slow_square(int n) {
    std::this_thread::sleep_for(300ms);  // a database driver, a compressor, a password hash
    return n * n;
}

void search(stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    std::puts("the search stops: nobody waits for it any more");
}

task<> clock_ticks() {
    for (int i = 0; i < 3; ++i) {
        std::puts("tick");
        co_await sleep(10ms);
    }
}

task<> squares() {
    int result = co_await offload(slow_square, 12);
    std::printf("the square is %d\n", result);
}

task<> searches() { co_await offload(search); }

task<> work() {
    co_await gather(squares(), clock_ticks());
    auto found = co_await try_for(50ms, searches());
    std::puts(found ? "found" : "not found in time");
}

int main() { run(work()); }
