#include <coracle/base/random_sequence.hpp>
#include <coracle/os/directory.hpp>
#include <coracle/os/file_facts.hpp>

#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

using namespace coracle;
using os::links;
using os::patience;

namespace {

std::string content(const os::file_descriptor& of) {
    char room[100];
    ssize_t count = ::pread(of.get(), room, sizeof room, 0);
    return count < 0 ? "unreadable" : std::string(room, static_cast<std::size_t>(count));
}
/// The content, or why there is none.
std::string opened(const result<os::file_descriptor>& found) {
    if (found) return content(*found);
    if (found.error() == std::errc::no_such_file_or_directory || found.error() == std::errc::not_a_directory ||
        found.error() == std::errc::filename_too_long)
        return "none";
    return found.error().message();
}
os::directory top_of(const tree& all) {
    auto top = os::directory::open(all.top());
    REQUIRE(top);
    return std::move(*top);
}

TEST_CASE("a name below a directory is opened, whatever it stands for") {
    tree all;
    all.write("a", "one");
    all.write("d/e/f", "two");
    os::directory top = top_of(all);
    CHECK(opened(top.open_below("a", links::refuse)) == "one");
    CHECK(opened(top.open_below("d/e/f", links::refuse)) == "two");
    CHECK(opened(top.open_below("d/e/f", links::follow)) == "two");
    CHECK(os::look_at(top.open_below("d", links::refuse)->get())->kind == os::file_kind::directory);
    CHECK(opened(top.open_below("d/x", links::refuse)) == "none");
    CHECK(opened(top.open_below("a/x", links::refuse)) == "none");
    CHECK(opened(top.open_below(std::string(300, 'x'), links::refuse)) == "none");
    CHECK(opened(top.open_below(std::string("a\0b", 3), links::refuse)) == "none");
}

TEST_CASE("a directory that is none cannot be opened") {
    tree all;
    all.write("a", "one");
    CHECK(os::directory::open(all.at("a")).error() == std::errc::not_a_directory);
    CHECK(os::directory::open(all.at("x")).error() == std::errc::no_such_file_or_directory);
    CHECK(os::directory::open(std::string("a\0b", 3)).error() == std::errc::invalid_argument);
}

TEST_CASE("P3: a link leads nowhere, at the end and in the middle, out and within, unless links are followed") {
    tree all;
    all.write("d/a", "one");
    all.link("d/a", "within");
    all.link("../secret", "out");
    all.link("..", "up");
    all.link("d", "same");
    all.link("/", "root");
    all.link("loop", "loop");
    os::directory top = top_of(all);
    auto walked = [&](const char* name) {
        auto found = os::detail::walk_to(top.native_handle(), name);
        return found ? content(*found) : std::string("none");
    };
    for (const char* name : {"within", "out", "up/secret", "same/a", "loop", "root/etc/hostname", "up", "dangling"}) {
        CHECK_MESSAGE(opened(top.open_below(name, links::refuse)) == "none", name);
        CHECK_MESSAGE(walked(name) == "none", name);
    }
    CHECK(opened(top.open_below("within", links::follow)) == "one");
    CHECK(opened(top.open_below("same/a", links::follow)) == "one");
    CHECK(opened(top.open_below("out", links::follow)) == "secret");
    CHECK(opened(top.open_below("loop", links::follow)) == "none");
}

TEST_CASE("a pipe or a terminal is opened without waiting, and known for what it is") {
    tree all;
    REQUIRE(::mkfifo(all.at("pipe").c_str(), 0600) == 0);
    os::directory top = top_of(all);
    auto pipe = top.open_below("pipe", links::refuse);
    REQUIRE(pipe);
    CHECK(os::look_at(pipe->get())->kind == os::file_kind::other);
    auto walked = os::detail::walk_to(top.native_handle(), "pipe");
    REQUIRE(walked);
    CHECK(os::look_at(walked->get())->kind == os::file_kind::other);
}

TEST_CASE("what was looked at before is found without waiting, or else the caller is told to wait") {
    tree all;
    all.write("d/a", "one");
    os::directory top = top_of(all);
    CHECK(opened(top.open_below("d/a", links::refuse)) == "one");
    auto quick = top.open_below("d/a", links::refuse, patience::none);
    if (quick)
        CHECK(content(*quick) == "one");
    else
        CHECK(os::is_would_block(quick.error()));
    auto again = os::directory::open(all.top(), patience::none);
    CHECK((again || os::is_would_block(again.error())));
}

TEST_CASE("a directory that is renamed stays what it is, and one in its place is another") {
    tree all;
    all.write("a", "old");
    os::directory top = top_of(all);
    std::filesystem::rename(all.top(), all.base() + "/moved");
    std::filesystem::create_directory(all.top());
    all.write("a", "new");
    CHECK(opened(top.open_below("a", links::refuse)) == "old");
    CHECK(opened(top_of(all).open_below("a", links::refuse)) == "new");
}

TEST_CASE("P1 P3: no path leaves the directory, by the kernel's walk and by our own") {
    tree all;
    for (const char* name : {"a", "b/c", "b/d/e", "b/d/secret"}) all.write(name, name);
    all.link("../secret", "out");
    all.link("..", "up");
    all.link("../../..", "b/up");
    all.link("../a", "b/in");
    all.link("d", "b/same");
    all.link(all.base(), "absolute");
    const std::vector<std::string> parts = {"a",    "b",  "c",    "d",      "e",         "..",  ".",      "",
                                            "out",  "up", "in",   "same",   "absolute",  "...", "secret", "top",
                                            "..\\", "~",  "b\\d", "%2e%2e", "proc/self", "/",   "tmp"};
    os::directory top = top_of(all);
    random_sequence dice(11);
    int found = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string path = parts[dice.below(parts.size())];
        for (std::uint64_t n = dice.below(6); n-- > 0;) path += '/' + parts[dice.below(parts.size())];
        // The oracle: the path as it stands is a plain file's own name, no part of it a link or a step.
        namespace fs = std::filesystem;
        std::error_code none;
        fs::path whole = fs::path(all.top()) / path;
        bool there = !path.starts_with('/') && fs::is_regular_file(fs::symlink_status(whole, none)) &&
                     fs::canonical(whole, none).string() == all.at(path);
        std::string wanted = there ? all.read(path) : "none";
        std::string got = opened(top.open_below(path, links::refuse));
        if (got == "Is a directory" || got == "unreadable") got = "none";
        CHECK_MESSAGE(got == wanted, path);
        auto walked = os::detail::is_plain_path(path) ? os::detail::walk_to(top.native_handle(), path)
                                                      : result<os::file_descriptor>(os::file_descriptor());
        std::string mine = walked && *walked ? content(*walked) : "none";
        if (mine == "unreadable") mine = "none";
        CHECK_MESSAGE(mine == wanted, path);
        found += there;
    }
    CHECK(found > 100);
}

}  // namespace
