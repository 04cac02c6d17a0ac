// descriptor: tries first, waits for edges, has one waiter a direction, and is closed under its waiters.
#include <coracle/loop/descriptor.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>

#include <loop/scripted_loop.hpp>
#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;
using loop::descriptor;
using loop::direction;
using loop::scripted_loop;

namespace {

/// recv into `room`; counts its calls.
class reading {
public:
    reading(descriptor& from, std::span<char> room, int* calls = nullptr) : from_(from), room_(room), calls_(calls) {}
    bool operator()(int fd) noexcept {
        if (calls_) ++*calls_;
        auto count = ::read(fd, room_.data(), room_.size());
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
        if (count < 0) {
            got_ = failure(os::last_error());
            return true;
        }
        if (count > 0 && static_cast<std::size_t>(count) < room_.size()) from_.exhausted(direction::in);
        got_ = static_cast<std::size_t>(count);
        return true;
    }
    coracle::result<std::size_t> result() { return got_; }

private:
    descriptor& from_;
    std::span<char> room_;
    int* calls_;
    coracle::result<std::size_t> got_ = std::size_t{0};
};

class writing {
public:
    explicit writing(std::string_view bytes) : bytes_(bytes) {}
    bool operator()(int fd) noexcept {
        auto count = ::write(fd, bytes_.data(), bytes_.size());
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
        if (count < 0)
            got_ = failure(os::last_error());
        else
            got_ = static_cast<std::size_t>(count);
        return true;
    }
    coracle::result<std::size_t> result() { return got_; }

private:
    std::string_view bytes_;
    coracle::result<std::size_t> got_ = std::size_t{0};
};

task<result<std::size_t>> read_some(descriptor& from, std::span<char> room, int* calls = nullptr) {
    result<std::size_t> got = co_await from.until(direction::in, reading(from, room, calls));
    co_return got;
}
task<result<std::size_t>> write_some(descriptor& to, std::string_view bytes) {
    result<std::size_t> got = co_await to.until(direction::out, writing(bytes));
    co_return got;
}

std::pair<os::file_descriptor, os::file_descriptor> socket_pair() {
    auto made = os::open_socket_pair();
    REQUIRE(made);
    return std::move(*made);
}
void put(int fd, std::string_view bytes) {
    REQUIRE(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
}

constexpr os::readiness readable{.readable = true, .writable = false, .hangup = false, .error = false};
constexpr os::readiness writable{.readable = false, .writable = true, .hangup = false, .error = false};
constexpr os::readiness hangup{.readable = true, .writable = false, .hangup = true, .error = false};
constexpr os::readiness broken{.readable = false, .writable = false, .hangup = false, .error = true};

}  // namespace

TEST_CASE("what is there already is read at once, without waiting") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    put(theirs.get(), "hello");
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char room[16];
        std::size_t waits = world.world->waits();
        result<std::size_t> got = co_await read_some(stream, room);
        CHECK(*got == 5);
        CHECK(world.world->waits() == waits);
        CHECK(&stream.home() == &world.on);
    };
    world.run(work());
}

TEST_CASE("a read that would block waits for an edge, and tries again after each") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        world.world->at(10ms, stream.get(), readable);  // a false alarm
        world.world->at(20ms, stream.get(), writable);  // not our direction
        world.world->at(30ms, stream.get(), readable);
        char room[16];
        int calls = 0;
        auto sends = [&]() -> task<> {
            co_await sleep(25ms);
            put(theirs.get(), "late");
        };
        auto reads = [&]() -> task<> {
            result<std::size_t> got = co_await read_some(stream, room, &calls);
            CHECK(*got == 4);
        };
        co_await gather(reads(), sends());
        CHECK(world.elapsed() == 30ms);
        CHECK(calls == 3);
    };
    world.run(work());
}

TEST_CASE("after a short read the next one does not try before an edge") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    put(theirs.get(), "abc");
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char room[16];
        int calls = 0;
        result<std::size_t> got = co_await read_some(stream, room, &calls);
        CHECK(*got == 3);
        CHECK(calls == 1);
        put(theirs.get(), "defg");
        world.world->at(5ms, stream.get(), readable);
        got = co_await read_some(stream, room, &calls);
        CHECK(*got == 4);
        CHECK(calls == 2);
        CHECK(world.elapsed() == 5ms);
    };
    world.run(work());
}

TEST_CASE("after a full read the next one tries at once") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    put(theirs.get(), "abcdef");
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char room[3];
        result<std::size_t> got = co_await read_some(stream, room);
        CHECK(std::string_view(room, *got) == "abc");
        got = co_await read_some(stream, room);
        CHECK(std::string_view(room, *got) == "def");
        CHECK(world.elapsed() == 0s);
    };
    world.run(work());
}

