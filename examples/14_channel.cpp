// What:  a channel carries items from task to task; a full one makes the sender wait, a closed one ends the receiver.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 14_channel.cpp -o channel -pthread && ./channel
// Try:   another capacity; a second cook; a second guest.
// Next:  15_cancellation.cpp ends tasks before their time.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

task<> cook(channel<std::string>& counter) {
    for (int i = 1; i <= 3; ++i) {
        co_await counter.send("pancake " + std::to_string(i));
        std::printf("cooked %d\n", i);
    }
    counter.close();
}

task<> guest(channel<std::string>& counter) {
    while (auto dish = co_await counter.receive()) std::printf("ate %s\n", dish->c_str());
}

task<> kitchen() {
    channel<std::string> counter{1};
    co_await gather(cook(counter), guest(counter));
}

int main() { run(kitchen()); }
