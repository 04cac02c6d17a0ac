#include <coracle/os/child.hpp>

#include <coracle/os/pipe.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

using namespace coracle;
using os::command_line;
using os::stdio;

namespace {

constexpr std::array<int, 3> no_pipes{-1, -1, -1};

os::exit_status end_of(os::child& of) {
    while (!of.look()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return *of.status();
}

/// Runs it with its output into a pipe, to the end.
std::string output_of(command_line what, os::exit_status* status = nullptr) {
    auto ends = os::open_pipe();
    REQUIRE(ends);
    what.output(stdio::pipe);
    auto started = os::child::start(what, {-1, ends->writer.get(), -1});
    if (!started) return started.error().message();
    ends->writer.reset();
    std::string all;
    char room[4096];
    for (;;) {
        auto got = os::read_some(ends->reader.get(), room);
        REQUIRE(got);
        if (*got == 0) break;
        all.append(room, *got);
    }
    os::exit_status end = end_of(*started);
    if (status) *status = end;
    return all;
}
std::string shell(std::string script) { return output_of(command_line("/bin/sh", "-c", std::move(script))); }

bool is_gone(pid_t pid) {
    for (int i = 0; i < 5000; ++i) {
        if (::kill(pid, 0) < 0 && errno == ESRCH) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

}  // namespace

TEST_CASE("a program is found in PATH, gets its words as they are, and tells how it ended") {
    os::exit_status status;
    CHECK(output_of(command_line("printf", "%s|", "a b", "", "$HOME;*"), &status) == "a b||$HOME;*|");
    CHECK(status.ok());
    output_of(command_line("/bin/sh", "-c", "exit 7"), &status);
    CHECK(status.code() == 7);
    output_of(command_line("/bin/sh", "-c", "kill -TERM $$"), &status);
    CHECK(status.signal() == SIGTERM);
}

TEST_CASE("what cannot be started is an error at once, which names it") {
    auto none = os::child::start(command_line("coracle-no-such-program"), no_pipes);
    REQUIRE_FALSE(none);
    CHECK(none.error().code() == std::errc::no_such_file_or_directory);
    CHECK(none.error().message() ==
          "cannot start 'coracle-no-such-program', looked for in PATH: No such file or directory");
    none = os::child::start(command_line("/etc/passwd"), no_pipes);
    CHECK(none.error().code() == std::errc::permission_denied);
    none = os::child::start(command_line("/nowhere/at/all"), no_pipes);
    CHECK(none.error().message() == "cannot start '/nowhere/at/all': No such file or directory");
    none = os::child::start(command_line("ls").directory("/nowhere"), no_pipes);
    CHECK(none.error().message() == "cannot start 'ls' in '/nowhere': No such file or directory");
    none = os::child::start(command_line("ls", std::string(1, '\0')), no_pipes);
    CHECK(none.error().code() == std::errc::invalid_argument);
    none = os::child::start(command_line("ls").output(999), no_pipes);
    CHECK(none.error().message() == "cannot start 'ls', whose stream 1 is not open: Bad file descriptor");
    CHECK(::waitpid(-1, nullptr, WNOHANG) < 0);  // nothing is left to reap
}

TEST_CASE("a text without an interpreter's line is no program: no shell is asked") {
    std::string path = "/tmp/coracle-child-" + std::to_string(::getpid());
    os::file_descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755));
    REQUIRE(::write(file.get(), "echo run\n", 9) == 9);
    file.reset();
    auto none = os::child::start(command_line(path), no_pipes);
    REQUIRE_FALSE(none);
    CHECK(none.error().code() == std::errc::executable_format_error);
    ::unlink(path.c_str());
}

TEST_CASE("environment and directory are as they were said") {
    CHECK(output_of(command_line("/bin/sh", "-c", "echo $CORACLE_A-$HOME-; pwd")
                        .clean_environment()
                        .environment("CORACLE_A", "b c")
                        .directory("/usr")) == "b c--\n/usr\n");
}

TEST_CASE("no descriptor of ours reaches it, close-on-exec or not") {
    int leaky = ::open("/dev/null", O_RDONLY);  // as other libraries do
    REQUIRE(leaky >= 3);
    auto ends = os::open_pipe();
    std::string seen = shell("for fd in 3 4 5 6 7 8 9; do if [ -e /dev/fd/$fd ]; then echo $fd; fi; done");
    CHECK(seen == "");
    ::close(leaky);
}

TEST_CASE("no signal is blocked or ignored in it, whatever we do") {
    auto before = ::signal(SIGPIPE, SIG_IGN);
    sigset_t some, mask;
    sigemptyset(&some);
    sigaddset(&some, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &some, &mask);
    os::exit_status status;
    output_of(command_line("/bin/sh", "-c", "kill -PIPE $$; exit 3"), &status);
    CHECK(status.signal() == SIGPIPE);
    output_of(command_line("/bin/sh", "-c", "kill -TERM $$; exit 3"), &status);
    CHECK(status.signal() == SIGTERM);
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    ::signal(SIGPIPE, before);
}

TEST_CASE("its streams: nothing, a descriptor of ours, and errors where the output goes") {
    CHECK(output_of(
              command_line("/bin/sh", "-c", "cat; echo err >&2; echo out").input(stdio::null).errors(stdio::output)) ==
          "err\nout\n");
    auto ends = os::open_pipe();
    REQUIRE(os::write_some(ends->writer.get(), "from a pipe"));
    ends->writer.reset();
    CHECK(output_of(command_line("cat").input(ends->reader.get())) == "from a pipe");
    CHECK(output_of(command_line("/bin/sh", "-c", "echo err >&2").errors(stdio::null)) == "");
}

TEST_CASE("pipes whose numbers are below 3 are not trodden on") {
    int saved[3];
    for (int fd : {0, 2}) saved[fd] = ::fcntl(fd, F_DUPFD_CLOEXEC, 10);
    ::close(0);
    ::close(2);
    auto in = os::open_pipe();  // takes 0 and 2
    bool low = in->reader.get() == 0 && in->writer.get() == 2;
    [[maybe_unused]] auto written = os::write_some(in->writer.get(), "low");
    auto out = os::open_pipe();
    auto started = os::child::start(command_line("cat").input(stdio::pipe).output(stdio::pipe).errors(stdio::null),
                                    {in->reader.get(), out->writer.get(), -1});
    in->writer.reset();
    in->reader.reset();
    for (int fd : {0, 2}) {
        ::dup2(saved[fd], fd);
        ::close(saved[fd]);
    }
    CHECK(low);
    REQUIRE(started);
    char room[16];
    auto got = os::read_some(out->reader.get(), room);
    REQUIRE(got);
    CHECK(std::string(room, *got) == "low");
    CHECK(end_of(*started).ok());
}

TEST_CASE("signals reach it, and nobody when it has ended") {
    auto started = os::child::start(command_line("sleep", "1000"), no_pipes);
    REQUIRE(started);
    CHECK(started->pid() > 0);
    CHECK_FALSE(started->look());
    CHECK_FALSE(started->status());
    CHECK(started->send(SIGTERM));
    CHECK(end_of(*started).signal() == SIGTERM);
    CHECK(started->pid() == 0);
    CHECK(started->send(SIGTERM).error() == std::errc::no_such_process);
    CHECK(started->look());
}

TEST_CASE("who lets go of a child kills it, and nothing is left of it") {
    pid_t pid = 0;
    {
        auto started = os::child::start(command_line("sleep", "1000"), no_pipes);
        REQUIRE(started);
        pid = started->pid();
        os::child moved = std::move(*started);
        CHECK(started->pid() == 0);
        CHECK(moved.pid() == pid);
        CHECK(::kill(pid, 0) == 0);
    }
    CHECK(is_gone(pid));
    auto again = os::child::start(command_line("sleep", "1000"), no_pipes);
    pid = again->pid();
    *again = os::child();
    CHECK(is_gone(pid));
}

TEST_CASE("a group of its own is killed with it") {
    auto ends = os::open_pipe();
    auto started =
        os::child::start(command_line("/bin/sh", "-c", "sleep 1000 & echo $!; wait").output(stdio::pipe).own_group(),
                         {-1, ends->writer.get(), -1});
    REQUIRE(started);
    ends->writer.reset();
    char room[16];
    auto got = os::read_some(ends->reader.get(), room);
    REQUIRE(got);
    CHECK(::getpgid(started->pid()) == started->pid());
    *started = os::child();
    // The grandchild held the pipe: its end is the end of it.
    CHECK(*os::read_some(ends->reader.get(), room) == 0);
}

TEST_CASE("while SIGCHLD is ignored nobody learns how it ended, but that it has") {
    auto before = ::signal(SIGCHLD, SIG_IGN);
    auto started = os::child::start(command_line("true"), no_pipes);
    REQUIRE(started);
    CHECK(end_of(*started) == os::exit_status());
    ::signal(SIGCHLD, before);
}
