#include <coracle/os/signal_listener.hpp>

#include <doctest/doctest.h>

#include <signal.h>

#include <atomic>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace coracle;

namespace {

class counter final : os::signal_listener {
public:
    explicit counter(std::vector<int> numbers) { listen(numbers); }
    ~counter() { stop(); }
    std::atomic<int> calls{0};
    std::atomic<int> last{0};
    using os::signal_listener::stop;

private:
    void on_signal(int number) noexcept override {
        ++calls;
        last = number;
    }
};

using handler = void (*)(int);
handler handler_of(int number) {
    struct sigaction now{};
    ::sigaction(number, nullptr, &now);
    return now.sa_handler;
}
void foreign(int) {}

}  // namespace

TEST_CASE("every listener is told of the signals that it named, and of no others") {
    counter one({SIGUSR1, SIGUSR2});
    counter other({SIGUSR2});
    ::raise(SIGUSR1);
    CHECK(one.calls == 1);
    CHECK(one.last == SIGUSR1);
    CHECK(other.calls == 0);
    ::raise(SIGUSR2);
    CHECK(one.calls == 2);
    CHECK(other.calls == 1);
}

TEST_CASE("the last listener to leave restores what was before, in whichever order they leave") {
    ::signal(SIGUSR1, &foreign);
    for (bool first_leaves_first : {true, false}) {
        auto first = std::make_unique<counter>(std::vector{SIGUSR1});
        auto second = std::make_unique<counter>(std::vector{SIGUSR1, SIGUSR1});
        (first_leaves_first ? first : second).reset();
        ::raise(SIGUSR1);
        CHECK((first_leaves_first ? second : first)->calls == 1);
        first.reset();
        second.reset();
        CHECK((handler_of(SIGUSR1) == &foreign));
    }
    ::signal(SIGUSR1, SIG_DFL);
}

TEST_CASE("who has taken the signal over meanwhile keeps it") {
    {
        counter listens({SIGUSR1});
        ::signal(SIGUSR1, &foreign);
    }
    CHECK((handler_of(SIGUSR1) == &foreign));
    ::signal(SIGUSR1, SIG_DFL);
}

TEST_CASE("a stopped listener hears nothing, and stopping twice is harmless") {
    counter other({SIGUSR1});
    counter listens({SIGUSR1});
    listens.stop();
    listens.stop();
    ::raise(SIGUSR1);
    CHECK(listens.calls == 0);
    CHECK(other.calls == 1);
}

TEST_CASE("what is no signal, or one of a fault, or cannot be caught, is refused, and nothing is changed") {
    CHECK_THROWS_AS(counter({0}), std::logic_error);
    CHECK_THROWS_AS(counter({-1}), std::logic_error);
    CHECK_THROWS_AS(counter({129}), std::logic_error);
    CHECK_THROWS_AS(counter({SIGSEGV}), std::logic_error);
    CHECK_THROWS_AS(counter({SIGUSR1, SIGFPE}), std::logic_error);
    ::signal(SIGHUP, &foreign);
    std::string said;
    try {
        counter listens({SIGHUP, SIGKILL});
    } catch (const std::system_error& error) {
        said = error.what();
    }
    CHECK(said.find("signal 9 cannot be waited for") != std::string::npos);
    CHECK((handler_of(SIGHUP) == &foreign));
    ::signal(SIGHUP, SIG_DFL);
    counter listens({SIGHUP});
    ::raise(SIGHUP);
    CHECK(listens.calls == 1);
}

TEST_CASE("listeners come and go while signals arrive on other threads") {
    counter stays({SIGUSR1});
    std::atomic<bool> enough{false};
    std::thread sends([&] {
        while (!enough) ::raise(SIGUSR1);
    });
    std::vector<std::thread> others;
    for (int i = 0; i < 2; ++i)
        others.emplace_back([] {
            for (int round = 0; round < 200; ++round) {
                counter comes({SIGUSR1});
                ::raise(SIGUSR1);
                CHECK(comes.calls >= 1);
            }
        });
    for (std::thread& each : others) each.join();
    enough = true;
    sends.join();
    CHECK(stays.calls >= 400);
}
