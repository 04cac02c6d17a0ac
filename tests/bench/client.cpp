// How many requests per second http_client sends over 64 connections, one at a time on each, to the server at PORT.
// Beside the load generator and bench_curl in the same run, against the same server.
#include <coracle/async/task_group.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/loop/run.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

using namespace coracle;

namespace {

using clock_type = std::chrono::steady_clock;

struct tally {
    clock_type::time_point until;
    unsigned long long answered = 0;
    unsigned long long bytes = 0;
};

task<> ask(http_client http, std::string url, tally& count) {
    while (clock_type::now() < count.until) {
        auto reply = co_await http.get(url);
        reply.raise_for_status();
        ++count.answered;
        count.bytes += reply.text().size();
    }
}

task<> all(std::string url, int connections, tally& count) {
    http_client http;
    task_group together;
    for (int i = 0; i < connections; ++i) together.spawn(ask(http, url, count));
    co_await together.join();
}

double processor_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& of) {
        return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_client PORT PATH [CONNECTIONS] [SECONDS]\n");
        return 2;
    }
    int connections = argc > 3 ? std::atoi(argv[3]) : 64;
    double seconds = argc > 4 ? std::atof(argv[4]) : 3;
    tally count;
    auto began = clock_type::now();
    count.until = began + std::chrono::duration_cast<clock_type::duration>(std::chrono::duration<double>(seconds));
    try {
        run(all(std::string("http://127.0.0.1:") + argv[1] + argv[2], connections, count));
    } catch (const std::exception& why) {
        std::fprintf(stderr, "%s\n", why.what());
        return 1;
    }
    double took = std::chrono::duration<double>(clock_type::now() - began).count();
    auto answered = static_cast<double>(count.answered);
    std::printf("coracle %d connections: %.0f requests/s, %.2f CPU-s per million, %llu bytes of bodies\n", connections,
                answered / took, processor_seconds() / answered * 1e6, count.bytes);
}