TEST_CASE("a short read and then a hang-up: the end of the stream is read though no edge follows") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    put(theirs.get(), "bye");
    theirs.reset();
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char room[16];
        SUBCASE("the hang-up is known before the read") {
            world.world->ready(stream.get(), hangup);
            co_await sleep(1ms);
            CHECK(stream.hung_up());
            result<std::size_t> got = co_await read_some(stream, room);
            CHECK(*got == 3);
        }
        SUBCASE("the hang-up is told after it") {
            CHECK(!stream.hung_up());
            world.world->at(1ms, stream.get(), hangup);
            result<std::size_t> got = co_await read_some(stream, room);
            CHECK(*got == 3);
        }
        result<std::size_t> end = co_await read_some(stream, room);
        CHECK(*end == 0);
        end = co_await read_some(stream, room);
        CHECK(*end == 0);
        CHECK(stream.hung_up());
    };
    world.run(work());
}

TEST_CASE("an error wakes both directions") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        std::string much(1 << 20, 'x');
        result<std::size_t> filled = co_await write_some(stream, much);
        CHECK(*filled < much.size());
        auto reads = [&]() -> task<> {
            char room[16];
            result<std::size_t> got = co_await read_some(stream, room);
            CHECK((!got || *got == 0));
        };
        auto breaks = [&]() -> task<> {
            co_await sleep(1ms);
            theirs.reset();
            world.world->ready(stream.get(), broken);
        };
        auto writes = [&]() -> task<> {
            result<std::size_t> put_there = co_await stream.until(direction::out, writing(much));
            CHECK(!put_there);
            CHECK(put_there.error() == std::errc::broken_pipe);
        };
        co_await gather(reads(), writes(), breaks());
        CHECK(world.elapsed() == 1ms);
    };
    auto before = std::signal(SIGPIPE, SIG_IGN);
    world.run(work());
    std::signal(SIGPIPE, before);
}

TEST_CASE("two readers of one descriptor are an error of the second; a reader and a writer are not") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char room[16];
        auto first = [&]() -> task<> {
            result<std::size_t> got = co_await read_some(stream, room);
            CHECK(*got == 2);
        };
        auto second = [&]() -> task<> {
            std::string said;
            char other[16];
            try {
                [[maybe_unused]] result<std::size_t> got = co_await read_some(stream, other);
            } catch (const std::logic_error& error) {
                said = error.what();
            }
            CHECK(said.find("give it one owner") != std::string::npos);
            result<std::size_t> sent = co_await write_some(stream, "out");
            CHECK(*sent == 3);
            put(theirs.get(), "in");
            world.world->ready(stream.get(), readable);
        };
        co_await gather(first(), second());
    };
    world.run(work());
}

TEST_CASE("closing a descriptor wakes who waits in either direction with EBADF, and later calls meet it too") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char room[16];
        std::string much(1 << 20, 'x');
        result<std::size_t> filled = co_await write_some(stream, much);
        CHECK(*filled < much.size());
        int woken = 0;
        auto reads = [&]() -> task<> {
            result<std::size_t> got = co_await read_some(stream, room);
            CHECK(!got);
            CHECK(got.error() == std::errc::bad_file_descriptor);
            ++woken;
        };
        auto writes = [&]() -> task<> {
            result<std::size_t> got = co_await write_some(stream, much);
            CHECK(got.error() == std::errc::bad_file_descriptor);
            ++woken;
        };
        auto closes = [&]() -> task<> {
            co_await sleep(1ms);
            CHECK(stream.is_open());
            stream.close();
            stream.close();
            CHECK(!stream.is_open());
            CHECK(stream.get() == -1);
        };
        co_await gather(reads(), writes(), closes());
        CHECK(woken == 2);
        CHECK(world.world->watched() == 0);
        result<std::size_t> got = co_await read_some(stream, room);
        CHECK(got.error() == std::errc::bad_file_descriptor);
    };
    world.run(work());
}

TEST_CASE("a cancelled reader leaves, takes nothing, and the next one reads everything") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char room[16];
        bool heard = false;
        {
            async::cancel_scope part(async::this_job());
            auto reads = [&]() -> task<> {
                try {
                    [[maybe_unused]] result<std::size_t> got = co_await read_some(stream, room);
                } catch (const cancelled&) {
                    heard = true;
                }
            };
            auto cancels = [&]() -> task<> {
                co_await sleep(1ms);
                part.cancel();
                put(theirs.get(), "kept");
                world.world->ready(stream.get(), readable);
            };
            co_await gather(reads(), cancels());
        }
        CHECK(heard);
        result<std::size_t> got = co_await read_some(stream, room);
        CHECK(*got == 4);
    };
    world.run(work());
}

