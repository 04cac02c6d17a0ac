#include <coracle/os/native_poller.hpp>
#include <coracle/os/signal_watch.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

using handler = void (*)(int);
handler handler_of(int number) {
    struct sigaction now{};
    ::sigaction(number, nullptr, &now);
    return now.sa_handler;
}

// How a child process ends that runs `body`.
template <class Body>
int ending_of(Body body) {
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::alarm(10);
        body();
        ::_exit(7);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

}  // namespace

TEST_CASE("a signal to stop is remembered and ends the wait") {
    for (int number : {SIGINT, SIGTERM}) {
        auto poller = os::make_native_poller();
        os::signal_watch watch(*poller);
        CHECK(watch.caught() == 0);
        ::raise(number);
        poller->wait(std::nullopt);
        CHECK(watch.caught() == number);
    }
}

TEST_CASE("a signal that comes during the wait ends it, whichever thread gets it") {
    auto poller = os::make_native_poller();
    os::signal_watch watch(*poller);
    pthread_t waiter = ::pthread_self();
    std::thread other([&] { ::pthread_kill(waiter, SIGTERM); });
    while (watch.caught() == 0) poller->wait(std::nullopt);
    other.join();

    std::thread third([&] { ::raise(SIGTERM); });
    poller->wait(std::nullopt);
    third.join();
    CHECK(watch.caught() == SIGTERM);
}

TEST_CASE("everything is as it was when the watch is gone, and one may follow another") {
    handler of_interrupt = handler_of(SIGINT);
    auto of_pipe = ::signal(SIGPIPE, SIG_DFL);
    for (int i = 0; i < 3; ++i) {
        auto poller = os::make_native_poller();
        os::signal_watch watch(*poller);
        CHECK((handler_of(SIGINT) != of_interrupt));
        CHECK((handler_of(SIGPIPE) == SIG_IGN));
        CHECK_THROWS_AS((void)std::make_unique<os::signal_watch>(*poller), std::logic_error);
    }
    CHECK((handler_of(SIGINT) == of_interrupt));
    CHECK((handler_of(SIGPIPE) == SIG_DFL));
    ::signal(SIGPIPE, of_pipe);
}

TEST_CASE("the second Ctrl-C ends the process as if nobody watched") {
    int status = ending_of([] {
        auto poller = os::make_native_poller();
        os::signal_watch watch(*poller);
        ::signal(SIGALRM, SIG_DFL);
        ::raise(SIGINT);
        if (watch.caught() != SIGINT) ::_exit(8);
        ::raise(SIGINT);
    });
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGINT);

    status = ending_of([] {
        auto poller = os::make_native_poller();
        os::signal_watch watch(*poller);
        ::raise(SIGTERM);
        ::raise(SIGINT);
    });
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGINT);
}

TEST_CASE("a second SIGTERM that comes at once changes nothing: timeout(1) sends two") {
    int status = ending_of([] {
        auto poller = os::make_native_poller();
        os::signal_watch watch(*poller);
        ::raise(SIGTERM);
        ::raise(SIGTERM);
    });
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("a SIGTERM half a second after the first ends the process as if nobody watched") {
    for (int first : {SIGTERM, SIGINT}) {
        int status = ending_of([first] {
            auto poller = os::make_native_poller();
            os::signal_watch watch(*poller);
            ::raise(first);
            std::this_thread::sleep_for(600ms);
            ::raise(SIGTERM);
        });
        REQUIRE(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == SIGTERM);
    }
}
