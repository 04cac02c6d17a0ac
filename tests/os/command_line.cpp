#include <coracle/os/command_line.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace coracle;

namespace {

int times(const std::vector<std::string>& all, std::string_view start) {
    return static_cast<int>(
        std::count_if(all.begin(), all.end(), [&](const std::string& each) { return each.starts_with(start); }));
}

}  // namespace

TEST_CASE("a command line is a program and its words, as they are") {
    os::command_line what("grep", "-n", std::string("a b; rm *"));
    what.argument("file").arguments({"more", ""});
    CHECK(what.program() == "grep");
    CHECK(what.words() == std::vector<std::string>{"grep", "-n", "a b; rm *", "file", "more", ""});
    CHECK(what.where().empty());
    CHECK(what.check());
}

TEST_CASE("variables are added, replaced and taken away, and the rest is ours") {
    ::setenv("CORACLE_TEST", "ours", 1);
    ::setenv("CORACLE_TEST_TOO", "also", 1);
    os::command_line what("env");
    CHECK(times(what.variables(), "CORACLE_TEST=ours") == 1);
    what.environment("CORACLE_TEST", "first")
        .environment("CORACLE_TEST", "second")
        .without_environment("CORACLE_TEST_TOO");
    CHECK(times(what.variables(), "CORACLE_TEST=") == 1);
    CHECK(times(what.variables(), "CORACLE_TEST=second") == 1);
    CHECK(times(what.variables(), "CORACLE_TEST_TOO") == 0);
    CHECK(times(what.variables(), "PATH=") == 1);
    what.clean_environment();
    CHECK(what.variables() == std::vector<std::string>{"CORACLE_TEST=second"});
    ::unsetenv("CORACLE_TEST");
    ::unsetenv("CORACLE_TEST_TOO");
}

TEST_CASE("what would not reach the program as it is written is refused") {
    CHECK(os::command_line("").check().error() == std::errc::invalid_argument);
    CHECK_FALSE(os::command_line("ls", std::string("a\0b", 3)).check());
    CHECK_FALSE(os::command_line("ls").directory(std::string("a\0b", 3)).check());
    CHECK_FALSE(os::command_line("ls").environment("", "x").check());
    CHECK_FALSE(os::command_line("ls").environment("a=b", "x").check());
    CHECK_FALSE(os::command_line("ls").environment("a", std::string("\0", 1)).check());
    CHECK(os::command_line("ls").environment("a", "b=c").check());
}

TEST_CASE("streams of which nothing is said are not there, the others are a kind or a descriptor") {
    os::command_line what("ls");
    what.input(7).errors(os::stdio::output);
    CHECK(what.stream_of(0)->fd == 7);
    CHECK_FALSE(what.stream_of(1));
    bool merged = what.stream_of(2)->kind == os::stdio::output;
    CHECK(merged);
    CHECK_FALSE(what.has_own_group());
    CHECK(what.own_group().has_own_group());
    CHECK(what.output_limit(10).limit() == 10);
}
