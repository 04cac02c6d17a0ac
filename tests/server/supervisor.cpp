#include <coracle/server/supervisor.hpp>

#include "os/temporary_folder.hpp"
#include "load.hpp"
#include "loopback.hpp"

#include <coracle/async/task_group.hpp>
#include <coracle/base/log.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/listening_socket.hpp>
#include <coracle/os/this_program.hpp>
#include <coracle/server/run_processes.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view obstacle_word = "--cannot-start-while-there-is=";

// What this very program is when a supervisor of these tests starts it. It cannot start while there is such a file.
std::vector<std::string> worker_words(std::string_view obstacle) {
    auto self = os::this_program();
    REQUIRE(self);
    return {self->words.front(), "--test-case=the program of a worker process", "--no-skip",
            std::string(obstacle_word).append(obstacle)};
}
// In the worker.
bool stands_in_the_way() {
    auto self = os::this_program();
    for (const std::string& word : self->words)
        if (word.starts_with(obstacle_word)) return ::access(word.c_str() + obstacle_word.size(), F_OK) == 0;
    return false;
}

struct supervised {
    explicit supervised(process_options how, std::string_view obstacle = "/nowhere")
        : door(net::listening_socket::open(*net::address::of("127.0.0.1", 0))) {
        REQUIRE(door);
        where = door->where();
        std::vector<net::listening_socket> doors;
        doors.push_back(std::move(*door));
        parent.emplace(run_options(), how, std::move(doors), true, worker_words(obstacle));
        thread = std::thread([this] { code = parent->run(); });
    }
    ~supervised() { end(SIGTERM); }
    int end(int number) {
        if (!thread.joinable()) return code;
        ::kill(::getpid(), number);
        thread.join();
        return code;
    }
    std::string ask(const std::string& path) const {
        try {
            return loopback::get(where.port(), path).body;
        } catch (const std::exception&) {
            return "gone";
        }
    }
    std::set<std::string> numbers() const {
        std::set<std::string> all;
        for (int i = 0; i < 40; ++i) all.insert(ask("/pid"));
        all.erase("gone");
        return all;
    }

    result<net::listening_socket> door;
    net::address where;
    std::optional<server::supervisor> parent;
    int code = -1;
    std::thread thread;
};

template <class Condition>
bool eventually(Condition holds) {
    for (int i = 0; i < 1000; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(20ms);
    }
    return false;
}

}  // namespace

TEST_CASE("the program of a worker process" * doctest::skip()) {
    if (!server::is_worker_process()) return;
    ::signal(SIGTERM, SIG_DFL);  // doctest calls it a crash
    app served;
    served.get("/pid", []() -> task<long> { co_return static_cast<long>(::getpid()); });
    served.get("/exit/{code}", on_loop([](int code) { std::_Exit(code); }));
    served.get("/hang", on_loop([] {
                   for (;;) std::this_thread::sleep_for(1h);
               }));
    served.get("/work", []() -> task<std::string> {
        co_await sleep(1ms);
        co_return load::body;
    });
    served.on_startup([] {
        if (stands_in_the_way()) throw std::runtime_error("no database");
    });
    int code = 3;
    try {
        code = server::serve_for_parent(served, {.access_log = false, .banner = false, .watchdog = 0ms});
    } catch (const std::exception& why) {
        std::fprintf(stderr, "%s\n", why.what());
    }
    std::fflush(nullptr);
    std::_Exit(code);
}

TEST_CASE("a worker process that crashes is replaced, and the others serve on") {
    supervised two({.count = 2});
    CHECK(two.ask("/pid") != std::to_string(::getpid()));
    CHECK(eventually([&] { return two.numbers().size() == 2; }));
    std::set<std::string> before = two.numbers();
    CHECK(two.ask("/exit/9") == "gone");
    CHECK(two.ask("/pid") != "gone");
    CHECK(eventually([&] {
        std::set<std::string> now = two.numbers();
        return now.size() == 2 && now != before;
    }));
    CHECK(two.end(SIGTERM) == 0);
}

TEST_CASE("a worker process whose loop stands still is killed and replaced") {
    supervised one({.count = 1, .health_timeout = 300ms});
    std::string before = one.ask("/pid");
    CHECK(one.ask("/hang") == "gone");
    CHECK(eventually([&] {
        std::string now = one.ask("/pid");
        return now != "gone" && now != before;
    }));
    CHECK(one.end(SIGINT) == 0);
}

TEST_CASE("SIGHUP replaces all worker processes under load, SIGTERM stops them, and no request is lost") {
    supervised two({.count = 2});
    CHECK(eventually([&] { return two.numbers().size() == 2; }));
    std::set<std::string> before = two.numbers();
    load::load_count count;
    auto all = [&]() -> task<> {
        task_group clients;
        for (int i = 0; i < 32; ++i) clients.spawn(load::insist(two.where, count));
        co_await sleep(50ms);
        ::kill(::getpid(), SIGHUP);
        for (bool old = true; old;) {
            co_await sleep(20ms);
            old = ::kill(std::stoi(*before.begin()), 0) == 0 || ::kill(std::stoi(*before.rbegin()), 0) == 0;
        }
        co_await sleep(50ms);
        ::kill(::getpid(), SIGTERM);
        co_await clients.join();
    };
    run(all());
    CHECK_MESSAGE(count.lost == 0, count.how);
    CHECK(count.answered > 100);
    CHECK(two.end(0) == 0);
}

TEST_CASE("a worker process that cannot start ends its parent with 3") {
    temporary_folder here;
    supervised none({.count = 2}, here.path);
    none.thread.join();
    CHECK(none.code == 3);
}

namespace {

std::atomic<bool> replacement_ended;

}  // namespace

TEST_CASE("a replacement that cannot start leaves those that serve alone") {
    temporary_folder here;
    std::string obstacle = here.in("obstacle");
    supervised one({.count = 1}, obstacle);
    std::string before = one.ask("/pid");
    std::ofstream(obstacle) << "in the way";
    replacement_ended = false;
    log::sink sink = log::set_sink([](const log_message& said) noexcept {
        if (said.text.find("before it was ready") != said.text.npos) replacement_ended = true;
    });
    ::kill(::getpid(), SIGHUP);
    CHECK(eventually([] { return replacement_ended.load(); }));
    log::set_sink(sink);
    CHECK(one.ask("/pid") == before);
    CHECK(::unlink(obstacle.c_str()) == 0);
    ::kill(::getpid(), SIGHUP);
    CHECK(eventually([&] {
        std::string now = one.ask("/pid");
        return now != before && now != "gone";
    }));
}

TEST_CASE("SIGTTIN starts one worker process more, SIGTTOU ends one, and the last one stays") {
    supervised one({.count = 1});
    CHECK(one.ask("/pid") != "gone");
    ::kill(::getpid(), SIGTTIN);
    CHECK(eventually([&] { return one.numbers().size() == 2; }));
    ::kill(::getpid(), SIGTTOU);
    CHECK(eventually([&] { return one.numbers().size() == 1; }));
    ::kill(::getpid(), SIGTTOU);
    CHECK(one.ask("/pid") != "gone");
}

TEST_CASE("no process at all is refused") {
    CHECK_THROWS_AS(server::supervisor({}, {.count = 0}, {}, true, {"x"}), std::logic_error);
}
