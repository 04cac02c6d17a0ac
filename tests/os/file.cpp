#include <coracle/os/file.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

using namespace coracle;
using os::file;
using os::file_mode;

namespace {

struct folder {
    std::string path;
    folder() {
        char name[] = "/tmp/coracle-file-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~folder() {
        for (const char* each : {"a", "b", "link"}) ::unlink((path + "/" + each).c_str());
        CHECK(::rmdir(path.c_str()) == 0);  // nothing else was left in it
    }
};

}  // namespace

TEST_CASE("a file is made, written, read in pieces, at places, and to its end") {
    folder in;
    auto made = file::open(in.path + "/a", file_mode::create);
    REQUIRE(made);
    REQUIRE(made->write("hello world"));
    CHECK(*made->size() == 11);
    CHECK(*made->read(10) == "");
    CHECK(*made->read_at(6, 100) == "world");
    REQUIRE(made->write_at(0, "HE"));
    REQUIRE(made->sync());
    CHECK((::fcntl(made->native_handle(), F_GETFD) & FD_CLOEXEC) != 0);
    REQUIRE(made->close());
    auto again = file::open(in.path + "/a", file_mode::read);
    CHECK(*again->read(3) == "HEl");
    CHECK(*again->read_all() == "lo world");
    CHECK(*again->read(3) == "");
    auto refused = again->write("x");
    CHECK(refused.error().message() == "cannot write to '" + in.path + "/a': Bad file descriptor");
}

TEST_CASE("each mode makes, empties, appends or refuses") {
    folder in;
    std::string a = in.path + "/a";
    CHECK(file::open(a, file_mode::read).error().message() == "cannot open '" + a + "': No such file or directory");
    CHECK(file::open(a, file_mode::update).error().code() == std::errc::no_such_file_or_directory);
    REQUIRE(os::write_file(a, "one"));
    CHECK(file::open(a, file_mode::create).error().code() == std::errc::file_exists);
    REQUIRE(os::write_file(a, "two", file_mode::append));
    CHECK(*os::read_file(a) == "onetwo");
    {
        auto update = file::open(a, file_mode::update);
        REQUIRE(update->write("1"));
        REQUIRE(update->resize(4));
    }
    CHECK(*os::read_file(a) == "1net");
    REQUIRE(os::write_file(a, ""));
    CHECK(*os::read_file(a) == "");
    CHECK(file::open(std::string("a\0b", 3), file_mode::read).error().code() == std::errc::invalid_argument);
    CHECK(os::read_file(in.path).error().code() == std::errc::is_a_directory);
}

TEST_CASE("a whole file is read whatever size it says, up to a limit, and until it is asked to stop") {
    folder in;
    std::string a = in.path + "/a";
    std::string much(3 << 20, 'x');
    for (std::size_t i = 0; i < much.size(); ++i) much[i] = static_cast<char>('a' + i % 23);
    REQUIRE(os::write_file(a, much));
    bool same = *os::read_file(a) == much && *os::read_file(a, much.size()) == much;
    CHECK(same);
    CHECK(os::read_file(a, much.size() - 1).error().code() == std::errc::file_too_large);
    CHECK(os::read_file("/dev/zero", 5 << 20).error().code() == std::errc::file_too_large);
    stop_source stop;
    stop.request_stop();
    CHECK(os::read_file("/dev/zero", file::no_limit, stop.get_token()).error().code() == std::errc::operation_canceled);
    if (::access("/proc/self/status", R_OK) == 0) CHECK(os::read_file("/proc/self/status")->size() > 100);
}

TEST_CASE("a file is replaced in one step, keeps its permissions, and a link stays a link") {
    folder in;
    std::string a = in.path + "/a";
    REQUIRE(os::replace_file(a, "first"));
    CHECK(*os::read_file(a) == "first");
    ::chmod(a.c_str(), 0640);
    auto old = file::open(a, file_mode::read);
    std::string link = in.path + "/link";
    REQUIRE(::symlink("a", link.c_str()) == 0);
    REQUIRE(os::replace_file(link, "second"));
    CHECK(*old->read_all() == "first");
    CHECK(*os::read_file(a) == "second");
    struct stat about{};
    REQUIRE(::stat(a.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0640);
    REQUIRE(::lstat(link.c_str(), &about) == 0);
    CHECK(S_ISLNK(about.st_mode));
    CHECK(os::replace_file(in.path + "/no/where", "x").error().code() == std::errc::no_such_file_or_directory);
    CHECK(os::replace_file(in.path, "x").error().message().find("replace '") != std::string::npos);
}

TEST_CASE("a full disk is told") {
    if (::access("/dev/full", W_OK) != 0) return;
    auto full = os::write_file("/dev/full", "x", file_mode::append);
    REQUIRE_FALSE(full);
    CHECK(full.error().message() == "cannot write to '/dev/full': No space left on device");
}
