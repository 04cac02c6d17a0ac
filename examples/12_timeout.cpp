// What:  nothing has to take longer than you allow: what is too late is cancelled, and has ended when you hear of it.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 12_timeout.cpp -o timeout -pthread && ./timeout
// Try:   one timeout around the whole of work(), in main; two archives in a gather, and one timeout around it.
// Next:  13_task_group.cpp starts tasks as it goes along.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

task<std::string> ask(std::string whom, std::chrono::milliseconds time) {
    co_await sleep(time);
    co_return whom + " has answered";
}

task<> work() {
    std::string answer = co_await timeout(1s, ask("the cache", 5ms));
    std::puts(answer.c_str());
    try {
        answer = co_await timeout(50ms, ask("the archive", 1h));
    } catch (const timed_out& error) {
        std::printf("the archive has %s\n", error.what());
    }
    if (auto news = co_await try_for(50ms, ask("the editor", 1h)))
        std::puts(news->c_str());
    else
        std::puts("no news");
    answer = co_await race(ask("mirror one", 1h), ask("mirror two", 20ms));
    std::puts(answer.c_str());
}

int main() { run(work()); }
