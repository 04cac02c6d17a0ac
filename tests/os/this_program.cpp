#include <coracle/os/this_program.hpp>

#include <doctest/doctest.h>

#include <unistd.h>

using namespace coracle;

TEST_CASE("this program has a file that can be run, and its words") {
    auto self = os::this_program();
    REQUIRE(self);
    REQUIRE(!self->words.empty());
    CHECK(self->words.front().front() == '/');
    CHECK(::access(self->words.front().c_str(), X_OK) == 0);
    CHECK(os::process_number() == ::getpid());
}

TEST_CASE("words are what stands between NULs") {
    using namespace std::string_literals;
    CHECK(os::detail::split_at_nul("a\0\0b c\0"s) == std::vector<std::string>{"a", "", "b c"});
    CHECK(os::detail::split_at_nul("").empty());
}
