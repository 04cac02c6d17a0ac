#include <coracle/loop/shared_descriptor.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>

#include <loop/scripted_loop.hpp>
#include <doctest/doctest.h>

#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace coracle;
using loop::direction;
using loop::scripted_loop;
using loop::shared_descriptor;

namespace {

/// Reads one byte; counts its calls.
class one_byte {
public:
    explicit one_byte(int& calls) : calls_(calls) {}
    bool operator()(int fd) noexcept {
        ++calls_;
        auto count = ::read(fd, &byte_, 1);
        if (count < 0) error_ = os::last_error();
        return count >= 0 || !os::is_would_block(error_);
    }
    /// '!' for an error.
    char result() const { return error_ && !os::is_would_block(error_) ? '!' : byte_; }

private:
    int& calls_;
    char byte_ = 0;
    std::error_code error_;
};

struct stage {
    scripted_loop world;
    os::file_descriptor mine, theirs;
    int calls = 0;
    std::string got;

    stage() {
        auto made = os::open_socket_pair();
        REQUIRE(made);
        mine = std::move(made->first);
        theirs = std::move(made->second);
    }
    void put(std::string_view bytes) {
        REQUIRE(::write(theirs.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    task<> reader(shared_descriptor& from, char name) {
        try {
            char byte = co_await from.until(direction::in, one_byte(calls));
            got += name;
            got += byte;
        } catch (const cancelled&) {
            got += name;
            got += '-';
        }
    }
};

constexpr os::readiness readable{.readable = true, .writable = false, .hangup = false, .error = false};

}  // namespace

TEST_CASE("readers are served first come, first served, each from one edge, with one idle call at most") {
    stage on;
    auto work = [&]() -> task<> {
        shared_descriptor socket(std::move(on.mine));
        auto feeds = [&]() -> task<> {
            CHECK(on.calls == 1);  // only the first has tried
            on.put("123");
            on.world.world->at(1ms, socket.get(), readable);
            co_await sleep(2ms);
            CHECK(on.got == "a1b2c3");
            CHECK(on.calls == 5);  // and d, in vain
            on.put("4");
            on.world.world->ready(socket.get(), readable);
        };
        co_await gather(on.reader(socket, 'a'), on.reader(socket, 'b'), on.reader(socket, 'c'), on.reader(socket, 'd'),
                        feeds());
        CHECK(on.got == "a1b2c3d4");
        CHECK(on.calls == 6);
    };
    on.world.run(work());
}

TEST_CASE("what is there is taken at once, but not before those who wait") {
    stage on;
    auto work = [&]() -> task<> {
        shared_descriptor socket(std::move(on.mine));
        on.put("1");
        co_await on.reader(socket, 'a');
        CHECK(on.got == "a1");
        auto late = [&]() -> task<> {
            on.put("23");
            on.world.world->at(1ms, socket.get(), readable);
            co_await on.reader(socket, 'c');
        };
        co_await gather(on.reader(socket, 'b'), late());
        CHECK(on.got == "a1b2c3");
    };
    on.world.run(work());
}

TEST_CASE("who is cancelled while it waits, or when it is its turn, takes nothing and passes the turn on") {
    stage on;
    auto work = [&]() -> task<> {
        shared_descriptor socket(std::move(on.mine));
        async::scope* part = nullptr;
        auto first = [&]() -> task<> {
            async::cancel_scope inner(async::this_job());
            part = &async::this_job().current_scope();
            co_await on.reader(socket, 'a');
        };
        auto feeds = [&]() -> task<> {
            SUBCASE("waiting") {
                part->cancel();
                on.put("1");
                on.world.world->at(1ms, socket.get(), readable);
            }
            SUBCASE("its turn") {
                on.put("1");
                on.world.world->ready(socket.get(), readable);
                on.world.on.post([&] { part->cancel(); });  // runs right behind the delivery of the edge
                co_await sleep(1ms);
            }
            co_return;
        };
        co_await gather(first(), on.reader(socket, 'b'), feeds());
        CHECK(on.got.find("a-") != std::string::npos);
        CHECK(on.got.find("b1") != std::string::npos);
    };
    on.world.run(work());
}

TEST_CASE("closing it wakes all who wait, with an error, and later calls meet it too") {
    stage on;
    auto work = [&]() -> task<> {
        shared_descriptor socket(std::move(on.mine));
        auto closes = [&]() -> task<> {
            SUBCASE("waiting") {}
            SUBCASE("one of them woken") {
                on.world.world->ready(socket.get(), readable);
                on.world.on.post([&] { socket.close(); });
                co_await sleep(1ms);
            }
            socket.close();
            CHECK_FALSE(socket.is_open());
            CHECK(on.world.world->watched() == 0);
            co_return;
        };
        co_await gather(on.reader(socket, 'a'), on.reader(socket, 'b'), closes());
        CHECK(on.got == "a!b!");
        co_await on.reader(socket, 'c');
        CHECK(on.got == "a!b!c!");
    };
    on.world.run(work());
}

TEST_CASE("waiters are destroyed while they wait and when it is their turn, and the others do not notice") {
    stage on;
    auto work = [&]() -> task<> {
        shared_descriptor socket(std::move(on.mine));
        async::job apart;
        std::optional<task<>> gone(on.reader(socket, 'a'));
        {
            async::scheduler::run_as as(on.world.on, apart);
            gone->start();
        }
        auto feeds = [&]() -> task<> {
            on.put("1");
            SUBCASE("waiting") {
                gone.reset();
                on.world.world->ready(socket.get(), readable);
            }
            SUBCASE("its turn") {
                on.world.world->ready(socket.get(), readable);
                on.world.on.post([&] { gone.reset(); });  // runs right behind the delivery of the edge
                co_await sleep(1ms);
            }
            co_return;
        };
        co_await gather(on.reader(socket, 'b'), feeds());
        CHECK(on.got == "b1");
    };
    on.world.run(work());
}

TEST_CASE("a kernel that will not watch is an error, and the descriptor is closed") {
    stage on;
    auto work = [&]() -> task<> {
        on.world.world->refuse_next_watch(std::errc::not_enough_memory);
        int fd = on.mine.get();
        CHECK_THROWS_AS(shared_descriptor(std::move(on.mine)), std::system_error);
        CHECK(::write(fd, "x", 1) < 0);
        co_return;
    };
    on.world.run(work());
}
