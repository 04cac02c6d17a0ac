// What:  virtual time: a task that retries for hours is tested in no time, exactly, and the same in every run.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 33_virtual_time.cpp -o virtual_time -pthread && ./virtual_time
// Try:   heal the network after 20 hours; give it .latency(50ms).jitter(10ms); forget to heal it at all.
// Next:  back to the README: this is as far as the tutorial goes today.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

// The code under test. It knows nothing of virtual time.
template <class Network>
task<int> connect_at_last(Network& network, std::string where) {
    std::chrono::seconds pause = 1min;
    for (int attempt = 1;; ++attempt) {
        auto stream = co_await network.connect(where);
        if (stream) co_return attempt;
        std::printf("attempt %d: %s\n", attempt, stream.error().message().c_str());
        co_await sleep(pause);
        pause *= 2;
    }
}

int main() {
    virtual_loop loop;
    memory_network network(loop.reactor());
    auto database = network.listen("db:5432");
    network.everywhere().cut();
    auto outage = [&]() -> task<> {
        co_await sleep(3h);
        network.everywhere().heal();
    };
    auto test = [&]() -> task<int> {
        auto [attempts, nothing] = co_await gather(connect_at_last(network, "db:5432"), outage());
        co_return attempts;
    };
    int attempts = loop.run(test());
    auto minutes = std::chrono::floor<std::chrono::minutes>(loop.elapsed());
    std::printf("connected at attempt %d, after %d minutes of nobody's time\n", attempts, int(minutes.count()));
}
