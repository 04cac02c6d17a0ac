#include <coracle/os/file_descriptor.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <utility>

using coracle::os::file_descriptor;

namespace {
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
file_descriptor open_something() { return file_descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }
}  // namespace

TEST_CASE("a file descriptor is closed once, by its last owner") {
    int number = -1;
    {
        file_descriptor first = open_something();
        REQUIRE(first);
        number = first.get();
        file_descriptor second = std::move(first);
        CHECK(second.get() == number);
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("moving onto an owner closes what it owned") {
    file_descriptor a = open_something();
    file_descriptor b = open_something();
    int of_a = a.get();
    int of_b = b.get();
    a = std::move(b);
    CHECK_FALSE(is_open(of_a));
    CHECK(a.get() == of_b);
    file_descriptor& same = a;
    a = std::move(same);
    CHECK(is_open(of_b));
}

TEST_CASE("a released descriptor stays open, a reset one does not") {
    file_descriptor owner = open_something();
    int number = owner.release();
    CHECK_FALSE(owner);
    CHECK(is_open(number));
    file_descriptor again(number);
    again.reset();
    CHECK_FALSE(is_open(number));
    again.reset();
    CHECK(file_descriptor().get() == -1);
}
