// temporary_folder: a folder for one test, gone with all that is in it at its end.
#pragma once

#include <doctest/doctest.h>

#include <stdlib.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

struct temporary_folder {
    std::string path = (std::filesystem::temp_directory_path() / "coracle-test-XXXXXX").string();

    temporary_folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
    temporary_folder(const temporary_folder&) = delete;
    ~temporary_folder() { std::filesystem::remove_all(path); }

    std::string in(std::string_view name) const { return (std::filesystem::path(path) / name).string(); }
    /// How many there are.
    std::size_t files() const {
        std::filesystem::directory_iterator all(path);
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }
};

inline std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
