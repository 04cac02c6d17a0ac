#include <coracle/loop/file.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

struct folder {
    std::string path;
    folder() {
        char name[] = "/tmp/coracle-loop-file-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~folder() {
        for (const char* each : {"a", "b"}) ::unlink((path + "/" + each).c_str());
        CHECK(::rmdir(path.c_str()) == 0);  // nothing else was left in it
    }
    std::string operator/(const char* name) const { return path + "/" + name; }
};

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("whole files are written, appended to, replaced and read") {
    folder in;
    auto test = [&]() -> task<> {
        auto done = co_await write_file(in / "a", "one ");
        REQUIRE(done);
        done = co_await append_file(in / "a", "two");
        REQUIRE(done);
        auto text = co_await read_file(in / "a");
        REQUIRE(text);
        CHECK(*text == "one two");
        done = co_await replace_file(in / "a", "three");
        REQUIRE(done);
        text = co_await read_file(in / "a", 5);
        CHECK(*text == "three");
        text = co_await read_file(in / "a", 4);
        CHECK(text.error().code() == std::errc::file_too_large);
    };
    run(test());
}

TEST_CASE("an error says what was done to which file") {
    folder in;
    auto test = [&]() -> task<> {
        auto text = co_await read_file(in / "a");
        REQUIRE_FALSE(text);
        bool missing = text.error() == std::errc::no_such_file_or_directory;
        CHECK(missing);
        CHECK(text.error().message() == "cannot open '" + (in / "a") + "': No such file or directory");
        auto none = co_await open_file(in / "a");
        CHECK_FALSE(none);
        auto done = co_await write_file(in.path, "x");
        CHECK(done.error().code() == std::errc::is_a_directory);
    };
    run(test());
}

TEST_CASE("a file is read and written in pieces and at places, by several jobs at a time") {
    folder in;
    auto test = [&]() -> task<> {
        auto opened = co_await open_file(in / "a", file_mode::create);
        REQUIRE(opened);
        loop::file file = std::move(*opened);
        CHECK(file.path() == in / "a");
        auto writes = [&](std::uint64_t place, std::string text) -> task<> {
            auto done = co_await file.write_at(place, text);
            CHECK(done);
        };
        co_await gather(writes(0, "aaa"), writes(3, "bbb"), writes(6, "ccc"));
        auto size = co_await file.size();
        CHECK(*size == 9);
        auto text = co_await file.read(4);
        CHECK(*text == "aaab");
        text = co_await file.read_all();
        CHECK(*text == "bbccc");
        text = co_await file.read_at(2, 2);
        CHECK(*text == "ab");
        auto done = co_await file.resize(2);
        REQUIRE(done);
        done = co_await file.sync();
        REQUIRE(done);
        done = co_await file.write("!");
        REQUIRE(done);
        text = co_await file.read_at(0, 100);
        CHECK(text->size() == 10);
        done = co_await file.close();
        REQUIRE(done);
        CHECK_FALSE(file.is_open());
        text = co_await file.read(1);
        CHECK(text.error().message() == "cannot read '" + (in / "a") + "': Bad file descriptor");
        done = co_await file.close();
        CHECK(done.error().code() == std::errc::bad_file_descriptor);
    };
    run(test());
}

TEST_CASE("a file that goes is closed on the pool, and one that is moved lives on") {
    folder in;
    int number = -1;
    auto test = [&]() -> task<> {
        auto opened = co_await open_file(in / "a", file_mode::write);
        number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::close(number);
        --number;  // what open_file() was given, most likely
        std::optional<loop::file> file(std::move(*opened));
        auto done = co_await file->write("x");
        CHECK(done);
        file.reset();
    };
    run(test());
    CHECK_FALSE(is_open(number));
}

TEST_CASE("a cancelled call that has begun is waited for; the bytes that it uses stay until then") {
    folder in;
    REQUIRE(::mkfifo((in / "b").c_str(), 0600) == 0);
    auto test = [&]() -> task<> {
        async::cancel_scope part(async::this_job());
        bool heard = false;
        bool opened_by_peer = false;
        auto opens = [&]() -> task<> {
            try {
                [[maybe_unused]] auto opened = co_await open_file(in / "b");  // blocks until there is a writer
            } catch (const cancelled&) {
                heard = true;
                CHECK(opened_by_peer);
            }
        };
        auto cancels = [&]() -> task<> {
            co_await sleep(5ms);
            part.cancel();
            CHECK_FALSE(heard);
            opened_by_peer = true;
            os::file_descriptor peer(::open((in / "b").c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
            co_return;
        };
        co_await gather(opens(), cancels());
        CHECK(heard);
    };
    run(test());
}

TEST_CASE("a reader of an endless file is asked to stop when it is cancelled") {
    auto test = []() -> task<> {
        async::cancel_scope part(async::this_job());
        bool heard = false;
        auto reads = [&]() -> task<> {
            try {
                [[maybe_unused]] auto text = co_await read_file("/dev/zero", std::size_t{1} << 30);
            } catch (const cancelled&) {
                heard = true;
            }
        };
        auto cancels = [&]() -> task<> {
            co_await sleep(2ms);
            part.cancel();
        };
        co_await gather(reads(), cancels());
        CHECK(heard);
    };
    run(test());
}

TEST_CASE("a task is destroyed while its file is used") {
    folder in;
    auto test = [&]() -> task<> {
        std::string much(1 << 20, 'x');
        auto writes = [&]() -> task<> {
            auto opened = co_await open_file(in / "a", file_mode::write);
            for (;;) [[maybe_unused]]
                auto done = co_await opened->write_at(0, much);
        };
        async::job apart;
        std::optional<task<>> gone(writes());
        {
            async::scheduler::run_as as(async::scheduler::current(), apart);
            gone->start();
        }
        co_await sleep(5ms);
        gone.reset();
        auto text = co_await read_file(in / "a");
        CHECK(text);
    };
    run(test());
}
