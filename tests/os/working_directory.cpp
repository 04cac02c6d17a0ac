#include <coracle/os/working_directory.hpp>

#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <filesystem>

using namespace coracle;

namespace {

TEST_CASE("the working directory has a name of any length, and none when it is gone") {
    tree all;
    std::string before = os::working_directory();
    CHECK(before == std::filesystem::current_path().string());
    std::string deep;
    for (int i = 0; i < 6; ++i) deep += std::string(100, static_cast<char>('a' + i)) + '/';
    all.write(deep + "x", "");
    std::filesystem::current_path(all.at(deep));
    CHECK(os::working_directory() + '/' == std::filesystem::canonical(all.at(deep)).string() + '/');
    std::filesystem::remove_all(all.top());
    CHECK(os::working_directory().empty());
    std::filesystem::current_path(before);
}

}  // namespace
