#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/send_file.hpp>

#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <string>

using namespace coracle;

namespace {

struct two_ends {
    os::file_descriptor here, there;
    two_ends() {
        int fds[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
        here = os::file_descriptor(fds[0]);
        there = os::file_descriptor(fds[1]);
        ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
    }
    std::string read() {
        std::string room(1 << 20, '\0');
        ssize_t count = ::recv(there.get(), room.data(), room.size(), MSG_DONTWAIT);
        room.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
        return room;
    }
};

TEST_CASE("bytes of a file go into a socket, as many as there are") {
    tree all;
    all.write("a", "0123456789");
    os::file_descriptor a(::open(all.at("a").c_str(), O_RDONLY));
    two_ends line;
    CHECK(*os::send_file(line.here.get(), a.get(), 2, 3) == 3);
    CHECK(line.read() == "234");
    CHECK(*os::send_file(line.here.get(), a.get(), 7, 1000) == 3);
    CHECK(line.read() == "789");
    CHECK(::lseek(a.get(), 0, SEEK_CUR) == 0);
    CHECK(*os::send_file(line.here.get(), a.get(), 10, 5) == 0);
}

TEST_CASE("P6: a file that is cut while it is sent ends earlier, without a signal") {
    tree all;
    all.write("a", std::string(100'000, 'x'));
    os::file_descriptor a(::open(all.at("a").c_str(), O_RDWR));
    two_ends line;
    CHECK(*os::send_file(line.here.get(), a.get(), 0, 10) == 10);
    REQUIRE(::ftruncate(a.get(), 5) == 0);
    CHECK(*os::send_file(line.here.get(), a.get(), 10, 100) == 0);
    char room[8];
    CHECK(os::read_cached(a.get(), 10, room, sizeof room).value_or(0U) == 0);
}

TEST_CASE("a socket that is full says so, and one whose other end is gone sends no signal") {
    tree all;
    all.write("a", std::string(8 << 20, 'x'));
    os::file_descriptor a(::open(all.at("a").c_str(), O_RDONLY));
    two_ends line;
    result<std::size_t> sent = std::size_t{1};
    while (sent && *sent > 0) sent = os::send_file(line.here.get(), a.get(), 0, 1 << 20);
    REQUIRE_FALSE(sent);
    CHECK(os::is_would_block(sent.error()));
    line.there.reset();
    auto before = std::signal(SIGPIPE, SIG_DFL);
    auto gone = os::send_file(line.here.get(), a.get(), 0, 10);
    std::signal(SIGPIPE, before);
    CHECK(gone.error() == std::errc::broken_pipe);
}

TEST_CASE("offsets beyond four gigabytes are what they say") {
    tree all;
    os::file_descriptor a(::open(all.at("a").c_str(), O_RDWR | O_CREAT, 0600));
    constexpr off_t far = (off_t{5} << 30) + 7;
    REQUIRE(::pwrite(a.get(), "far away", 8, far) == 8);
    two_ends line;
    CHECK(*os::send_file(line.here.get(), a.get(), static_cast<std::uint64_t>(far), 8) == 8);
    CHECK(line.read() == "far away");
    CHECK(*os::send_file(line.here.get(), a.get(), static_cast<std::uint64_t>(far) - 3, 6) == 6);
    CHECK(line.read() == std::string("\0\0\0far", 6));
}

TEST_CASE("what has just been written is in memory, where the system can tell") {
    tree all;
    all.write("a", "0123456789");
    os::file_descriptor a(::open(all.at("a").c_str(), O_RDONLY));
    char room[4];
    auto count = os::read_cached(a.get(), 3, room, sizeof room);
    if (count)
        CHECK(std::string(room, *count) == "3456");
    else
        CHECK(os::is_would_block(count.error()));
}

}  // namespace
