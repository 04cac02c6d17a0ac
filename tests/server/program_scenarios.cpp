// Scenarios of a whole program that app.run() serves: signals, exit codes, and what systemd hands over and hears.
#include "loopback.hpp"

#include <coracle/app/app.hpp>
#include <coracle/app/stop_notice.hpp>
#include <coracle/async/offload_detached.hpp>
#include <coracle/async/task.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/listening_socket.hpp>
#include <coracle/os/child.hpp>
#include <coracle/os/command_line.hpp>
#include <coracle/os/exit_status.hpp>
#include <coracle/os/pipe.hpp>
#include <coracle/os/this_program.hpp>
#include <coracle/server/overtime.hpp>
#include <coracle/server/serve.hpp>

#include <doctest/doctest.h>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

/// On the standard output, whole, and from any thread.
void say(std::string_view line) {
    std::string text = std::string(line) + '\n';
    [[maybe_unused]] auto written = ::write(1, text.data(), text.size());
}
void hold() {
    say("held");
    for (;;) std::this_thread::sleep_for(1h);
}

/// This very program, as the server that stands in "the program of a scenario".
class program {
public:
    explicit program(std::chrono::milliseconds grace) : program(grace, itself()) {}
    program(std::chrono::milliseconds grace, os::command_line what) {
        auto ends = os::open_pipe();
        REQUIRE(ends);
        what.environment("CORACLE_TEST_GRACE", std::to_string(grace.count()));
        what.environment("CORACLE_PORT", "0").without_environment("CORACLE_HOST").output(os::stdio::pipe);
        auto started = os::child::start(what, {-1, ends->writer.get(), -1});
        REQUIRE(started);
        child_ = std::move(*started);
        output_ = std::move(ends->reader);
        hear("Press CTRL+C");
    }
    /// `before`, as a shell has it: "NAME=$$ ".
    static os::command_line itself(const std::string& before = {}) {
        auto self = os::this_program();
        REQUIRE(self);
        return os::command_line("/bin/sh", "-c", before + "exec \"$0\" \"$@\"", self->words.front(),
                                "--test-case=the program of a scenario", "--no-skip");
    }