TEST_CASE("an edge and a cancellation before the turn of the reader: it is cancelled and the bytes stay") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char room[16];
        bool heard = false;
        {
            async::cancel_scope part(async::this_job());
            auto reads = [&]() -> task<> {
                try {
                    [[maybe_unused]] result<std::size_t> got = co_await read_some(stream, room);
                } catch (const cancelled&) {
                    heard = true;
                }
            };
            auto cancels = [&]() -> task<> {
                co_await sleep(1ms);
                put(theirs.get(), "kept");
                world.on.post([&] { part.cancel(); });  // runs right behind the delivery of the edge
                world.world->ready(stream.get(), readable);
            };
            co_await gather(reads(), cancels());
        }
        CHECK(heard);
        result<std::size_t> got = co_await read_some(stream, room);
        CHECK(*got == 4);
    };
    world.run(work());
}

TEST_CASE("two waits in one expression, whose operations live until its end") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char first[16], second[16];
        auto sends = [&]() -> task<> {
            co_await sleep(1ms);
            put(theirs.get(), "abc");
            world.world->ready(stream.get(), readable);
            co_await sleep(1ms);
            put(theirs.get(), "de");
            world.world->ready(stream.get(), readable);
        };
        auto reads = [&]() -> task<> {
            auto both = std::pair(co_await stream.until(direction::in, reading(stream, first)),
                                  co_await stream.until(direction::in, reading(stream, second)));
            CHECK(*both.first + *both.second == 5);
        };
        co_await gather(reads(), sends());
    };
    world.run(work());
}

TEST_CASE("a job that is cancelled already does not touch the descriptor") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    put(theirs.get(), "x");
    auto work = [&]() -> task<> {
        descriptor stream(std::move(mine));
        char room[16];
        int calls = 0;
        bool heard = false;
        async::cancel_scope part(async::this_job());
        part.cancel();
        try {
            [[maybe_unused]] result<std::size_t> got = co_await read_some(stream, room, &calls);
        } catch (const cancelled&) {
            heard = true;
        }
        CHECK(heard);
        CHECK(calls == 0);
    };
    world.run(work());
}

TEST_CASE("a descriptor may go while a job that was refused it queues for its turn") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    auto work = [&]() -> task<> {
        auto stream = std::make_unique<descriptor>(std::move(mine));
        char room[16];
        int refusals = 0;
        auto stubborn = [&]() -> task<> {
            while (stream) {
                try {
                    [[maybe_unused]] result<std::size_t> got = co_await read_some(*stream, room);
                } catch (const cancelled&) {
                    ++refusals;
                }
            }
        };
        task_group group;
        group.spawn(stubborn());
        group.cancel();
        for (int turns = 0; turns < 3; ++turns) co_await sleep(0s);
        stream.reset();
        co_await group.join();
        CHECK(refusals > 3);
    };
    reporter before = set_reporter([](std::string_view, const std::source_location&) noexcept {});
    world.run(work());
    set_reporter(before);
}

TEST_CASE("what an attempt put into the scratch buffer is there when its coroutine goes on, whoever read meanwhile") {
    scripted_loop world;
    std::vector<std::pair<os::file_descriptor, os::file_descriptor>> pairs;
    for (int i = 0; i < 20; ++i) pairs.push_back(socket_pair());
    auto work = [&]() -> task<> {
        int right = 0;
        auto reads = [&](std::size_t i) -> task<> {
            descriptor stream(std::move(pairs[i].first));
            world.world->at(1ms, stream.get(), readable);
            result<std::size_t> got = co_await read_some(stream, world.on.scratch());
            if (got && std::string_view(world.on.scratch().data(), *got) == "message " + std::to_string(i)) ++right;
        };
        auto sends = [&]() -> task<> {
            for (std::size_t i = 0; i < pairs.size(); ++i) put(pairs[i].second.get(), "message " + std::to_string(i));
            co_return;
        };
        std::vector<task<>> all;
        for (std::size_t i = 0; i < pairs.size(); ++i) all.push_back(reads(i));
        all.push_back(sends());
        co_await gather(std::move(all));
        CHECK(right == 20);
    };
    world.run(work());
}

