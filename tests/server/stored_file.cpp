#include <doctest/doctest.h>

#include <os/temporary_folder.hpp>

#include <coracle/server/stored_file.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>

using namespace coracle;

namespace {}  // namespace

TEST_CASE("a file without a name is in no directory, and is read where it was written") {
    temporary_folder here;
    const char* before = std::getenv("TMPDIR");
    std::string kept = before ? before : "";
    ::setenv("TMPDIR", here.path.c_str(), 1);
    std::unique_ptr<disk_file> file = disk_file::unnamed();
    file->append("hello, ");
    file->append("world");
    CHECK(here.files() == 0);
    CHECK(file->read_at(7, 100) == "world");
    CHECK(file->read_at(100, 100).empty());
    file->keep();
    CHECK(file->read_at(0, 5) == "hello");
    CHECK(file->path().empty());
    ::setenv("TMPDIR", (here.path + "/none").c_str(), 1);
    CHECK_THROWS_AS(disk_file::unnamed(), std::system_error);
    if (before)
        ::setenv("TMPDIR", kept.c_str(), 1);
    else
        ::unsetenv("TMPDIR");
}

TEST_CASE("a file that is not kept is deleted, and takes the place of another one only when it is") {
    temporary_folder here;
    std::string path = here.path + "/a";
    disk_file::create(path);
    CHECK(here.files() == 0);
    auto first = disk_file::create(path);
    CHECK_THROWS_AS(disk_file::create(path), std::system_error);
    first->append("first");
    first->keep();
    first->keep();
    CHECK(first->path() == path);
    first.reset();
    CHECK(content_of(path) == "first");
    {
        auto second = disk_file::instead_of(path);
        second->append("half");
        CHECK(content_of(path) == "first");
    }
    CHECK(here.files() == 1);
    auto second = disk_file::instead_of(path);
    second->append("second");
    CHECK(content_of(path) == "first");
    second->keep();
    CHECK(content_of(path) == "second");
    CHECK(here.files() == 1);
    auto somewhere = disk_file::create_in(here.path);
    somewhere->keep();
    CHECK(somewhere->path().starts_with(here.path + "/"));
    CHECK(here.files() == 2);
    CHECK_THROWS_AS(disk_file::create_in(here.path + "/none"), std::system_error);
    CHECK_THROWS_AS(disk_file::create(std::string("a\0b", 3)), std::system_error);
}
