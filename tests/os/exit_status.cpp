#include <coracle/os/exit_status.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace coracle;

namespace {

template <class Body>
os::exit_status ending_of(Body body) {
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        body();
        ::_exit(99);
    }
    int raw = 0;
    REQUIRE(::waitpid(child, &raw, 0) == child);
    return os::exit_status(raw);
}

}  // namespace

TEST_CASE("a process ends with a code, or by a signal, and both say so") {
    os::exit_status zero = ending_of([] { ::_exit(0); });
    CHECK(zero.ok());
    CHECK(zero.code() == 0);
    CHECK(zero.signal() == 0);

    os::exit_status three = ending_of([] { ::_exit(3); });
    CHECK_FALSE(three.ok());
    CHECK(three.code() == 3);
    CHECK(three.text() == "exit code 3");
    bool same = three == zero;
    CHECK_FALSE(same);

    os::exit_status killed = ending_of([] { ::raise(SIGKILL); });
    CHECK_FALSE(killed.ok());
    CHECK_FALSE(killed.code());
    CHECK(killed.signal() == SIGKILL);
    CHECK(killed.text() == "ended by signal 9");
}

TEST_CASE("an end that nobody knows of is neither good nor bad") {
    os::exit_status unknown;
    CHECK_FALSE(unknown.ok());
    CHECK_FALSE(unknown.code());
    CHECK(unknown.signal() == 0);
    CHECK(unknown.text() == "ended, and somebody else was told how");
}
