#include <coracle/server/reload.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

// A program that writes down its life, and a build that may fail.
struct workplace {
    workplace() {
        char name[] = "/tmp/coracle_reload_XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
        // Whoever reads that it has started may tell it to stop: the trap comes first.
        write("program", "#!/bin/sh\ntrap 'echo stop >> " + path + "/log; exit 0' TERM\n" + "echo \"start $(cat " +
                             path + "/built) $CORACLE_RELOAD_CHILD\" >> " + path + "/log\n" + "case $(cat " + path +
                             "/built) in crash) exit 7;; esac\n" + "while :; do sleep 0.05; done\n");
        REQUIRE(::chmod((path + "/program").c_str(), 0755) == 0);
        write("built", "one");
        write("source.cpp", "one");
    }
    ~workplace() { std::filesystem::remove_all(path); }
    void write(const std::string& name, const std::string& text) { std::ofstream(path + '/' + name) << text; }
    std::string log() const {
        std::ifstream file(path + "/log");
        return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    bool says(const std::string& text) const {
        for (int i = 0; i < 2000 && log() != text; ++i) std::this_thread::sleep_for(5ms);
        return log() == text;
    }
    server::reload_options options() const {
        server::reload_options how;
        how.on = true;
        how.dirs = {path};
        how.delay = 20ms;
        how.command = "test \"$(cat " + path + "/source.cpp)\" != wrong && cp " + path + "/source.cpp " + path +
                      "/built || { echo failed >> " + path + "/log; exit 1; }";
        return how;
    }
    std::string path;
};

// In a thread, until the end of the block.
struct reloading {
    explicit reloading(const workplace& in, server::reload_options how)
        : reloader({.host = "127.0.0.1", .port = 0}, std::move(how), {in.path + "/program"}),
          thread([this] { code = reloader.run(); }) {}
    ~reloading() {
        ::kill(::getpid(), SIGTERM);
        thread.join();
        CHECK(code == 0);
    }
    int code = -1;
    server::reloader reloader;
    std::thread thread;
};

}  // namespace

TEST_CASE("T39: an edit is built and served; a build that fails leaves the old program alone; a crash is waited out") {
    workplace here;
    {
        reloading now(here, here.options());
        CHECK(here.says("start one 3\n"));
        here.write("source.cpp", "two2");
        CHECK(here.says("start one 3\nstop\nstart two2 3\n"));
        here.write("source.cpp", "wrong");
        CHECK(here.says("start one 3\nstop\nstart two2 3\nfailed\n"));
        here.write("source.cpp", "crash!");
        here.write("source.cpp", "crash");
        std::string before = "start one 3\nstop\nstart two2 3\nfailed\nstop\nstart crash 3\n";
        CHECK(here.says(before));
        here.write("source.cpp", "three");
        CHECK(here.says(before + "start three 3\n"));
    }
    CHECK(here.log().ends_with("start three 3\nstop\n"));
}

TEST_CASE("without a command a new program file is the change") {
    workplace here;
    server::reload_options how = here.options();
    how.command.clear();
    reloading now(here, how);
    CHECK(here.says("start one 3\n"));
    here.write("source.cpp", "two2");  // nobody builds it
    std::filesystem::copy_file(here.path + "/program", here.path + "/new");
    here.write("built", "two");
    std::filesystem::rename(here.path + "/new", here.path + "/program");
    CHECK(here.says("start one 3\nstop\nstart two 3\n"));
}

TEST_CASE("what cannot be listened on is said at once") {
    workplace here;
    auto make = [&](run_options where) { server::reloader one(where, here.options(), {here.path + "/program"}); };
    CHECK_THROWS_AS(make({.host = "192.0.2.1", .port = 1}), std::system_error);
    CHECK_THROWS_AS(make({.host = "nonsense"}), std::logic_error);
    CHECK_THROWS_AS(make({.fd = 9999}), std::system_error);
}
