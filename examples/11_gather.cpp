// What:  gather runs tasks side by side: three waits take as long as the longest one.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 11_gather.cpp -o gather -pthread && ./gather
// Try:   let one of them throw: the others are cancelled, and the exception comes out of the co_await.
// Next:  12_timeout.cpp waits only so long.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

task<std::string> fetch(std::string what, std::chrono::milliseconds time) {
    co_await sleep(time);
    std::printf("%s is there\n", what.c_str());
    co_return "the " + what;
}

task<> profile() {
    auto [user, posts, comments] = co_await gather(fetch("user", 90ms), fetch("posts", 30ms), fetch("comments", 60ms));
    std::printf("%s, %s, %s\n", user.c_str(), posts.c_str(), comments.c_str());
}

int main() { run(profile()); }
