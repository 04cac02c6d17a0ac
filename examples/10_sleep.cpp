// What:  a task that waits lets the others go on; the same handler also serves other requests meanwhile.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 10_sleep.cpp -o sleep -pthread && ./sleep
// Try:   remove a co_await, and read what the compiler says.
// Next:  11_gather.cpp waits for several things at once.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

task<std::string> boil(std::string what, std::chrono::milliseconds time) {
    std::printf("%s: on the stove\n", what.c_str());
    co_await sleep(time);
    co_return what;
}

task<> breakfast() {
    std::string egg = co_await boil("egg", 60ms);
    std::printf("%s: done\n", egg.c_str());
    std::string tea = co_await boil("tea", 30ms);
    std::printf("%s: done\n", tea.c_str());
}

int main() { run(breakfast()); }
