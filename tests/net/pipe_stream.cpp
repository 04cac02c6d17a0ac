#include <coracle/net/pipe_stream.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/os/pipe.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {

struct line {
    net::pipe_stream in;
    net::pipe_stream out;
};
line open_line() {
    auto ends = os::open_pipe();
    REQUIRE(ends);
    return {net::pipe_stream(std::move(ends->reader)), net::pipe_stream(std::move(ends->writer))};
}

}  // namespace

TEST_CASE("bytes go one way, in order, also into a given room, up to the end of the stream") {
    auto test = []() -> task<> {
        line pipe = open_line();
        auto sent = co_await pipe.out.write("head ", "and body");
        REQUIRE(sent);
        auto got = co_await pipe.in.read();
        CHECK(*got == "head and body");
        CHECK(*pipe.out.try_write("more") == 4);
        char room[3];
        auto count = co_await pipe.in.read(room);
        CHECK(std::string_view(room, *count) == "mor");
        pipe.out.close();
        count = co_await pipe.in.read(room);
        CHECK(std::string_view(room, *count) == "e");
        count = co_await pipe.in.read(room);
        CHECK(*count == 0);
        CHECK(pipe.in.peer().text() == "unix:");
    };
    run(test());
}

TEST_CASE("a reader waits, and a writer is held back while the pipe is full") {
    auto test = []() -> task<> {
        line pipe = open_line();
        std::string much(1 << 20, 'x');
        for (std::size_t i = 0; i < much.size(); ++i) much[i] = static_cast<char>('a' + i % 23);
        std::string got;
        bool written = false;
        auto writes = [&]() -> task<> {
            co_await sleep(1ms);
            auto sent = co_await pipe.out.write(much);
            CHECK(sent);
            written = true;
            CHECK(got.size() > much.size() / 2);
            REQUIRE(pipe.out.shutdown_write());
        };
        auto reads = [&]() -> task<> {
            for (;;) {
                auto piece = co_await pipe.in.read();
                REQUIRE(piece);
                if (piece->empty()) break;
                got += *piece;
            }
        };
        co_await gather(reads(), writes());
        CHECK(written);
        bool same = got == much;
        CHECK(same);
    };
    run(test());
}

TEST_CASE("each end refuses the other direction, and a writer whom nobody reads gets an error and no signal") {
    auto before = ::signal(SIGPIPE, SIG_DFL);
    auto test = []() -> task<> {
        line pipe = open_line();
        auto sent = co_await pipe.in.write("x");
        CHECK(sent.error() == std::errc::bad_file_descriptor);
        auto got = co_await pipe.out.read();
        CHECK(got.error() == std::errc::bad_file_descriptor);
        CHECK(pipe.in.try_write("x").error() == std::errc::bad_file_descriptor);
        pipe.in.close();
        sent = co_await pipe.out.write("x");
        CHECK(sent.error() == std::errc::broken_pipe);
        CHECK(pipe.out.try_write("x").error() == std::errc::broken_pipe);
    };
    run(test());
    ::signal(SIGPIPE, before);
}

TEST_CASE("who waits for a full pipe learns that its reader has gone") {
    auto test = []() -> task<> {
        line pipe = open_line();
        std::string much(1 << 20, 'x');
        auto writes = [&]() -> task<> {
            auto sent = co_await pipe.out.write(much);
            CHECK(sent.error() == std::errc::broken_pipe);
        };
        auto leaves = [&]() -> task<> {
            co_await sleep(1ms);
            pipe.in.close();
        };
        co_await gather(writes(), leaves());
    };
    run(test());
}

TEST_CASE("close() and shutdown_read() end the read that waits, and later ones") {
    auto test = []() -> task<> {
        line pipe = open_line();
        auto reads = [&]() -> task<std::string> {
            auto got = co_await pipe.in.read();
            co_return got ? "end:" + std::string(*got) : "error";
        };
        auto ends = [&]() -> task<> {
            co_await sleep(1ms);
            pipe.in.shutdown_read();
        };
        auto [said, nothing] = co_await gather(reads(), ends());
        CHECK(said == "end:");
        said = co_await reads();
        CHECK(said == "end:");
        CHECK_FALSE(pipe.in.is_open());

        line other = open_line();
        auto reads_other = [&]() -> task<> {
            auto got = co_await other.in.read();
            CHECK(got.error() == std::errc::bad_file_descriptor);
        };
        auto closes = [&]() -> task<> {
            co_await sleep(1ms);
            other.in.close();
        };
        co_await gather(reads_other(), closes());
    };
    run(test());
}

TEST_CASE("a cancelled read takes nothing, and a cancelled write may have written some") {
    auto test = []() -> task<> {
        line pipe = open_line();
        std::string heard;
        {
            async::cancel_scope part(async::this_job());
            auto reads = [&]() -> task<> {
                try {
                    [[maybe_unused]] auto got = co_await pipe.in.read();
                } catch (const cancelled&) {
                    heard += 'r';
                }
            };
            auto cancels = [&]() -> task<> {
                co_await sleep(1ms);
                part.cancel();
                CHECK(*pipe.out.try_write("kept") == 4);
            };
            co_await gather(reads(), cancels());
        }
        auto got = co_await pipe.in.read();
        CHECK(*got == "kept");
        {
            async::cancel_scope part(async::this_job());
            std::string much(1 << 20, 'x');
            auto writes = [&]() -> task<> {
                try {
                    [[maybe_unused]] auto sent = co_await pipe.out.write(much);
                } catch (const cancelled&) {
                    heard += 'w';
                }
            };
            auto cancels = [&]() -> task<> {
                co_await sleep(1ms);
                part.cancel();
            };
            co_await gather(writes(), cancels());
        }
        CHECK(heard == "rw");
        got = co_await pipe.in.read();
        CHECK(got->size() > 4000);
    };
    run(test());
}

TEST_CASE("a stream and its waiter are destroyed together") {
    auto test = []() -> task<> {
        auto ends = os::open_pipe();
        auto waits = [&]() -> task<> {
            net::pipe_stream in(std::move(ends->reader));
            [[maybe_unused]] auto got = co_await in.read();
        };
        async::job apart;
        std::optional<task<>> gone(waits());
        {
            async::scheduler::run_as as(async::scheduler::current(), apart);
            gone->start();
        }
        SUBCASE("waiting") { gone.reset(); }
        SUBCASE("ready") {
            REQUIRE(os::write_some(ends->writer.get(), "x"));
            loop::reactor::current().post([&] { gone.reset(); });
            co_await sleep(1ms);
        }
        CHECK(os::write_some(ends->writer.get(), "x").error() == std::errc::broken_pipe);
    };
    run(test());
}

TEST_CASE("what is not open or cannot be watched is an error") {
    auto test = []() -> task<> {
        CHECK_THROWS_AS(net::pipe_stream{os::file_descriptor{}}, std::system_error);
        co_return;
    };
    run(test());
}
