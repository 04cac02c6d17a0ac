#include <coracle/server/opened_file.hpp>

#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

using namespace coracle;
using server::opened_file;

namespace {

result<opened_file> open(const std::string& path, bool reads = true) {
    return opened_file::of(os::open_trusted(path), reads, os::patience::waits);
}

TEST_CASE("a small file is read at once, a large one is only opened") {
    tree all;
    all.write("a", "hello");
    all.write("b", std::string(opened_file::small + 1, 'x'));
    auto a = open(all.at("a"));
    REQUIRE(a);
    CHECK(*a->content == "hello");
    CHECK(a->facts.size == 5);
    CHECK_FALSE(open(all.at("a"), false)->content);
    auto b = open(all.at("b"));
    REQUIRE(b);
    CHECK_FALSE(b->content);
    CHECK(b->facts.size == opened_file::small + 1);
}

TEST_CASE("what is no plain file is not there") {
    tree all;
    REQUIRE(::mkfifo(all.at("pipe").c_str(), 0600) == 0);
    CHECK(open(all.at("pipe")).error() == std::errc::no_such_file_or_directory);
    CHECK(open("/dev/null").error() == std::errc::no_such_file_or_directory);
    CHECK(open(all.top()).error() == std::errc::is_a_directory);
    CHECK(open(all.at("x")).error() == std::errc::no_such_file_or_directory);
    CHECK(open(std::string("a\0b", 3)).error() == std::errc::no_such_file_or_directory);
}

TEST_CASE("without patience it is the same file, or the wish to wait") {
    tree all;
    all.write("a", "hello");
    REQUIRE(open(all.at("a")));
    auto quick = opened_file::of(os::open_trusted(all.at("a"), os::patience::none), true, os::patience::none);
    if (quick)
        CHECK(*quick->content == "hello");
    else
        CHECK(os::is_would_block(quick.error()));
}

}  // namespace
