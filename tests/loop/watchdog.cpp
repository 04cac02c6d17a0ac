// watchdog: a loop that is held is reported while it is; one that sleeps is not.
#include <coracle/loop/watchdog.hpp>

#include <coracle/async/task.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/thread_pool.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <source_location>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

// What the watchdog's thread reports, for whoever waits for it.
struct heard {
    std::mutex mutex;
    std::condition_variable came;
    std::string message;
    std::source_location at;

    static heard*& now() {
        static heard* one = nullptr;
        return one;
    }
    // A loaded machine may hold other steps, too.
    static void keep(std::string_view text, const std::source_location& where) noexcept {
        if (text.find("GET /blocks") == std::string_view::npos) return;
        std::lock_guard lock(now()->mutex);
        now()->message = text;
        now()->at = where;
        now()->came.notify_all();
    }
    heard() : before(set_reporter(keep)) { now() = this; }
    ~heard() { set_reporter(before); }
    bool wait() {
        std::unique_lock lock(mutex);
        return came.wait_for(lock, std::chrono::seconds(30), [this] { return !message.empty(); });
    }
    reporter before;
};

}  // namespace

TEST_CASE("T11: a task that holds its loop is reported while it does, with its label and where it went on") {
    heard said;
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    loop::watchdog dog(std::chrono::milliseconds(20));
    loop::watchdog::watch watched(dog, on);
    unsigned line = 0;
    auto blocks = [&]() -> task<bool> {
        on.label_running_job("GET /blocks");
        line = std::source_location::current().line() + 1;
        co_await sleep(1ms);
        co_return said.wait();  // blocks the loop until it is reported
    };
    CHECK(loop::run_on(on, blocks()));
    std::lock_guard lock(said.mutex);
    CHECK(said.message.find("the loop has stood still for ") == 0);
    CHECK(said.message.find(" ms in GET /blocks; work that blocks belongs into offload()") != std::string::npos);
    CHECK(said.at.line() == line);
}

TEST_CASE("a watch ends before its watchdog and after its loop has ended, in any number") {
    loop::thread_pool pool(1);
    loop::watchdog dog;
    for (int i = 0; i < 3; ++i) {
        loop::reactor one(pool), other(pool);
        loop::watchdog::watch first(dog, one), second(dog, other);
        auto sleeps = []() -> task<> { co_await sleep(1ms); };
        loop::run_on(one, sleeps());
        loop::run_on(other, sleeps());
    }
}

TEST_CASE("a limit of nothing is one that can be looked at") { loop::watchdog dog(std::chrono::nanoseconds(0)); }
