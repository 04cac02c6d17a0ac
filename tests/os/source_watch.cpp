#include <coracle/os/readiness_probe.hpp>
#include <coracle/os/source_watch.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct folder {
    folder() {
        char name[] = "/tmp/coracle_watch_XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~folder() { std::filesystem::remove_all(path); }
    void write(const std::string& name, const std::string& text) {
        std::filesystem::create_directories(std::filesystem::path(path + '/' + name).parent_path());
        std::ofstream(path + '/' + name) << text;
    }
    std::string at(const std::string& name) const { return path + '/' + name; }
    std::string path;
};
using texts = std::vector<std::string>;

// Whether it says so where it can.
bool told(const os::source_watch& watch) {
    if (watch.descriptor() < 0) return true;
    auto now = os::probe_readiness(watch.descriptor());
    return now && now->readable;
}

}  // namespace

TEST_CASE("what is written, made, renamed over or removed has changed, once") {
    folder here;
    here.write("main.cpp", "1");
    here.write("deep/er/part.hpp", "1");
    here.write("readme.md", "1");
    os::source_watch watch({here.path}, {"*.cpp", "*.hpp"}, {".*"});
    CHECK(watch.size() == 2);
    CHECK(watch.changes().empty());

    here.write("main.cpp", "22");
    CHECK(told(watch));
    CHECK(watch.changes() == texts{here.at("main.cpp")});
    CHECK(watch.changes().empty());

    here.write("deep/er/part.hpp", "22");
    CHECK(told(watch));
    CHECK(watch.changes() == texts{here.at("deep/er/part.hpp")});

    here.write("new/one.cpp", "1");
    CHECK(told(watch));
    CHECK(watch.changes() == texts{here.at("new/one.cpp")});
    here.write("new/one.cpp", "22");  // in a directory that was not there at the beginning
    CHECK(told(watch));
    CHECK(watch.changes() == texts{here.at("new/one.cpp")});

    here.write("main.cpp.new", "22");
    watch.changes();
    std::filesystem::rename(here.at("main.cpp.new"), here.at("main.cpp"));  // same size, another file
    CHECK(told(watch));
    CHECK(watch.changes() == texts{here.at("main.cpp")});

    std::filesystem::remove_all(here.at("deep"));
    CHECK(told(watch));
    CHECK(watch.changes() == texts{here.at("deep/er/part.hpp")});
}

TEST_CASE("globs say what counts and what does not, by name or by path") {
    folder here;
    for (const char* name : {"a.cpp", ".a.cpp", "b.txt", ".git/c.cpp", "build/d.cpp", "lib/build/e.cpp", "lib/f.cpp"})
        here.write(name, "1");
    CHECK(os::source_watch({here.path}, {"*.cpp"}, {}).size() == 6);
    CHECK(os::source_watch({here.path}, {"*.cpp"}, {".*"}).size() == 4);
    CHECK(os::source_watch({here.path}, {"*.cpp"}, {".*", "build"}).size() == 2);
    CHECK(os::source_watch({here.path}, {"*.cpp"}, {".*", here.path + "/build"}).size() == 3);
    CHECK(os::source_watch({here.path}, {"[ab].*"}, {}).size() == 2);
    CHECK(os::source_watch({here.path, here.path + "/lib"}, {"f.cpp"}, {}).size() == 1);  // found twice
    CHECK(os::source_watch({here.path + "/nowhere"}, {"*"}, {}).size() == 0);
    CHECK(os::source_watch({}, {"*"}, {}).size() == 0);
}

TEST_CASE("a link that leads back into its own directory ends the search nowhere") {
    folder here;
    here.write("a.cpp", "1");
    REQUIRE(::symlink(here.path.c_str(), here.at("again").c_str()) == 0);
    REQUIRE(::symlink(here.at("a.cpp").c_str(), here.at("b.cpp").c_str()) == 0);
    REQUIRE(::symlink("/nowhere", here.at("c.cpp").c_str()) == 0);
    CHECK(os::source_watch({here.path}, {"*.cpp"}, {}).size() == 2);
}
