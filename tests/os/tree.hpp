// A small tree of files for tests, with a secret beside it and every kind of link to that. Gone with the object.
#pragma once

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

/// in: what holds a place for files.
class tree {
public:
    tree() {
        char name[] = "/tmp/coracle-tree-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        base_ = name;
        std::filesystem::create_directory(base_ + "/top");
        std::filesystem::create_directory(base_ + "/top-private");
        write("../secret", "secret");
        write("../top-private/secret", "secret");
    }
    tree(const tree&) = delete;
    ~tree() { std::filesystem::remove_all(base_); }

    /// The directory that may be seen, and the one around it.
    std::string top() const { return base_ + "/top"; }
    const std::string& base() const { return base_; }
    std::string at(std::string_view name) const { return top() + '/' + std::string(name); }

    void write(std::string_view name, std::string_view text) const {
        std::filesystem::create_directories(std::filesystem::path(at(name)).parent_path());
        std::ofstream(at(name), std::ios::binary) << text;
    }
    void link(const std::string& to, std::string_view name) const {
        REQUIRE(::symlink(to.c_str(), at(name).c_str()) == 0);
    }
    std::string read(std::string_view name) const {
        std::ifstream in(at(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }

private:
    std::string base_;
};
