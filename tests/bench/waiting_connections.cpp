// T18, T19: what ten thousand clients cost that each wait a second for their answer, as coroutines and, a tenth of
// them, as blocking calls on a hundred threads; and what clients that are slow on purpose do to the others.
//     bench_waiting_connections [CONNECTIONS]
#include <coracle.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using std::chrono::steady_clock;

namespace {

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

/// The server, in a process of its own.
class served {
public:
    served() {
        int ends[2];
        if (::pipe(ends) != 0) std::abort();
        process_ = ::fork();
        if (process_ == 0) run(ends[1]);
        if (::read(ends[0], &port_, sizeof port_) != sizeof port_) std::abort();
    }
    ~served() {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
    }
    unsigned short port() const { return port_; }
    /// In MB.
    double memory(const char* what) const {
        std::ifstream status("/proc/" + std::to_string(process_) + "/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with(what)) return std::atof(line.c_str() + std::strlen(what)) / 1000;
        return 0;
    }

private:
    [[noreturn]] static void run(int tell) {
        app app;
        app.get("/", on_loop([] { return std::string("here"); }));
        app.get("/wait", []() -> task<std::string> {
            co_await sleep(std::chrono::seconds(1));
            co_return "waited";
        });
        app.get("/block", [] {
            std::this_thread::sleep_for(std::chrono::seconds(1));
            return std::string("blocked");
        });
        app.get("/large", on_loop([] { return std::string(1 << 20, 'x'); }));
        app.post("/body", [](request& asked) -> task<std::size_t> {
            std::string text = co_await asked.body.text();
            co_return text.size();
        });
        server::server here(app, {.port = 0, .threads = 100, .access_log = false, .banner = false});
        here.start();
        auto port = static_cast<unsigned short>(here.port());
        if (::write(tell, &port, sizeof port) != sizeof port) std::abort();
        here.serve();
        std::_Exit(0);
    }
    pid_t process_ = 0;
    unsigned short port_ = 0;
};

int dial(unsigned short port, std::string_view text) {
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 ||
        ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
        ::close(fd);
        return -1;
    }
    return fd;
}

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nhost: x\r\n\r\n"; }

struct clients_answered {
    int good = 0;
    int bad = 0;
    double took = 0;
    double memory = 0;
};

/// `count` clients at once; each asks once and waits for its answer.
clients_answered ask_all(const served& server, std::string_view path, int count) {
    clients_answered all;
    int poller = ::epoll_create1(0);
    auto begin = steady_clock::now();
    std::vector<int> open;
    for (int i = 0; i < count; ++i) {
        int fd = dial(server.port(), get(path));
        epoll_event interest{};
        interest.events = EPOLLIN;
        interest.data.fd = fd;
        if (fd < 0 || ::epoll_ctl(poller, EPOLL_CTL_ADD, fd, &interest) != 0) {
            ++all.bad;
            continue;
        }
        open.push_back(fd);
    }
    int left = static_cast<int>(open.size());
    epoll_event events[256];
    while (left > 0) {
        int ready = ::epoll_wait(poller, events, 256, 200'000);
        if (ready <= 0) break;
        for (int i = 0; i < ready; ++i) {
            char text[1000];
            auto size = ::recv(events[i].data.fd, text, sizeof text, 0);
            bool good = size > 12 && std::string_view(text, 12) == "HTTP/1.1 200";
            ++(good ? all.good : all.bad);
            ::epoll_ctl(poller, EPOLL_CTL_DEL, events[i].data.fd, nullptr);
            --left;
        }
    }
    all.bad += left;
    all.took = seconds_since(begin);
    all.memory = server.memory("VmHWM:");
    for (int fd : open) ::close(fd);
    ::close(poller);
    return all;
}

/// The median of so many requests, one after the other on one connection, in microseconds.
double median(const served& server, int count = 2000) {
    std::vector<double> took;
    int fd = dial(server.port(), get("/"));
    char text[1000];
    for (int i = 0; i < count; ++i) {
        auto begin = steady_clock::now();
        if (i > 0 && ::send(fd, get("/").data(), get("/").size(), MSG_NOSIGNAL) < 0) break;
        if (::recv(fd, text, sizeof text, 0) <= 0) break;
        took.push_back(seconds_since(begin) * 1e6);
    }
    ::close(fd);
    std::nth_element(took.begin(), took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2), took.end());
    return took.empty() ? 0 : took[took.size() / 2];
}

void print(const char* what, const clients_answered& all) {
    std::printf("%-32s %6d answered, %d not, %.2f s, %.0f/s; the server took %.0f MB at most\n", what, all.good,
                all.bad, all.took, all.good / all.took, all.memory);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
    os::raise_file_limit();
    clients_answered waiting, blocking;
    {
        served server;
        waiting = ask_all(server, "/wait", count);
        print("coroutines that wait a second:", waiting);
    }
    {
        served server;
        blocking = ask_all(server, "/block", count / 10);
        print("threads that block for a second:", blocking);
    }
    std::printf("ratio of the rates: %.0f\n", (waiting.good / waiting.took) / (blocking.good / blocking.took));
    served server;
    std::printf("median of a GET, alone: %.1f us\n", median(server));
    struct row {
        const char* what;
        std::string text;
    };
    const row rows[] = {{"slow heads", "GET / HTTP/1.1\r\nhost:"},
                        {"slow bodies", "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nabc"},
                        {"slow readers", get("/large")}};
    for (const row& each : rows) {
        std::vector<int> slow;
        for (int i = 0; i < 1000; ++i) slow.push_back(dial(server.port(), each.text));
        std::printf("median of a GET beside 1000 %s: %.1f us; the server has %.0f MB\n", each.what, median(server),
                    server.memory("VmRSS:"));
        std::fflush(stdout);
        for (int fd : slow) ::close(fd);
    }
    return waiting.bad == 0 && blocking.bad == 0 ? 0 : 1;
}
