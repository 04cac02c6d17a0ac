#include <coracle/os/pipe.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

using namespace coracle;

TEST_CASE("a pipe takes bytes to its reader, and both ends are closed at exec") {
    auto ends = os::open_pipe();
    REQUIRE(ends);
    CHECK((::fcntl(ends->reader.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((::fcntl(ends->writer.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(*os::write_some(ends->writer.get(), "hello") == 5);
    char room[16];
    auto got = os::read_some(ends->reader.get(), room);
    REQUIRE(got);
    CHECK(std::string_view(room, *got) == "hello");
    ends->writer.reset();
    CHECK(*os::read_some(ends->reader.get(), room) == 0);
}

TEST_CASE("each end blocks or does not, as it is told") {
    auto ends = os::open_pipe();
    REQUIRE(os::set_blocking(ends->reader.get(), false));
    char room[16];
    CHECK(os::is_would_block(os::read_some(ends->reader.get(), room).error()));
    CHECK((::fcntl(ends->writer.get(), F_GETFL) & O_NONBLOCK) == 0);
    REQUIRE(os::set_blocking(ends->writer.get(), false));
    std::string much(1 << 20, 'x');
    auto some = os::write_some(ends->writer.get(), much);
    REQUIRE(some);
    CHECK(*some < much.size());
    CHECK(os::is_would_block(os::write_some(ends->writer.get(), much).error()));
    os::drain(ends->reader.get());
    CHECK(os::is_would_block(os::read_some(ends->reader.get(), room).error()));
    REQUIRE(os::set_blocking(ends->reader.get(), true));
    CHECK((::fcntl(ends->reader.get(), F_GETFL) & O_NONBLOCK) == 0);
    CHECK(os::set_blocking(-1, true).error() == std::errc::bad_file_descriptor);
}

TEST_CASE("each end does one thing only") {
    auto ends = os::open_pipe();
    char room[16];
    CHECK(os::read_some(ends->writer.get(), room).error() == std::errc::bad_file_descriptor);
    CHECK(os::write_some(ends->reader.get(), "x").error() == std::errc::bad_file_descriptor);
}

TEST_CASE("a write that nobody reads is an error and no SIGPIPE, whatever the signal is set to") {
    auto before = ::signal(SIGPIPE, SIG_DFL);
    auto ends = os::open_pipe();
    ends->reader.reset();
    CHECK(os::write_some(ends->writer.get(), "x").error() == std::errc::broken_pipe);
    sigset_t waiting, blocked;
    ::sigpending(&waiting);
    CHECK(sigismember(&waiting, SIGPIPE) == 0);
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    CHECK(sigismember(&blocked, SIGPIPE) == 0);

    ::signal(SIGPIPE, SIG_IGN);
    CHECK(os::write_some(ends->writer.get(), "x").error() == std::errc::broken_pipe);

    ::signal(SIGPIPE, SIG_DFL);
    std::thread blocks([&] {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        CHECK(os::write_some(ends->writer.get(), "x").error() == std::errc::broken_pipe);
        ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
        CHECK(sigismember(&blocked, SIGPIPE) == 1);
    });
    blocks.join();
    ::signal(SIGPIPE, before);
}
