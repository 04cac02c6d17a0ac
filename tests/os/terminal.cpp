#include <coracle/os/terminal.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <memory>

TEST_CASE("a file is no terminal, a pseudo-terminal is one") {
    std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/dev/null", "w"), &std::fclose);
    REQUIRE(file);
    CHECK_FALSE(coracle::os::is_terminal(file.get()));

    std::unique_ptr<FILE, int (*)(FILE*)> terminal(std::fopen("/dev/ptmx", "r+"), &std::fclose);
    if (terminal) CHECK(coracle::os::is_terminal(terminal.get()));
}
