// child_process: another program, its streams, and its end. asyncio.create_subprocess_exec, subprocess.run.
#pragma once

#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/shared_descriptor.hpp>
#include <coracle/net/pipe_stream.hpp>
#include <coracle/os/child.hpp>
#include <coracle/os/command_line.hpp>
#include <coracle/os/exit_notice.hpp>
#include <coracle/os/exit_status.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/named_error.hpp>
#include <coracle/os/pipe.hpp>

#include <array>
#include <csignal>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle {

using os::command_line;
using os::exit_status;
using os::stdio;

/// What a program has left behind.
struct process_output {
    exit_status status;
    std::string output;  ///< of its standard output, when that was a pipe
    std::string errors;  ///< of its standard errors, when those were
};

namespace net::detail {

/// A child, and what tells of its end.
struct running_child {
    running_child(os::child started, os::exit_notice told)
        : child(std::move(started)), exited(told.take_descriptor()), notice(std::move(told)) {}

    os::child child;
    loop::shared_descriptor exited;  // closed after the notice, which may write to its other end
    os::exit_notice notice;
};

class exit_attempt {
public:
    explicit exit_attempt(running_child& of) noexcept : of_(&of) {}
    bool operator()(int fd) noexcept {
        if (!of_->child.status() && fd >= 0) of_->notice.acknowledge(fd);
        return of_->child.look() || fd < 0;
    }
    exit_status result() const noexcept { return of_->child.status().value_or(exit_status()); }

private:
    running_child* of_;
};

}  // namespace net::detail

/// A program that runs beside this one. Belongs to its loop; moves while nobody waits for it. When it goes before its
/// program has ended, the program is killed (SIGKILL) and reaped, without waiting for it; with own_group() so is what
/// the program has started.
class child_process {
public:
    /// Of the current reactor. Streams of which nothing is said are those of this process. No descriptor but these
    /// three reaches the program, and no signal is blocked or ignored in it.
    /// error: no_such_file_or_directory, permission_denied, too_many_files_open, ...: see os::child::start.
    /// cost: blocks the loop until the kernel has loaded the program, a millisecond or so.
    static result<child_process, os::named_error> start(const command_line& what,
                                                        os::exit_notice_kind notice = os::exit_notice_kind::native) {
        auto fails = [&what](std::error_code why) { return os::named_failure(why, "start", what.program()); };
        child_process made;
        std::array<os::file_descriptor, 3> theirs;
        try {
            for (std::size_t number = 0; number < 3; ++number) {
                if (!what.stream_of(number) || what.stream_of(number)->kind != stdio::pipe) continue;
                auto ends = os::open_pipe();
                if (!ends) return fails(ends.error());
                theirs[number] = std::move(number == 0 ? ends->reader : ends->writer);
                made.streams_[number].emplace(std::move(number == 0 ? ends->writer : ends->reader));
            }
            auto started = os::child::start(what, {theirs[0].get(), theirs[1].get(), theirs[2].get()});
            if (!started) return failure(started.error());
            auto told = os::exit_notice::of(started->pid(), notice);
            if (!told) return fails(told.error());
            made.limit_ = what.limit();
            made.name_ = what.program();
            made.running_ = std::make_unique<net::detail::running_child>(std::move(*started), std::move(*told));
        } catch (const std::system_error& why) {
            return fails(why.code());
        }
        return made;
    }
    child_process(child_process&&) noexcept = default;
    child_process& operator=(child_process&&) noexcept = default;

    /// Its streams that were made pipes. error: std::logic_error when it was not.
    net::pipe_stream& input() { return stream(0, "input"); }
    net::pipe_stream& output() { return stream(1, "output"); }
    net::pipe_stream& errors() { return stream(2, "errors"); }

    /// Its number; 0 when it is known to have ended.
    int pid() const noexcept { return static_cast<int>(running_->child.pid()); }
    /// How it has ended; none while it runs, or nobody has waited for it.
    std::optional<exit_status> status() const noexcept { return running_->child.status(); }

    /// Waits until it has ended. Any number of jobs may wait. Cancelling that does nothing to the program.
    loop::shared_descriptor::operation<net::detail::exit_attempt> wait() {
        return running_->exited.until(loop::direction::in, net::detail::exit_attempt(*running_));
    }

    /// Sends a signal: SIGKILL, which no program survives, unless another is said.
    /// error: no_such_process when it has ended.
    result<void> kill(int number = SIGKILL) noexcept { return running_->child.send(number); }
    /// Asks it to end (SIGTERM).
    result<void> terminate() noexcept { return kill(SIGTERM); }

    /// Writes `input` to it, ends its input, collects its output and errors until it ends them, and waits for its end:
    /// of those streams that are pipes. That it does not read all of the input is no error.
    /// error: message_size when there is more output than command_line::output_limit; it is killed then.
    /// Cancelled, it has done some of this; the program runs on.
    task<result<process_output, os::named_error>> communicate(std::string_view input = {}) {
        process_output all;
        auto [fed, fits, fits_too] = co_await gather(feed(input), collect(1, all.output), collect(2, all.errors));
        all.status = co_await wait();
        if (!fits || !fits_too)
            co_return os::named_failure(std::make_error_code(std::errc::message_size),
                                        "keep more of its output than output_limit() allows of", name_);
        co_return all;
    }

private:
    child_process() = default;

    net::pipe_stream& stream(std::size_t number, const char* name) {
        if (!streams_[number])
            throw std::logic_error("coracle: the " + std::string(name) + " of '" + name_ + "' is no pipe: write ." +
                                   name + "(stdio::pipe) on its command_line");
        return *streams_[number];
    }

    task<> feed(std::string_view bytes) {
        if (!streams_[0]) co_return;
        [[maybe_unused]] auto its_own_affair = co_await streams_[0]->write(bytes);
        streams_[0]->close();
    }

    /// False when it was too much.
    task<bool> collect(std::size_t number, std::string& into) {
        if (!streams_[number]) co_return true;
        for (;;) {
            auto piece = co_await streams_[number]->read();
            if (!piece || piece->empty()) co_return true;
            if (piece->size() > limit_ - into.size()) break;
            into += *piece;
        }
        [[maybe_unused]] auto ended_already = kill();
        for (auto& each : streams_)
            if (each) each->close();  // what the program has started may hold on to its ends
        co_return false;
    }

    std::array<std::optional<net::pipe_stream>, 3> streams_;
    std::unique_ptr<net::detail::running_child> running_;
    std::string name_;
    std::size_t limit_ = 0;
};

/// Runs a program to its end: `auto listing = co_await run_process(command_line("ls", "-l", path));`, then
/// `listing->status.ok()` and `listing->output`. Streams of which nothing is said: `input` or nothing goes in, output
/// and errors are collected. Cancelled, it kills the program.
/// error: as child_process::start and communicate; that the program fails is none.
inline task<result<process_output, os::named_error>> run_process(command_line what, std::string input = {}) {
    if (!what.stream_of(0)) what.input(input.empty() ? stdio::null : stdio::pipe);
    if (!what.stream_of(1)) what.output(stdio::pipe);
    if (!what.stream_of(2)) what.errors(stdio::pipe);
    auto started = child_process::start(what);
    if (!started) co_return failure(started.error());
    auto all = co_await started->communicate(input);
    co_return all;
}

}  // namespace coracle
