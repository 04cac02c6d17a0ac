#include <coracle/base/assert.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstdio>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace {

struct outcome {
    int status;
    std::string said;
};

// What becomes of a process that runs `act`, and what it writes to stderr.
template <class F>
outcome in_child(F act) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // Neither doctest nor a sanitizer shall catch the abort.
        std::signal(SIGABRT, SIG_DFL);
        ::dup2(ends[1], 2);
        ::close(ends[0]);
        ::close(ends[1]);
        act();
        ::_exit(0);
    }
    ::close(ends[1]);
    outcome result{};
    char block[512];
    for (;;) {
        auto count = ::read(ends[0], block, sizeof block);
        if (count <= 0) break;
        result.said.append(block, static_cast<std::size_t>(count));
    }
    ::close(ends[0]);
    REQUIRE(::waitpid(child, &result.status, 0) == child);
    return result;
}

}  // namespace

TEST_CASE("a true condition costs nothing and says nothing") {
    int evaluated = 0;
    outcome result = in_child([&] { CORACLE_ASSERT(++evaluated == 1); });
    CHECK(WIFEXITED(result.status));
    CHECK(result.said.empty());
}

#if !defined(NDEBUG)
TEST_CASE("a false condition aborts, and says which and where") {
    outcome result = in_child([] { CORACLE_ASSERT(1 + 1 == 3); });
    CHECK(WIFSIGNALED(result.status));
    CHECK(WTERMSIG(result.status) == SIGABRT);
    CHECK(result.said.find("coracle: internal error: 1 + 1 == 3 is false at ") == 0);
    CHECK(result.said.find("assert.cpp:") != std::string::npos);
    CHECK(result.said.back() == '\n');
}
#endif

TEST_CASE("a condition holds commas within parentheses, and stands wherever an expression may") {
    auto same = [](int a, int b) { return a == b; };
    CORACLE_ASSERT(same(1, 1));
    if (same(1, 1))
        CORACLE_ASSERT(true);
    else
        CORACLE_ASSERT(false);
    int value = (CORACLE_ASSERT(true), 7);
    CHECK(value == 7);
}

namespace {
constexpr int checked_half(int even) {
    CORACLE_ASSERT(even % 2 == 0);
    return even / 2;
}
static_assert(checked_half(4) == 2);
}  // namespace
