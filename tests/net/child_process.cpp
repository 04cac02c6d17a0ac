#include <coracle/net/child_process.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/signal_set.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

command_line shell(std::string script) { return command_line("/bin/sh", "-c", std::move(script)); }

child_process started(const command_line& what, os::exit_notice_kind kind = os::exit_notice_kind::native) {
    auto made = child_process::start(what, kind);
    REQUIRE(made);
    return std::move(*made);
}

bool is_gone(int pid) {
    for (int i = 0; i < 5000; ++i) {
        if (::kill(pid, 0) < 0 && errno == ESRCH) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

}  // namespace

TEST_CASE("a program is run to its end, with what goes in and what comes out") {
    auto test = []() -> task<> {
        auto done = co_await run_process(command_line("tr", "a-z", "A-Z"), "hello");
        REQUIRE(done);
        CHECK(done->status.ok());
        CHECK(done->output == "HELLO");
        CHECK(done->errors == "");

        done = co_await run_process(shell("cat; echo oops >&2; exit 3"));
        REQUIRE(done);
        CHECK(done->status.code() == 3);
        CHECK(done->output == "");
        CHECK(done->errors == "oops\n");

        done = co_await run_process(shell("echo oops >&2; echo good").errors(stdio::output));
        CHECK(done->output == "oops\ngood\n");

        auto none = co_await run_process(command_line("coracle-no-such-program"));
        REQUIRE_FALSE(none);
        CHECK(none.error().code() == std::errc::no_such_file_or_directory);
    };
    run(test());
}

TEST_CASE("much goes in and out at once, and neither side waits for ever") {
    auto test = []() -> task<> {
        std::string much(3 << 20, 'x');
        for (std::size_t i = 0; i < much.size(); ++i) much[i] = static_cast<char>('a' + i % 23);
        auto done = co_await run_process(shell("tee /dev/stderr"), much);
        REQUIRE(done);
        bool same = done->output == much && done->errors == much;
        CHECK(same);
    };
    run(test());
}

TEST_CASE("a program that does not read its input is no error") {
    auto test = []() -> task<> {
        auto done = co_await run_process(command_line("true"), std::string(1 << 20, 'x'));
        REQUIRE(done);
        CHECK(done->status.ok());
    };
    run(test());
}

TEST_CASE("more output than the limit allows is an error, and the program is killed") {
    auto test = []() -> task<> {
        auto done = co_await run_process(shell("echo $$ >&2; yes").output_limit(100'000));
        REQUIRE_FALSE(done);
        CHECK(done.error().code() == std::errc::message_size);
        CHECK(done.error().message().find("/bin/sh") != std::string::npos);
        done = co_await run_process(shell("printf 12345").output_limit(5));
        CHECK(done->output == "12345");
    };
    run(test());
}

TEST_CASE("a conversation over its pipes, line by line") {
    auto test = []() -> task<> {
        child_process cat = started(command_line("cat").input(stdio::pipe).output(stdio::pipe));
        CHECK(cat.pid() > 0);
        for (int i = 0; i < 10; ++i) {
            std::string line = "line " + std::to_string(i) + "\n";
            auto sent = co_await cat.input().write(line);
            REQUIRE(sent);
            auto got = co_await cat.output().read();
            REQUIRE(got);
            CHECK(*got == line);
        }
        CHECK_FALSE(cat.status());
        cat.input().close();
        auto end = co_await cat.output().read();
        CHECK(end->empty());
        exit_status status = co_await cat.wait();
        CHECK(status.ok());
        CHECK(cat.status() == status);
        CHECK(cat.pid() == 0);
        std::string said;
        try {
            cat.errors();
        } catch (const std::logic_error& error) {
            said = error.what();
        }
        CHECK(said.find(".errors(stdio::pipe)") != std::string::npos);
    };
    run(test());
}

TEST_CASE("its end is waited for, by the kernel's notice and by SIGCHLD, by several jobs and more than once") {
    auto test = [](os::exit_notice_kind kind) -> task<> {
        child_process sleeps = started(command_line("sleep", "1000"), kind);
        child_process fails = started(shell("exit 9"), kind);
        int told = 0;
        auto waits = [&]() -> task<> {
            exit_status status = co_await sleeps.wait();
            CHECK(status.signal() == SIGTERM);
            ++told;
        };
        auto ends = [&]() -> task<> {
            exit_status status = co_await fails.wait();
            CHECK(status.code() == 9);
            co_await sleep(1ms);
            CHECK(told == 0);
            CHECK(sleeps.terminate());
        };
        co_await gather(waits(), waits(), ends());
        CHECK(told == 2);
        exit_status status = co_await sleeps.wait();
        CHECK(status.signal() == SIGTERM);
        CHECK(sleeps.kill().error() == std::errc::no_such_process);
    };
    run(test(os::exit_notice_kind::native));
    run(test(os::exit_notice_kind::by_signal));
}

TEST_CASE("many children that end at once are all noticed, and so are those of another loop") {
    auto test = [](os::exit_notice_kind kind) -> task<> {
        std::vector<child_process> all;
        for (int i = 0; i < 12; ++i)
            all.push_back(started(shell("read x; exit " + std::to_string(i)).input(stdio::pipe), kind));
        signal_set signals{SIGCHLD};  // shares the signal with them
        for (child_process& each : all) each.input().close();
        for (int i = 0; i < 12; ++i) {
            exit_status status = co_await all[static_cast<std::size_t>(i)].wait();
            CHECK(status.code() == i);
        }
        int number = co_await signals.next();
        CHECK(number == SIGCHLD);
    };
    std::thread other([&] { run(test(os::exit_notice_kind::by_signal)); });
    run(test(os::exit_notice_kind::by_signal));
    run(test(os::exit_notice_kind::native));
    other.join();
}

TEST_CASE("cancelling the wait does nothing to the program; letting go of it kills it without waiting") {
    auto test = [](os::exit_notice_kind kind) -> task<> {
        std::optional<child_process> sleeps(started(command_line("sleep", "1000"), kind));
        int pid = sleeps->pid();
        bool heard = false;
        {
            async::cancel_scope part(async::this_job());
            auto waits = [&]() -> task<> {
                try {
                    [[maybe_unused]] exit_status status = co_await sleeps->wait();
                } catch (const cancelled&) {
                    heard = true;
                }
            };
            auto cancels = [&]() -> task<> {
                co_await sleep(1ms);
                part.cancel();
            };
            co_await gather(waits(), cancels());
        }
        CHECK(heard);
        CHECK(::kill(pid, 0) == 0);
        CHECK_FALSE(sleeps->status());
        sleeps.reset();
        CHECK(is_gone(pid));
    };
    run(test(os::exit_notice_kind::native));
    run(test(os::exit_notice_kind::by_signal));
}

TEST_CASE("a cancelled run_process kills its program, wherever it was") {
    auto test = []() -> task<> {
        for (const char* script : {"exec sleep 1000", "exec >&- 2>&-; exec sleep 1000", "exec yes >/dev/null"}) {
            async::cancel_scope part(async::this_job());
            bool heard = false;
            auto runs = [&]() -> task<> {
                try {
                    [[maybe_unused]] auto done = co_await run_process(shell(script));
                } catch (const cancelled&) {
                    heard = true;
                }
            };
            auto cancels = [&]() -> task<> {
                co_await sleep(5ms);
                part.cancel();
            };
            co_await gather(runs(), cancels());
            CHECK(heard);
        }
    };
    run(test());
    // None of them is left, not even as a zombie.
    auto any_left = [] {
        siginfo_t ignored{};
        return ::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT) == 0;
    };
    for (int i = 0; i < 5000 && any_left(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK_FALSE(any_left());
}

TEST_CASE("a child and its waiters are destroyed together, while it runs and when it has ended") {
    auto test = [](os::exit_notice_kind kind) -> task<> {
        int pid = 0;
        auto waits = [&](std::string script) -> task<> {
            child_process child = started(shell(std::move(script)).output(stdio::pipe), kind);
            pid = child.pid();
            auto reads = [&]() -> task<> { [[maybe_unused]] auto got = co_await child.output().read(); };
            auto ends = [&]() -> task<> { [[maybe_unused]] exit_status status = co_await child.wait(); };
            co_await gather(reads(), ends());
        };
        for (const char* script : {"exec sleep 1000", "exit 0"}) {
            async::job apart;
            task<> gone = waits(script);
            {
                async::scheduler::run_as as(async::scheduler::current(), apart);
                gone.start();
            }
            co_await sleep(2ms);
        }
        CHECK(is_gone(pid));
    };
    run(test(os::exit_notice_kind::native));
    run(test(os::exit_notice_kind::by_signal));
}

TEST_CASE("what cannot be started leaves no descriptor behind") {
    auto test = []() -> task<> {
        int before = ::dup(0);
        ::close(before);
        for (int i = 0; i < 10; ++i) {
            auto none = child_process::start(
                command_line("/nowhere/at/all").input(stdio::pipe).output(stdio::pipe).errors(stdio::pipe));
            CHECK(none.error().message() == "cannot start '/nowhere/at/all': No such file or directory");
        }
        int after = ::dup(0);
        ::close(after);
        CHECK(after == before);
        co_return;
    };
    run(test());
}

TEST_CASE("communicate() takes the pipes that there are") {
    auto test = []() -> task<> {
        child_process child = started(shell("echo out; echo err >&2; exit 1").output(stdio::pipe).errors(stdio::null));
        child_process moved = std::move(child);
        auto done = co_await moved.communicate();
        REQUIRE(done);
        CHECK(done->output == "out\n");
        CHECK(done->errors == "");
        CHECK(done->status.code() == 1);
    };
    run(test());
}
