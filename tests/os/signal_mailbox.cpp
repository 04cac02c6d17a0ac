#include <coracle/os/signal_mailbox.hpp>

#include <coracle/os/error.hpp>
#include <coracle/os/pipe.hpp>
#include <coracle/os/readiness_probe.hpp>

#include <doctest/doctest.h>

#include <signal.h>

#include <string>
#include <thread>
#include <utility>

using namespace coracle;

namespace {

struct alarm_pipe {
    os::pipe_ends ends;
    alarm_pipe() {
        auto made = os::open_pipe();
        REQUIRE(made);
        ends = std::move(*made);
        REQUIRE(os::set_blocking(ends.reader.get(), false));
        REQUIRE(os::set_blocking(ends.writer.get(), false));
    }
    bool rings() const { return os::probe_readiness(ends.reader.get())->readable; }
};

}  // namespace

TEST_CASE("a signal sets its bit and rings the alarm; two of a kind are one") {
    alarm_pipe alarm;
    constexpr int numbers[] = {SIGUSR1, SIGHUP};
    os::signal_mailbox box(numbers, std::move(alarm.ends.writer));
    CHECK(box.take() == 0);
    CHECK_FALSE(alarm.rings());
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    CHECK(alarm.rings());
    os::drain(alarm.ends.reader.get());
    CHECK_FALSE(alarm.rings());
    CHECK(box.take() == SIGUSR1);
    CHECK(box.take() == 0);
    ::raise(SIGUSR1);
    CHECK(alarm.rings());
    CHECK(box.take() == SIGUSR1);
}

TEST_CASE("a flood of one kind does not keep another waiting") {
    alarm_pipe alarm;
    constexpr int numbers[] = {SIGUSR1, SIGHUP};
    os::signal_mailbox box(numbers, std::move(alarm.ends.writer));
    std::string order;
    ::raise(SIGUSR1);
    ::raise(SIGHUP);
    for (int i = 0; i < 6; ++i) {
        int number = box.take();
        order += number == SIGHUP ? 'h' : 'u';
        ::raise(number);
    }
    CHECK(order == "huhuhu");
}

TEST_CASE("an alarm that nobody empties fills up and goes on ringing") {
    alarm_pipe alarm;
    constexpr int numbers[] = {SIGUSR1};
    os::signal_mailbox box(numbers, std::move(alarm.ends.writer));
    for (int i = 0; i < 70'000; ++i) ::raise(SIGUSR1);
    CHECK(alarm.rings());
    CHECK(box.take() == SIGUSR1);
    os::drain(alarm.ends.reader.get());
    CHECK_FALSE(alarm.rings());
}

TEST_CASE("what has come before stop() can be taken after it") {
    alarm_pipe alarm;
    constexpr int numbers[] = {SIGUSR1, SIGURG};
    os::signal_mailbox box(numbers, std::move(alarm.ends.writer));
    ::raise(SIGUSR1);
    box.stop();
    ::raise(SIGURG);  // ignored by default
    CHECK(box.take() == SIGUSR1);
    CHECK(box.take() == 0);
}
