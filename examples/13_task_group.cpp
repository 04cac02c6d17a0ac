// What:  a group starts tasks as it goes along, and its block ends when all of them have; one failure ends the others.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 13_task_group.cpp -o group -pthread && ./group
// Try:   let a second page be broken, a little later: catch an exception_group. Replace the group by spawn().
// Next:  14_channel.cpp lets tasks talk to one another.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

task<> visit(task_group& group, std::string page, int links) {
    co_await sleep(20ms);
    std::printf("read %s\n", page.c_str());
    for (int i = 1; i <= links; ++i) group.spawn(visit(group, page + "." + std::to_string(i), links - 1));
    if (page == "2.1") throw std::runtime_error("page 2.1 is broken");
}

task<> crawl(std::string first, int links) {
    co_await with_group([&](task_group& group) -> task<> {
        group.spawn(visit(group, first, links));
        co_return;
    });
    std::printf("all of %s is read\n", first.c_str());
}

task<> work() {
    co_await crawl("1", 2);
    try {
        co_await crawl("2", 3);
    } catch (const std::runtime_error& error) {
        std::printf("stopped: %s\n", error.what());
    }
}

int main() { run(work()); }
