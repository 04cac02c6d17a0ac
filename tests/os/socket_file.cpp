#include <coracle/os/socket_file.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {

struct folder {
    std::string path = "/tmp/coracle-test-XXXXXX";
    folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
    ~folder() {
        ::unlink(name().c_str());
        ::rmdir(path.c_str());
    }
    std::string name() const { return path + "/door"; }
};
bool exists(const std::string& path) {
    struct stat file{};
    return ::lstat(path.c_str(), &file) == 0;
}
struct door {
    os::file_descriptor socket;
    os::socket_file file;
};
result<door> open_door(std::string_view path) {
    auto where = os::socket_address::local(path);
    REQUIRE(where);
    auto socket = os::open_stream_socket(*where);
    REQUIRE(socket);
    auto file = os::socket_file::bind(socket->get(), *where);
    if (!file) return failure(file.error());
    REQUIRE(os::listen_on(socket->get(), 1));
    return door{std::move(*socket), std::move(*file)};
}

}  // namespace

TEST_CASE("the name of a unix socket goes with its owner") {
    folder in;
    {
        auto made = open_door(in.name());
        REQUIRE(made);
        CHECK(exists(in.name()));
        door moved = std::move(*made);
        CHECK(exists(in.name()));
    }
    CHECK_FALSE(exists(in.name()));
}

TEST_CASE("a name that a dead server left behind is taken over") {
    folder in;
    {
        auto where = os::socket_address::local(in.name());
        auto dead = os::open_stream_socket(*where);
        REQUIRE(os::bind_socket(dead->get(), *where));
        REQUIRE(os::listen_on(dead->get()));
    }
    REQUIRE(exists(in.name()));
    auto made = open_door(in.name());
    CHECK(made);
}

TEST_CASE("a living server keeps its name, also with a full backlog") {
    folder in;
    auto living = open_door(in.name());
    REQUIRE(living);
    for (int i = 0; i < 8; ++i) {
        auto second = open_door(in.name());
        REQUIRE_FALSE(second);
        CHECK(second.error() == std::errc::address_in_use);
        CHECK(exists(in.name()));
    }
}

TEST_CASE("a server that has bound and does not listen yet keeps its name") {
    folder in;
    auto where = os::socket_address::local(in.name());
    auto young = os::open_stream_socket(*where);
    auto file = os::socket_file::bind(young->get(), *where);
    REQUIRE(file);
    auto second = open_door(in.name());
    REQUIRE_FALSE(second);
    CHECK(second.error() == std::errc::address_in_use);
    CHECK(exists(in.name()));
}

TEST_CASE("a name that a datagram socket has is left to it") {
    folder in;
    auto where = os::socket_address::local(in.name());
    os::file_descriptor other(::socket(AF_UNIX, SOCK_DGRAM, 0));
    REQUIRE(os::bind_socket(other.get(), *where));
    CHECK_FALSE(open_door(in.name()));
    CHECK(exists(in.name()));
}

TEST_CASE("a file that is no socket is never removed") {
    folder in;
    std::FILE* file = std::fopen(in.name().c_str(), "w");
    REQUIRE(file != nullptr);
    std::fputs("precious", file);
    std::fclose(file);
    auto refused = open_door(in.name());
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == std::errc::address_in_use);
    struct stat after{};
    REQUIRE(::lstat(in.name().c_str(), &after) == 0);
    CHECK(after.st_size == 8);

    // Nor is what a link points to, even when that is a dead socket.
    ::unlink(in.name().c_str());
    REQUIRE(::symlink("/nowhere/at/all", in.name().c_str()) == 0);
    CHECK_FALSE(open_door(in.name()));
    CHECK(exists(in.name()));
}

TEST_CASE("a name that another server has taken meanwhile is left to it") {
    folder in;
    auto first = open_door(in.name());
    REQUIRE(first);
    ::unlink(in.name().c_str());
    auto second = open_door(in.name());
    REQUIRE(second);
    first->file.remove();
    CHECK(exists(in.name()));
    second->file.remove();
    CHECK_FALSE(exists(in.name()));
}

#if defined(__linux__)
TEST_CASE("an abstract name leaves nothing behind") {
    std::string name = "#coracle-test-" + std::to_string(::getpid());
    name.front() = '\0';
    {
        auto made = open_door(name);
        REQUIRE(made);
        auto second = open_door(name);
        REQUIRE_FALSE(second);
        CHECK(second.error() == std::errc::address_in_use);
    }
    CHECK(open_door(name));
}
#endif