    /// Waits until it has said so.
    void hear(std::string_view what) {
        while (said_.find(what) == said_.npos) REQUIRE_MESSAGE(more(), said_);
    }
    /// All that it has said, when it has ended.
    const std::string& said() {
        while (more()) {
        }
        return said_;
    }
    unsigned port() const {
        auto at = said_.find("http://127.0.0.1:");
        REQUIRE(at != said_.npos);
        return static_cast<unsigned>(std::atoi(said_.c_str() + at + std::strlen("http://127.0.0.1:")));
    }
    void kill(int number) { REQUIRE(child_->send(number)); }
    os::exit_status end() {
        while (!child_->look()) std::this_thread::sleep_for(1ms);  // its own alarm ends it
        return *child_->status();
    }

private:
    bool more() {
        pollfd readable{output_.get(), POLLIN, 0};
        if (::poll(&readable, 1, 60'000) != 1) return false;
        char room[4096];
        auto got = os::read_some(output_.get(), room);
        if (!got || *got == 0) return false;
        said_.append(room, *got);
        return true;
    }

    std::optional<os::child> child_;
    os::file_descriptor output_;
    std::string said_;
};

}  // namespace

TEST_CASE("the program of a scenario" * doctest::skip()) {
    const char* grace = std::getenv("CORACLE_TEST_GRACE");
    if (!grace) return;
    ::alarm(60);
    app served;
    served.get("/", on_loop([] { return 1; }));
    served.get("/hold", [] { hold(); });
    served.get("/detach", on_loop([] { offload_detached(hold); }));
    served.get("/until_stopped", [](stop_notice& stopping) -> task<> {
        say("waits");
        co_await stopping.wait();
        say("stops");
    });
    served.on_shutdown([] { say("shut down"); });
    int code = served.run({.access_log = false, .graceful_timeout = std::chrono::milliseconds(std::atoll(grace))});
    std::_Exit(code);
}

TEST_CASE("a program that a signal stops ends with 0, when its handlers and its lifespan have ended") {
    for (int number : {SIGINT, SIGTERM}) {
        program one(1h);
        {
            loopback::client busy(one.port());
            busy.send("GET /until_stopped HTTP/1.1\r\nhost: x\r\n\r\n");
            one.hear("waits");
            one.kill(number);
            CHECK(busy.receive().status == 204);
        }
        CHECK(one.end().code() == 0);
        CHECK(one.said().find("shut down") != std::string::npos);
    }
}

TEST_CASE("SIGHUP means to a program of threads what it means to any: its end") {
    program one(1h);
    one.kill(SIGHUP);
    CHECK(one.end().signal() == SIGHUP);
}

TEST_CASE("a second SIGTERM that comes later ends a program at once, whatever still runs") {
    program one(1h);
    loopback::client busy(one.port()), other(one.port());
    busy.send("GET /hold HTTP/1.1\r\nhost: x\r\n\r\n");
    other.send("GET /until_stopped HTTP/1.1\r\nhost: x\r\n\r\n");
    one.hear("held");
    one.hear("waits");
    one.kill(SIGTERM);
    one.hear("stops");
    std::this_thread::sleep_for(600ms);  // less is taken for the same wish
    one.kill(SIGTERM);
    CHECK(one.end().signal() == SIGTERM);
}

TEST_CASE("a call on the thread pool that outlasts graceful_timeout is left behind with its program") {
    auto begun = std::chrono::steady_clock::now();
    program one(100ms);
    loopback::client busy(one.port());
    busy.send("GET /hold HTTP/1.1\r\nhost: x\r\n\r\n");
    one.hear("held");
    one.kill(SIGTERM);
    CHECK(one.end().code() == server::overtime::exit_code);
    CHECK(std::chrono::steady_clock::now() - begun > 100ms + server::overtime::moment);
    // It may use what the lifespan would take away.
    CHECK(one.said().find("shut down") == std::string::npos);
}

TEST_CASE("a detached call that does not end is left behind, too, after the end of the lifespan") {
    program one(100ms);
    CHECK(loopback::get(one.port(), "/detach").status == 204);
    one.hear("held");
    one.kill(SIGTERM);
    CHECK(one.end().code() == server::overtime::exit_code);
    CHECK(one.said().find("shut down") != std::string::npos);
}

namespace {

/// A name of a unix socket, for the time of a test.
struct name_of_socket {
    explicit name_of_socket(const char* what) : path("/tmp/coracle_" + std::string(what) + std::to_string(::getpid())) {
        ::unlink(path.c_str());
    }
    ~name_of_socket() { ::unlink(path.c_str()); }
    int mode() const {
        struct stat found{};
        REQUIRE(::lstat(path.c_str(), &found) == 0);
        CHECK(S_ISSOCK(found.st_mode));
        return static_cast<int>(found.st_mode & 0777);
    }
    /// A socket of that name, of SOCK_STREAM or SOCK_DGRAM.
    int bound(int kind) const {
        int fd = ::socket(AF_UNIX, kind, 0);
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        path.copy(at.sun_path, sizeof at.sun_path - 1);
        REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
        return fd;
    }
    std::string path;
};

}  // namespace

TEST_CASE("a unix socket is for everybody, whatever the umask, and its name goes with the server") {
    name_of_socket name("mode_");
    app served;
    mode_t before = ::umask(077);
    {
        server::server here(served, {.host = "unix:" + name.path, .signals = false});
        here.start();
        CHECK(name.mode() == 0666);
    }
    ::umask(before);
    CHECK(::access(name.path.c_str(), F_OK) != 0);
}

TEST_CASE("a unix socket that a dead server left behind keeps the permissions that somebody gave it") {
    name_of_socket name("kept_");
    ::close(name.bound(SOCK_STREAM));
    REQUIRE(::chmod(name.path.c_str(), 0620) == 0);
    app served;
    server::server here(served, {.host = "unix:" + name.path, .signals = false});
    here.start();
    CHECK(name.mode() == 0620);
}

TEST_CASE("a socket that systemd hands over is served, and nothing else is opened") {
    auto door = net::listening_socket::open(*net::address::of("127.0.0.1", 0));
    REQUIRE(door);
    os::command_line what = program::itself("LISTEN_PID=$$ ");
    what.environment("LISTEN_FDS", "1").environment("LISTEN_FDNAMES", "web").descriptor(door->native_handle());
    program one(1h, what);
    CHECK(one.port() == door->where().port());
    CHECK(loopback::get(door->where().port(), "/").body == "1");
    one.kill(SIGTERM);
    CHECK(one.end().code() == 0);
    // It is somebody else's: who comes now waits there for the next program.
    loopback::client later(door->where().port());
    later.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    program next(1h, what);
    CHECK(later.receive().body == "1");
}

TEST_CASE("a program tells who has started it that it is ready, and that it stops") {
    name_of_socket name("told_");
    int manager = name.bound(SOCK_DGRAM);
    auto hear = [&] {
        pollfd readable{manager, POLLIN, 0};
        char room[512];
        auto got = ::poll(&readable, 1, 60'000) == 1 ? ::recv(manager, room, sizeof room, 0) : -1;
        return got < 0 ? std::string("nothing") : std::string(room, static_cast<std::size_t>(got));
    };
    os::command_line what = program::itself();
    what.environment("NOTIFY_SOCKET", name.path).without_environment("WATCHDOG_USEC");
    program one(1h, what);
    CHECK(hear() == "READY=1\nSTATUS=Listening on 127.0.0.1:" + std::to_string(one.port()));
    one.kill(SIGTERM);
    CHECK(hear() == "STOPPING=1\nSTATUS=Stopping");
    CHECK(one.end().code() == 0);
    ::close(manager);
}
