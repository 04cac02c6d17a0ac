#include <coracle/loop/readable.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

std::pair<os::file_descriptor, os::file_descriptor> socket_pair() {
    auto made = os::open_socket_pair();
    REQUIRE(made);
    return std::move(*made);
}
void put(int fd, std::string_view bytes) {
    REQUIRE(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}
std::size_t take(int fd) {
    char room[4096];
    auto count = ::read(fd, room, sizeof room);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}
void fill(int fd) {
    std::string much(1 << 16, 'x');
    while (::write(fd, much.data(), much.size()) > 0) {
    }
}
// As many as are open now; waiting must not leave any behind.
int open_descriptors() {
    int count = 0;
    for (int fd = 0; fd < 256; ++fd)
        if (::fcntl(fd, F_GETFD) >= 0) ++count;
    return count;
}

}  // namespace

TEST_CASE("what is ready already is told at once, again and again, and nothing is taken") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        put(theirs.get(), "abc");
        for (int i = 0; i < 300; ++i) {
            os::readiness now = co_await readable(mine.get());
            REQUIRE(now.readable);
            now = co_await writable(mine.get());
            REQUIRE(now.writable);
        }
        CHECK(take(mine.get()) == 3);
    };
    run(test());
}

TEST_CASE("a wait ends when the descriptor becomes ready, one after another on the same descriptor") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        int before = open_descriptors();
        std::size_t got = 0;
        auto reads = [&]() -> task<> {
            for (int i = 0; i < 50; ++i) {
                co_await readable(mine.get());
                std::size_t count = take(mine.get());
                REQUIRE(count > 0);
                got += count;
            }
        };
        auto writes = [&]() -> task<> {
            for (int i = 0; i < 50; ++i) {
                co_await sleep(100us);
                put(theirs.get(), "x");
                std::size_t wanted = got + 1;
                while (got < wanted) co_await sleep(0s);
            }
        };
        co_await gather(reads(), writes());
        CHECK(got == 50);
        CHECK(open_descriptors() == before);
    };
    run(test());
}

TEST_CASE("two jobs wait for the same descriptor in different directions, and others in the same one") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        fill(mine.get());
        std::string order;
        auto reads = [&]() -> task<> {
            co_await readable(mine.get());
            order += 'r';
        };
        auto writes = [&]() -> task<> {
            co_await writable(mine.get());
            order += 'w';
        };
        auto peer = [&]() -> task<> {
            co_await sleep(1ms);
            CHECK(order.empty());
            put(theirs.get(), "x");
            while (order.size() < 2) co_await sleep(0s);
            CHECK(order == "rr");
            while (take(theirs.get()) > 0) {
            }
        };
        co_await gather(reads(), writes(), reads(), writes(), peer());
        CHECK(order == "rrww");
    };
    run(test());
}

TEST_CASE("a descriptor that a stream of ours watches can be waited for too") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        loop::descriptor stream(std::move(mine));
        auto reads = [&]() -> task<> {
            os::readiness now = co_await readable(stream.get());
            CHECK(now.readable);
        };
        auto writes = [&]() -> task<> {
            co_await sleep(1ms);
            put(theirs.get(), "x");
        };
        co_await gather(reads(), writes());
    };
    run(test());
}

TEST_CASE("who is late finds the bytes taken and goes on waiting") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        std::vector<int> got;
        auto reads = [&](int who) -> task<> {
            co_await readable(mine.get());
            CHECK(take(mine.get()) == 1);
            got.push_back(who);
        };
        auto writes = [&]() -> task<> {
            for (std::size_t i = 1; i <= 3; ++i) {
                put(theirs.get(), "x");
                while (got.size() < i) co_await sleep(0s);
                co_await sleep(1ms);
                CHECK(got.size() == i);
            }
        };
        co_await gather(reads(1), reads(2), reads(3), writes());
        CHECK(got.size() == 3);
    };
    run(test());
}

