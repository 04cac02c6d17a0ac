#include <coracle/os/error.hpp>

#include <doctest/doctest.h>

#include <cerrno>

#include <ostream>
#include <system_error>

using namespace coracle;

TEST_CASE("errno becomes an error code that compares with the portable names") {
    errno = ECONNRESET;
    CHECK(os::last_error() == std::errc::connection_reset);
    errno = ENOENT;
    result<int> lost = os::last_failure();
    REQUIRE_FALSE(lost);
    CHECK(lost.error() == std::errc::no_such_file_or_directory);
}

TEST_CASE("would-block and out-of-descriptors are told apart from everything else") {
    auto of = [](int number) { return std::error_code(number, std::system_category()); };
    CHECK(os::is_would_block(of(EAGAIN)));
    CHECK(os::is_would_block(of(EWOULDBLOCK)));
    CHECK_FALSE(os::is_would_block(of(EINPROGRESS)));
    CHECK_FALSE(os::is_would_block(std::error_code()));
    for (int number : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) CHECK(os::is_out_of_descriptors(of(number)));
    CHECK_FALSE(os::is_out_of_descriptors(of(ECONNABORTED)));
}

TEST_CASE("a call that a signal interrupts is made again, and only that") {
    int calls = 0;
    int outcome = os::uninterrupted([&] {
        errno = EINTR;
        return ++calls < 3 ? -1 : 42;
    });
    CHECK(outcome == 42);
    CHECK(calls == 3);

    calls = 0;
    outcome = os::uninterrupted([&] {
        errno = EBADF;
        ++calls;
        return -1;
    });
    CHECK(outcome == -1);
    CHECK(calls == 1);
}
