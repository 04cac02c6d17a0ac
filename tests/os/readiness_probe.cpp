#include <coracle/os/readiness_probe.hpp>

#include <coracle/os/socket.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

using namespace coracle;

TEST_CASE("a socket is writable at first, and readable once something has come") {
    auto pair = os::open_socket_pair();
    REQUIRE(pair);
    auto before = os::probe_readiness(pair->first.get());
    REQUIRE(before);
    CHECK_FALSE(before->readable);
    CHECK(before->writable);
    CHECK_FALSE(before->hangup);
    REQUIRE(::write(pair->second.get(), "x", 1) == 1);
    CHECK(os::probe_readiness(pair->first.get())->readable);
    CHECK(os::probe_readiness(pair->first.get())->readable);  // the level, not the edge
}

TEST_CASE("a pipe whose other end is gone is ready for both: the call tells what is wrong") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    os::file_descriptor in(ends[0]), out(ends[1]);
    CHECK_FALSE(os::probe_readiness(in.get())->readable);
    SUBCASE("the writer") {
        out.reset();
        auto now = os::probe_readiness(in.get());
        CHECK(now->readable);
        CHECK(now->hangup);
    }
    SUBCASE("the reader") {
        in.reset();
        auto now = os::probe_readiness(out.get());
        CHECK(now->writable);
        CHECK(now->error);
    }
}

TEST_CASE("a plain file is always ready, and what is not open is an error") {
    os::file_descriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    if (!file) file = os::file_descriptor(::open("/bin/sh", O_RDONLY | O_CLOEXEC));
    REQUIRE(file);
    auto now = os::probe_readiness(file.get());
    CHECK(now->readable);
    CHECK(now->writable);
    CHECK(os::probe_readiness(-1).error() == std::errc::bad_file_descriptor);
    int closed = file.get();
    file.reset();
    CHECK(os::probe_readiness(closed).error() == std::errc::bad_file_descriptor);
}

TEST_CASE("a duplicate is another number for the same file, closed at exec") {
    auto pair = os::open_socket_pair();
    auto same = os::duplicate(pair->first.get(), 40);
    REQUIRE(same);
    CHECK(same->get() >= 40);
    CHECK((::fcntl(same->get(), F_GETFD) & FD_CLOEXEC) != 0);
    pair->first.reset();
    REQUIRE(::write(same->get(), "x", 1) == 1);
    CHECK(os::probe_readiness(pair->second.get())->readable);
    CHECK(os::duplicate(-1).error() == std::errc::bad_file_descriptor);
}