TEST_CASE("the end of a stream is readable, and says that it is a hang-up") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        auto reads = [&]() -> task<> {
            os::readiness now = co_await readable(mine.get());
            CHECK(now.readable);
            CHECK(now.hangup);
        };
        auto ends = [&]() -> task<> {
            co_await sleep(1ms);
            theirs.reset();
        };
        co_await gather(reads(), ends());
        os::readiness now = co_await readable(mine.get());
        CHECK(now.hangup);
        now = co_await writable(mine.get());
        CHECK(now.writable);
    };
    run(test());
}

TEST_CASE("a plain file and /dev/null are always ready") {
    auto test = []() -> task<> {
        for (const char* path : {"/bin/sh", "/dev/null", "/tmp"}) {
            os::file_descriptor file(::open(path, O_RDONLY | O_CLOEXEC));
            REQUIRE(file);
            os::readiness now = co_await readable(file.get());
            CHECK(now.readable);
            now = co_await writable(file.get());
            CHECK(now.writable);
        }
    };
    run(test());
}

TEST_CASE("a descriptor that is not open is an error that says so") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        int closed = mine.get();
        mine.reset();
        std::string said;
        for (int fd : {closed, -1}) {
            try {
                co_await readable(fd);
            } catch (const std::system_error& error) {
                CHECK(error.code() == std::errc::bad_file_descriptor);
                said = error.what();
            }
            CHECK(said.find("not open") != std::string::npos);
        }
    };
    run(test());
}

TEST_CASE("closing a descriptor does not end the wait, and its number may be given out again") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        auto [other, far] = socket_pair();
        int number = mine.get();
        bool woken = false;
        auto reads = [&]() -> task<> {
            co_await readable(number);
            woken = true;
        };
        auto reuses = [&]() -> task<> {
            co_await sleep(1ms);
            mine.reset();
            os::file_descriptor again(::fcntl(other.get(), F_DUPFD_CLOEXEC, number));
            CHECK(again.get() == number);
            put(far.get(), "not for the waiter");
            co_await sleep(2ms);
            CHECK_FALSE(woken);
            theirs.reset();  // the open file lives on in the wait
        };
        co_await gather(reads(), reuses());
        CHECK(woken);
    };
    run(test());
}

TEST_CASE("a cancelled wait leaves nothing behind") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        int before = open_descriptors();
        int heard = 0;
        async::cancel_scope part(async::this_job());
        auto reads = [&]() -> task<> {
            try {
                co_await readable(mine.get());
            } catch (const cancelled&) {
                ++heard;
            }
        };
        auto cancels = [&]() -> task<> {
            co_await sleep(1ms);
            CHECK(open_descriptors() == before + 2);
            part.cancel();
            CHECK(open_descriptors() == before);
        };
        co_await gather(reads(), reads(), cancels());
        CHECK(heard == 2);
        co_await gather(reads());
        CHECK(heard == 3);
    };
    run(test());
}

TEST_CASE("cancelled between the edge and its turn: it is cancelled, and the bytes stay") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        bool heard = false;
        async::cancel_scope part(async::this_job());
        auto reads = [&]() -> task<> {
            try {
                co_await readable(mine.get());
            } catch (const cancelled&) {
                heard = true;
            }
        };
        auto cancels = [&]() -> task<> {
            co_await sleep(1ms);
            put(theirs.get(), "kept");
            loop::reactor::current().post([&] { part.cancel(); });  // runs right behind the delivery of the edge
        };
        co_await gather(reads(), cancels());
        CHECK(heard);
        CHECK(take(mine.get()) == 4);
    };
    run(test());
}

TEST_CASE("a waiter may be destroyed while it waits, and when it is ready") {
    auto test = []() -> task<> {
        auto [mine, theirs] = socket_pair();
        int before = open_descriptors();
        auto reads = [&]() -> task<> { co_await readable(mine.get()); };
        async::job apart;
        std::optional<task<>> gone(reads());
        {
            async::scheduler::run_as as(async::scheduler::current(), apart);
            gone->start();
        }
        CHECK(open_descriptors() == before + 1);
        SUBCASE("waiting") { gone.reset(); }
        SUBCASE("ready") {
            put(theirs.get(), "x");
            loop::reactor::current().post([&] { gone.reset(); });
            co_await sleep(1ms);
        }
        CHECK_FALSE(gone);
        CHECK(open_descriptors() == before);
    };
    run(test());
}