TEST_CASE("a stream that always has bytes does not keep the others from their turn") {
    scripted_loop world;
    auto zero = os::file_descriptor(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
    auto work = [&]() -> task<> {
        descriptor endless(std::move(zero));
        bool stop = false;
        int reads = 0;
        auto greedy = [&]() -> task<> {
            char room[4];
            while (!stop) {
                result<std::size_t> got = co_await read_some(endless, room);
                CHECK(*got == 4);
                REQUIRE(++reads < 100'000);
            }
        };
        auto modest = [&]() -> task<> {
            for (int i = 0; i < 10; ++i) co_await sleep(0s);
            stop = true;
        };
        co_await gather(greedy(), modest());
        CHECK(reads < 5000);
    };
    world.run(work());
}

TEST_CASE("a kernel that refuses to watch is a system_error, and the file is closed") {
    scripted_loop world;
    auto [mine, theirs] = socket_pair();
    auto work = [&]() -> task<> {
        world.world->refuse_next_watch(std::errc::not_enough_memory);
        std::error_code why;
        try {
            descriptor stream(std::move(mine));
        } catch (const std::system_error& error) {
            why = error.code();
        }
        CHECK(why == std::errc::not_enough_memory);
        char byte;
        CHECK(::read(theirs.get(), &byte, 1) == 0);
        co_return;
    };
    world.run(work());
}

TEST_CASE(
    "a descriptor and its waiters are destroyed together, in the midst of waiting and in the midst of being ready") {
    scripted_loop world;
    auto work = [&]() -> task<> {
        auto [mine, theirs] = socket_pair();
        auto holds = [&]() -> task<> {
            descriptor stream(std::move(mine));
            char room[16];
            [[maybe_unused]] result<std::size_t> got = co_await read_some(stream, room);
        };
        int fd = mine.get();
        async::job apart;
        std::optional<task<>> gone(holds());
        {
            async::scheduler::run_as as(world.on, apart);
            gone->start();
        }
        CHECK(world.world->is_watched(fd));
        SUBCASE("waiting") { gone.reset(); }
        SUBCASE("ready") {
            put(theirs.get(), "x");
            world.world->ready(fd, readable);
            world.on.post([&] { gone.reset(); });  // runs right behind the delivery of the edge
            co_await sleep(1ms);
        }
        CHECK(!gone);
        CHECK(world.world->watched() == 0);
    };
    world.run(work());
}

TEST_CASE("a megabyte goes through a real socket in both directions at once") {
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    auto [left, right] = socket_pair();
    auto work = [&]() -> task<> {
        descriptor one(std::move(left)), other(std::move(right));
        std::string bytes(1 << 20, '\0');
        for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 % 251);
        auto sends = [&](descriptor& to) -> task<> {
            std::string_view rest = bytes;
            while (!rest.empty()) {
                result<std::size_t> sent = co_await write_some(to, rest);
                REQUIRE(sent);
                rest.remove_prefix(*sent);
            }
        };
        auto receives = [&](descriptor& from) -> task<std::string> {
            std::string all;
            char room[3000];
            while (all.size() < bytes.size()) {
                result<std::size_t> got = co_await read_some(from, room);
                REQUIRE(got);
                REQUIRE(*got > 0);
                all.append(room, *got);
            }
            co_return all;
        };
        auto [a, b, there, back] = co_await gather(sends(one), sends(other), receives(one), receives(other));
        CHECK(there == bytes);
        CHECK(back == bytes);
    };
    loop::run_on(on, work());
}

TEST_CASE("pipes: reading waits for the writer, and meets the end when it closes") {
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    for (int fd : ends) REQUIRE(::fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    auto work = [&]() -> task<> {
        auto writer = std::make_unique<descriptor>(os::file_descriptor(ends[1]));
        descriptor reader{os::file_descriptor(ends[0])};
        auto writes = [&]() -> task<> {
            for (int i = 0; i < 3; ++i) {
                co_await sleep(0s);
                result<std::size_t> sent = co_await write_some(*writer, "ab");
                CHECK(*sent == 2);
            }
            writer.reset();
        };
        auto reads = [&]() -> task<std::string> {
            std::string all;
            char room[16];
            for (;;) {
                result<std::size_t> got = co_await read_some(reader, room);
                if (!got || *got == 0) break;
                all.append(room, *got);
            }
            co_return all;
        };
        auto [none, all] = co_await gather(writes(), reads());
        CHECK(all == "ababab");
    };
    loop::run_on(on, work());
}

TEST_CASE("a watcher is told of every edge, also while nobody waits, until nobody is to be told") {
    struct counted final : loop::edge_watcher {
        int count = 0;
        void on_edge() noexcept override { ++count; }
    };
    loop::thread_pool pool(1);
    loop::reactor on(pool);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    for (int fd : ends) REQUIRE(::fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    auto work = [&]() -> task<> {
        auto writer = std::make_unique<descriptor>(os::file_descriptor(ends[1]));
        descriptor reader{os::file_descriptor(ends[0])};
        counted told;
        reader.tell(&told);
        result<std::size_t> sent = co_await write_some(*writer, "ab");
        CHECK(*sent == 2);
        while (told.count == 0) co_await sleep(1ms);
        CHECK_FALSE(reader.hung_up());
        int before = told.count;
        writer.reset();
        while (told.count == before) co_await sleep(1ms);
        CHECK(reader.hung_up());
        reader.tell(nullptr);
    };
    loop::run_on(on, work());
}
