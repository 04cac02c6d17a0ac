#include <coracle/os/pipe.hpp>
#include <coracle/os/without_sigpipe.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <unistd.h>

#include <cerrno>

using namespace coracle;

namespace {

int caught = 0;
void count(int) { ++caught; }

TEST_CASE("a call that would send SIGPIPE fails instead, and a real one still arrives") {
    struct sigaction counting{}, before{};
    counting.sa_handler = &count;
    REQUIRE(::sigaction(SIGPIPE, &counting, &before) == 0);
    auto ends = os::open_pipe();
    REQUIRE(ends);
    ends->reader.reset();
    errno = 0;
    CHECK(os::without_sigpipe([&] { return ::write(ends->writer.get(), "x", 1); }) == -1);
    CHECK(errno == EPIPE);
    CHECK(caught == 0);
    CHECK(::write(ends->writer.get(), "x", 1) == -1);
    CHECK(caught == 1);
    ::raise(SIGPIPE);
    CHECK(caught == 2);
    ::sigaction(SIGPIPE, &before, nullptr);
}

}  // namespace
